"""Timing of the controllers that access the chip's configuration SRAM."""

from __future__ import annotations

from halco import (
    CADCOffsetSRAMTimingConfigOnDLS,
    CapMemSRAMTimingConfigOnDLS,
    Linear,
    NeuronBackendSRAMTimingConfigOnDLS,
    NeuronSRAMTimingConfigOnDLS,
    SynapseDriverSRAMTimingConfigOnDLS,
)
from haldls.container import Address, Container
from haldls.fields import Field

__all__ = [
    "CADCOffsetSRAMTimingConfig", "CapMemSRAMTimingConfig", "NeuronBackendSRAMTimingConfig", "NeuronSRAMTimingConfig",
    "SynapseDriverSRAMTimingConfig",
]  # fmt: skip


class SRAMTimingConfig(Container):
    """What all SRAM controllers have in common. All times count cycles of the controller's clock."""

    class ReadDelay(Linear, max=255):
        """Wait before data is taken."""

    class AddressSetupTime(Linear, max=15):
        """Time between address and word line."""

    class WriteWidth(Linear, max=15):
        """Length of the write pulse."""

    read_delay = Field(ReadDelay, "w0[7:0]", default=255, unit="clock cycles", doc="wait after the address before data is taken")
    address_setup_time = Field(AddressSetupTime, "w1[3:0]", default=15, unit="clock cycles", doc="lead of the address over the word line")
    write_width = Field(WriteWidth, "w1[7:4]", default=15, unit="clock cycles", doc="length of the write pulse")


class CADCOffsetSRAMTimingConfig(SRAMTimingConfig):
    """SRAM of the CADC channels' offsets, one controller per quadrant."""

    coordinate = CADCOffsetSRAMTimingConfigOnDLS
    address = Address(0x2400902, words=2, rule=lambda quadrant: 0x1000000 * (quadrant // 2) - 0x800 * (quadrant % 2))


class SynapseDriverSRAMTimingConfig(SRAMTimingConfig):
    """SRAM of the synapse drivers' configuration, one controller per hemisphere."""

    coordinate = SynapseDriverSRAMTimingConfigOnDLS
    address = Address(0x110602, stride=0x8000, words=2)
    no_read_on = ("simulation", "hardware")
    read_delay = Field(SRAMTimingConfig.ReadDelay, "w0[7:0]", default=192, unit="clock cycles", doc="wait before data is taken")


class NeuronSRAMTimingConfig(SRAMTimingConfig):
    """SRAM of the neurons' configuration, one controller per quadrant."""

    coordinate = NeuronSRAMTimingConfigOnDLS
    address = Address(0x160402, stride=0x8000, words=2)
    no_read_on = ("simulation",)


class NeuronBackendSRAMTimingConfig(SRAMTimingConfig):
    """SRAM of the neuron backends' configuration, one controller per half of the chip."""

    coordinate = NeuronBackendSRAMTimingConfigOnDLS
    address = Address(0x1A1402, stride=0x8000, words=2)
    no_read_on = ("simulation", "hardware")


class CapMemSRAMTimingConfig(SRAMTimingConfig):
    """SRAM of the capacitive memory, one controller per quadrant. Its registers count in gray code, which is undone here."""

    coordinate = CapMemSRAMTimingConfigOnDLS
    address = Address(0x142800, stride=0x8000, words=2)
    no_read_on = ("simulation",)
    gray_words = True
    read_delay = Field(SRAMTimingConfig.ReadDelay, "w0[7:0]", default=8, unit="clock cycles", doc="wait before data is taken")
    address_setup_time = Field(SRAMTimingConfig.AddressSetupTime, "w1[3:0]", default=1, unit="clock cycles", doc="lead of the address")
    write_width = Field(SRAMTimingConfig.WriteWidth, "w1[7:4]", default=1, unit="clock cycles", doc="length of the write pulse")
