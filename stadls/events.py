"""What a program brings back besides tickets, as sequences over arrays: spikes and MADC samples.

Their elements, `SpikeFromChip` and `MADCSampleFromChip`, and the notifications of the highspeed link are haldls' (registers/stadls 3).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Generic, TypeVar, overload

import numpy as np
from numpy.typing import NDArray

from halco import PhyStatusOnFPGA, SpikeLabel
from haldls import ChipTime, FPGATime, HighspeedLinkNotification, MADCSampleFromChip, SpikeFromChip

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
        return MADCSampleFromChip(MADCSampleFromChip.Value(int(row["value"])), MADCSampleFromChip.Channel(int(row["channel"])), *times)


def link_notification(value: int, fpga_time: int) -> HighspeedLinkNotification:
    """Takes the byte of a notification apart: [7:5] PHY, [4] link up, [3:0] errors.

    >>> link_notification(0xB0, 7).phy
    PhyStatusOnFPGA(5)
    """
    up, decode_error, crc_error, crc_recover, check_error = (bool(value >> bit & 1) for bit in (4, 3, 2, 1, 0))
    return HighspeedLinkNotification(
        PhyStatusOnFPGA(value >> 5), up, decode_error, crc_error, crc_recover, check_error, FPGATime(fpga_time)
    )
