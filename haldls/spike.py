"""Events between FPGA and chip: packs of spikes to send, and what comes back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

from halco import (
    Linear,
    PhyStatusOnFPGA,
    SourceMultiplexerOnReadoutSourceSelection,
    SpikeLabel,
    SpikePack1ToChipOnDLS,
    SpikePack2ToChipOnDLS,
    SpikePack3ToChipOnDLS,
)
from halco.record import Record
from haldls.container import Address, Container
from haldls.fields import Array

__all__ = [
    "ChipTime", "FPGATime", "HighspeedLinkNotification", "MADCSampleFromChip", "SpikeFromChip", "SpikePack1ToChip", "SpikePack2ToChip",
    "SpikePack3ToChip",
]  # fmt: skip


class SpikePack1ToChip(Container):
    """One spike sent to the chip at the moment of its instruction."""

    coordinate = SpikePack1ToChipOnDLS
    backends = ("SpikePack1ToChip",)
    write_address = Address(0)
    constructor = ("labels",)
    labels = Array(1, SpikeLabel, ("w0[15:0]",), copies=True, doc="labels in the order in which they arrive")


class SpikePack2ToChip(Container):
    """Two spikes sent to the chip at the moment of their instruction."""

    coordinate = SpikePack2ToChipOnDLS
    backends = ("SpikePack2ToChip",)
    write_address = Address(0, offsets=(0, 0))
    constructor = ("labels",)
    labels = Array(2, SpikeLabel, ("w0[15:0]", "w1[15:0]"), copies=True, doc="labels in the order in which they arrive")


class SpikePack3ToChip(Container):
    """Three spikes sent to the chip at the moment of their instruction."""

    coordinate = SpikePack3ToChipOnDLS
    backends = ("SpikePack3ToChip",)
    write_address = Address(0, offsets=(0, 0, 0))
    constructor = ("labels",)
    labels = Array(3, SpikeLabel, ("w0[15:0]", "w1[15:0]", "w2[15:0]"), copies=True, doc="labels in the order in which they arrive")


class FPGATime(Linear, max=(1 << 43) - 1):
    """FPGA cycles of 8 ns at which something entered the trace."""


class ChipTime(Linear, max=(1 << 43) - 1):
    """FPGA-compatible cycles of 8 ns at which something happened on the chip."""


@dataclass
class SpikeFromChip(Record):
    """One recorded spike: its label, when it entered the FPGA's trace and when it left the chip's crossbar."""

    label: SpikeLabel = field(default_factory=SpikeLabel)
    fpga_time: FPGATime = field(default_factory=FPGATime)
    chip_time: ChipTime = field(default_factory=ChipTime)


@dataclass
class MADCSampleFromChip(Record):
    """One recorded sample of the MADC: value, readout buffer it came from, and both times."""

    class Value(Linear, max=1023):
        """LSB of the converter."""

    Channel: ClassVar[Any] = SourceMultiplexerOnReadoutSourceSelection

    value: MADCSampleFromChip.Value = field(default_factory=Value)
    channel: SourceMultiplexerOnReadoutSourceSelection = field(default_factory=SourceMultiplexerOnReadoutSourceSelection)
    fpga_time: FPGATime = field(default_factory=FPGATime)
    chip_time: ChipTime = field(default_factory=ChipTime)


@dataclass
class HighspeedLinkNotification(Record):
    """What a PHY of the FPGA reported about its link."""

    phy: PhyStatusOnFPGA = field(default_factory=PhyStatusOnFPGA)
    link_up: bool = False
    decode_error: bool = False
    crc_error: bool = False
    crc_recover: bool = False
    check_error: bool = False
    fpga_time: FPGATime = field(default_factory=FPGATime)
