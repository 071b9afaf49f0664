"""What a program brings back besides tickets: spikes, MADC samples and notifications of the highspeed link.

Times: `FPGATime` and `ChipTime` count FPGA cycles of 8 ns in 43 bits. (facts: transport 2.5, 4; registers/stadls 3)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar, overload

import numpy as np
from numpy.typing import NDArray

from halco import SpikeLabel
from halco._core import Linear

TIME_MAX = (1 << 43) - 1


class FPGATime(Linear, max=TIME_MAX):
    """Time at which a message entered the FPGA's trace, in FPGA cycles."""


class ChipTime(Linear, max=TIME_MAX):
    """Time at which an event happened on the chip, in FPGA cycles (the chip's 250 MHz stamp without its lowest bit)."""


_NO_LABEL, _NO_FPGA_TIME, _NO_CHIP_TIME = SpikeLabel(), FPGATime(), ChipTime()


@dataclass
class SpikeFromChip:
    """One recorded spike."""

    label: SpikeLabel = _NO_LABEL
    fpga_time: FPGATime = _NO_FPGA_TIME
    chip_time: ChipTime = _NO_CHIP_TIME

    def __repr__(self) -> str:
        return f"SpikeFromChip({self.label!r}, {self.fpga_time!r}, {self.chip_time!r})"


class _Value(Linear, max=1023):
    """A sample in LSB."""


class _Channel(Linear, max=1):
    """Which of the two readout channels was sampled."""


_NO_VALUE, _NO_CHANNEL = _Value(), _Channel()


@dataclass
class MADCSampleFromChip:
    """One sample of the MADC."""

    Value: ClassVar[type[Linear]] = _Value
    Channel: ClassVar[type[Linear]] = _Channel

    value: _Value = _NO_VALUE
    channel: _Channel = _NO_CHANNEL
    fpga_time: FPGATime = _NO_FPGA_TIME
    chip_time: ChipTime = _NO_CHIP_TIME

    def __repr__(self) -> str:
        return f"MADCSampleFromChip({int(self.value)}, channel: {int(self.channel)}, {self.fpga_time!r}, {self.chip_time!r})"


for _name, _class in (("Value", _Value), ("Channel", _Channel)):
    _class.__name__, _class.__qualname__ = _name, f"MADCSampleFromChip.{_name}"


@dataclass
class HighspeedLinkNotification:
    """What one PHY of the link reported, and when."""

    phy: int = 0
    link_up: bool = False
    decode_error: bool = False
    crc_error: bool = False
    crc_recover: bool = False
    check_error: bool = False
    fpga_time: FPGATime = _NO_FPGA_TIME


Event = TypeVar("Event")


class EventVector(Generic[Event]):
    """A read-only sequence over one structured array; elements are made when they are asked for. `to_numpy` is the fast way."""

    def __init__(self, rows: NDArray[np.void]) -> None:
        self._rows = rows
        self._rows.flags.writeable = False

    def _event(self, row: np.void) -> Event:
        raise NotImplementedError

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
        return f"[{shown}{', ...' if len(self) > 6 else ''}]"


class SpikeVector(EventVector[SpikeFromChip]):
    """Spikes in the order in which they arrived; array fields label (u2), fpga_time (u8), chip_time (u8)."""

    def _event(self, row: np.void) -> SpikeFromChip:
        return SpikeFromChip(SpikeLabel(int(row["label"])), FPGATime(int(row["fpga_time"])), ChipTime(int(row["chip_time"])))


class MADCSampleVector(EventVector[MADCSampleFromChip]):
    """MADC samples in the order in which they arrived; array fields value (u2), channel (u1), fpga_time (u8), chip_time (u8)."""

    def _event(self, row: np.void) -> MADCSampleFromChip:
        times = FPGATime(int(row["fpga_time"])), ChipTime(int(row["chip_time"]))
        return MADCSampleFromChip(_Value(int(row["value"])), _Channel(int(row["channel"])), *times)


def link_notification(value: int, fpga_time: int) -> HighspeedLinkNotification:
    """Takes the byte of a notification apart: [7:5] PHY, [4] link up, [3:0] errors.

    >>> link_notification(0xB0, 7).phy
    5
    """
    up, decode_error, crc_error, crc_recover, check_error = (bool(value >> bit & 1) for bit in (4, 3, 2, 1, 0))
    return HighspeedLinkNotification(value >> 5, up, decode_error, crc_error, crc_recover, check_error, FPGATime(fpga_time))
