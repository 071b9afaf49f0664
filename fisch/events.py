"""What a program brings back besides tickets: spikes, MADC samples, and what the FPGA reports by itself. (facts: transport 1.3, 4)"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar, Generic, TypeVar, overload

import numpy as np
from numpy.typing import NDArray

from fisch import ut
from fisch.decoder import LINK_DTYPE, MADC_DTYPE, SPIKE_DTYPE, TIMEOUT_DTYPE
from halco import BaseType, Linear, SpikeLabel
from halco.record import Record

__all__ = ["ChipTime", "FPGATime", "HighspeedLinkNotification", "MADCSampleFromChip", "SpikeFromChip", "TimeoutNotification"]

_TIME_MAX = (1 << ut.TIME_BITS) - 1


class FPGATime(Linear, max=_TIME_MAX):
    """FPGA cycles of 8 ns at which something entered the trace."""


class ChipTime(Linear, max=_TIME_MAX):
    """FPGA cycles of 8 ns at which something happened on the chip."""


@dataclass(repr=False)
class _Report(Record):
    """Something with a time stamp; its string form lists the fields without their names."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(str(getattr(self, name)) for name in self.__dataclass_fields__)})"


@dataclass(repr=False)
class SpikeFromChip(_Report):
    """One recorded spike.

    >>> SpikeFromChip(SpikeLabel(12), ChipTime(3), FPGATime(6))
    SpikeFromChip(SpikeLabel(12), ChipTime(3), FPGATime(6))
    """

    label: SpikeLabel = field(default_factory=SpikeLabel)
    chip_time: ChipTime = field(default_factory=ChipTime)
    fpga_time: FPGATime = field(default_factory=FPGATime)


@dataclass(repr=False)
class MADCSampleFromChip(_Report):
    """One recorded sample of the MADC and the channel of its multiplexer."""

    class Value(Linear, max=1023):
        """LSB of the converter."""

    class Channel(Linear, max=1):
        """Channel of the active multiplexer."""

    value: MADCSampleFromChip.Value = field(default_factory=Value)
    channel: MADCSampleFromChip.Channel = field(default_factory=Channel)
    chip_time: ChipTime = field(default_factory=ChipTime)
    fpga_time: FPGATime = field(default_factory=FPGATime)


@dataclass(repr=False)
class HighspeedLinkNotification(_Report):
    """What a PHY of the FPGA reported about its link."""

    class Value(BaseType, maximum=0xFF):
        """[7:5] PHY, [4] link up, [3] decode error, [2] CRC error, [1] CRC recover, [0] check error."""

    value: HighspeedLinkNotification.Value = field(default_factory=Value)
    fpga_time: FPGATime = field(default_factory=FPGATime)


@dataclass(repr=False)
class TimeoutNotification(_Report):
    """An instruction ran into the instruction timeout."""

    class Value(BaseType, maximum=0xFFFFFFFF):
        """Index of the instruction in the program."""

    class TraceStallCnt(Linear, max=ut.TRACE_STALLS_MAX):
        """Stalls of the trace in the last cycles."""

    class OmnibusReadInFlightCnt(Linear, max=ut.OMNIBUS_READS_MAX):
        """Reads that had not been answered."""

    value: TimeoutNotification.Value = field(default_factory=Value)
    trace_stall: TimeoutNotification.TraceStallCnt = field(default_factory=TraceStallCnt)
    omnibus_reads: TimeoutNotification.OmnibusReadInFlightCnt = field(default_factory=OmnibusReadInFlightCnt)
    fpga_time: FPGATime = field(default_factory=FPGATime)


Event = TypeVar("Event")

ROWS_SHOWN = 50
"""Rows of a recording that a notebook shows."""


