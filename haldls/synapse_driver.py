"""The synapse drivers: how events on a PADI bus become pulses in two rows of synapses."""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from halco import Linear, SynapseDriverOnDLS
from haldls.container import Address, Container, DifferentialWriteTrait
from haldls.fields import Field

__all__ = ["SynapseDriverConfig"]


class SynapseDriverConfig(Container, DifferentialWriteTrait):
    """Which events a driver takes from its bus, and how its two rows of synapses act: sign, short-term plasticity, hagen mode."""

    coordinate = SynapseDriverOnDLS
    address = Address(0x110400, stride=(4, 0x8000), words=3)
    no_read_on = ("simulation",)

    class RowMode(IntEnum):
        """Which line of the neurons a row of synapses pulls on."""

        disabled = 0
        excitatory = 1
        inhibitory = 2
        excitatory_and_inhibitory = 3

    class Utilization(Linear, max=15):
        """Strength step."""

    class Offset(Linear, max=15):
        """Trim step."""

    class Recovery(Linear, max=15):
        """Step of the time constant."""

    class HagenDACOffset(Linear, max=63):
        """Trim step."""

    class TargetVoltages(Linear, max=1):
        """Pair of voltages."""

    class RowAddressCompareMask(Linear, max=31, default=31):
        """Mask of the row select address."""

    enable_receiver = Field(bool, "w0[15]", doc="take events from the bus")
    row_address_compare_mask = Field(
        RowAddressCompareMask, "w0[13:9]", doc="bits of an event's row select address that must equal the driver's number on its bus"
    )
    enable_address_out = Field(bool, "~w0[14]", default=True, doc="send the address into the rows; off for hagen mode")
    utilization = Field(Utilization, "w0[3:0]", doc="part of its resources that an event uses")
    offset = Field(Offset, "w0[7:4]", doc="trims the pulse length of the plasticity's ramp")
    enable_hagen_dac = Field(bool, "w0[8]", doc="power the DAC that turns an activation into a pulse length")
    recovery = Field(Recovery, "w1[0:3]", doc="time constant of the recovery")
    row_mode_bottom = Field(RowMode, "w1[6] w1[4]", doc="line that the lower row acts on")
    row_mode_top = Field(RowMode, "w1[7] w1[5]", doc="line that the upper row acts on")
    hagen_dac_offset = Field(HagenDACOffset, "~w1[13:8]", doc="trims the DAC for activations")
    select_target_voltages = Field(TargetVoltages, "w2[0]", doc="pair of voltages that plasticity moves between")
    enable_readout = Field(bool, "w2[1]", doc="put the plasticity voltage onto the readout line")
    enable_renewing = Field(bool, "w2[2]", doc="renew the synapses, for sampling; the circuit does not work on the chip")
    enable_hagen_modulation = Field(bool, "w2[3]", doc="the activation in the address sets the pulse length")
    enable_stp = Field(bool, "w2[4]", doc="short-term plasticity sets the pulse length")
    enable_charge_sharing = Field(bool, "~w2[6]", doc="share charge for larger utilization; the circuit does not work on the chip")
    enable_recovery = Field(bool, "w2[7]", doc="let resources recover")

    def to_bitfield(self) -> NDArray[np.uint32]:
        """The three register words uint32[3]."""
        return self.encode()

    def from_bitfield(self, bitfield: ArrayLike) -> None:
        """Takes the fields from the three register words."""
        self.decode(bitfield)
