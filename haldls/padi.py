"""The PADI buses that carry events to the synapse drivers, and events injected into them by hand."""

from __future__ import annotations

from halco import (
    CommonPADIBusConfigOnDLS,
    CommonSTPConfigOnDLS,
    Linear,
    PADIBusOnPADIBusBlock,
    PADIEventOnDLS,
    PADIRowSelectAddress,
    SynapseLabel,
)
from halco.record import taken
from haldls.container import Address, Container, DifferentialWriteTrait
from haldls.fields import Array, Field

__all__ = ["CommonPADIBusConfig", "CommonSTPConfig", "PADIEvent"]


class PADIEvent(Container):
    """Writing it sends one event onto PADI buses. In hagen mode the address is an address bit and a five-bit activation."""

    coordinate = PADIEventOnDLS
    write_address = Address(0x110000, stride=0x8000)
    EventAddress = SynapseLabel
    RowSelectAddress = PADIRowSelectAddress

    class HagenAddress(Linear, max=1):
        """Address in hagen mode: one of two synapses with different labels."""

    class HagenActivation(Linear, max=31):
        """Activation in hagen mode: a larger one makes a longer pulse."""

    fire_bus = Array(PADIBusOnPADIBusBlock, bool, lambda bus: f"w0[{bus}]", doc="buses that get the event")
    event_address = Field(SynapseLabel, "w0[21:16]", doc="address that the synapses compare with their label")
    row_select_address = Field(PADIRowSelectAddress, "w0[26:22]", doc="address that the synapse drivers compare with their number")

    @property
    def hagen_address(self) -> PADIEvent.HagenAddress:
        """Highest bit of `event_address`, the address in hagen mode."""
        return PADIEvent.HagenAddress(int(self.event_address) >> 5)

    @hagen_address.setter
    def hagen_address(self, value: PADIEvent.HagenAddress | int) -> None:
        self.event_address = int(self.event_address) & 31 | int(taken(PADIEvent.HagenAddress, value, "PADIEvent.hagen_address")) << 5

    @property
    def hagen_activation(self) -> PADIEvent.HagenActivation:
        """Lower five bits of `event_address`, the activation in hagen mode."""
        return PADIEvent.HagenActivation(int(self.event_address) & 31)

    @hagen_activation.setter
    def hagen_activation(self, value: PADIEvent.HagenActivation | int) -> None:
        self.event_address = int(self.event_address) & 32 | int(taken(PADIEvent.HagenActivation, value, "PADIEvent.hagen_activation"))


class CommonPADIBusConfig(Container, DifferentialWriteTrait):
    """What the four PADI buses of a hemisphere carry and how long their pulses last."""

    coordinate = CommonPADIBusConfigOnDLS
    address = Address(0x110001, stride=0x8000)
    no_read_on = ("hardware",)

    class DacenPulseExtension(Linear, max=15):
        """Additional cycles."""

    enable_spl1 = Array(PADIBusOnPADIBusBlock, bool, lambda bus: f"w0[{bus}]", doc="events from the crossbar; without it only `PADIEvent`")
    enable_extended_timing = Array(
        PADIBusOnPADIBusBlock, bool, lambda bus: f"w0[{4 + bus}]", doc="longer cycles, as plasticity needs them; no events back to back"
    )
    dacen_pulse_extension = Array(
        PADIBusOnPADIBusBlock,
        DacenPulseExtension,
        lambda bus: f"w0[{19 + 4 * bus}:{16 + 4 * bus}]",
        unit="clock cycles",
        doc="lengthening of the pulse that switches the synapses on",
    )


class CommonSTPConfig(Container, DifferentialWriteTrait):
    """Clock by which the synapse drivers of a hemisphere recover their resources."""

    coordinate = CommonSTPConfigOnDLS
    address = Address(0x110002, stride=0x8000)
    no_read_on = ("hardware", "simulation")

    class RecoveryClockSpeed(Linear, max=15):
        """Division of the clock as a power of two."""

    enable_recovery_clock = Field(bool, "w0[4]", doc="run the clock")
    recovery_clock_speed = Field(RecoveryClockSpeed, "w0[3:0]", doc="division of the clock as a power of two")