class EventVector(Generic[Event]):
    """A read-only sequence over one structured array; elements are made when they are asked for. `to_numpy` is the fast way."""

    dtype: ClassVar[np.dtype[Any]]

    def __init__(self, rows: NDArray[np.void] | None = None) -> None:
        self._rows = np.empty(0, self.dtype) if rows is None else rows
        self._rows.flags.writeable = False

    def _event(self, row: np.void) -> Event:
        raise NotImplementedError

    def require_in_range(self) -> None:
        """Raises RangeError if one of the elements could not be made: its numbers are outside the ranges of their types."""
        if len(self._rows):
            names = self._rows.dtype.names or ()
            self._event(np.array([tuple(self._rows[name].max() for name in names)], dtype=self._rows.dtype)[0])

    def to_numpy(self) -> NDArray[np.void]:
        """All elements as a structured array of their own (packed)."""
        return self._rows.copy()

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, index: int) -> Event: ...

    @overload
    def __getitem__(self, index: slice) -> EventVector[Event]: ...

    def __getitem__(self, index: int | slice) -> Any:
        return type(self)(self._rows[index]) if isinstance(index, slice) else self._event(self._rows[index])

    def __iter__(self) -> Iterator[Event]:
        return (self._event(row) for row in self._rows)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, EventVector):
            return NotImplemented
        return type(self) is type(other) and np.array_equal(self._rows, other._rows)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        shown = ", ".join(repr(event) for event in self[:6])
        return f"[{shown}{f', ... ({len(self)} in all)' if len(self) > 6 else ''}]"

    def _repr_html_(self) -> str:
        """The first rows as table, for notebooks."""
        head = "".join(f"<th>{name}</th>" for name in self.dtype.names or ())
        rows = ["<tr>" + "".join(f"<td>{value}</td>" for value in row.tolist()) + "</tr>" for row in self._rows[:ROWS_SHOWN]]
        return f"<table><caption>{type(self).__name__}, {len(self)} rows</caption><tr>{head}</tr>{''.join(rows)}</table>"


class SpikeVector(EventVector[SpikeFromChip]):
    """Spikes in the order in which they arrived; array fields label (u2), fpga_time (u8), chip_time (u8)."""

    dtype = SPIKE_DTYPE

    def _event(self, row: np.void) -> SpikeFromChip:
        label, fpga_time, chip_time = row.item()
        return SpikeFromChip.of(label=SpikeLabel(label), chip_time=ChipTime(chip_time), fpga_time=FPGATime(fpga_time))


class MADCSampleVector(EventVector[MADCSampleFromChip]):
    """MADC samples in the order in which they arrived; array fields value (u2), channel (u1), fpga_time (u8), chip_time (u8)."""

    dtype = MADC_DTYPE

    def _event(self, row: np.void) -> MADCSampleFromChip:
        kind = MADCSampleFromChip
        value, channel, fpga_time, chip_time = row.item()
        times = {"chip_time": ChipTime(chip_time), "fpga_time": FPGATime(fpga_time)}
        return kind.of(value=kind.Value(value), channel=kind.Channel(channel), **times)


class LinkVector(EventVector[HighspeedLinkNotification]):
    """What the PHYs reported; array fields value (u1), fpga_time (u8)."""

    dtype = LINK_DTYPE

    def _event(self, row: np.void) -> HighspeedLinkNotification:
        return HighspeedLinkNotification(HighspeedLinkNotification.Value(int(row["value"])), FPGATime(int(row["fpga_time"])))


class TimeoutVector(EventVector[TimeoutNotification]):
    """Instruction timeouts; array fields instruction (u4), trace_stalls (u1), omnibus_reads (u1), fpga_time (u8)."""

    dtype = TIMEOUT_DTYPE

    def _event(self, row: np.void) -> TimeoutNotification:
        kind = TimeoutNotification
        counts = kind.TraceStallCnt(int(row["trace_stalls"])), kind.OmnibusReadInFlightCnt(int(row["omnibus_reads"]))
        return kind(kind.Value(int(row["instruction"])), *counts, FPGATime(int(row["fpga_time"])))
