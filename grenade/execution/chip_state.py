"""What a chip is known to hold, so that a run writes only what differs. (facts: clients/grenade 3.6)"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

import fisch
from fisch import Omnibus, ut
from haldls import CapMemCell

Words = NDArray[np.uint32]
Messages = NDArray[np.uint64]

_HEADERS = {f"{message.group}::{message.name}": message.header for message in ut.TO_FPGA}
_ADDRESS = np.uint64(_HEADERS["omnibus_to_fpga::Address"])
_HEADER_SHIFT, _ENABLES_SHIFT, _READ = np.uint64(56), np.uint64(32), np.uint64(1 << 36)


@dataclass
class Writes:
    """Words to be written over the omnibus: `words[i]`, of them the bytes in `enables[i]`, to `addresses[i]`."""

    addresses: Words
    words: Words
    enables: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.addresses)

    def where(self, mask: NDArray[np.bool_]) -> Writes:
        """Those of them that the mask selects."""
        return Writes(self.addresses[mask], self.words[mask], self.enables[mask])

    def change_capmem(self) -> bool:
        """Whether a cell of the capacitive memory is among them: it takes a while to settle."""
        return bool((_places(self.addresses, *capmem_addresses()) >= 0).any())

    def builder(self) -> fisch.PlaybackProgramBuilder:
        """The instructions that write them."""
        builder = fisch.PlaybackProgramBuilder()
        builder.write_array(Omnibus, self.addresses, self.words, self.enables)
        return builder


NOTHING = Writes(np.empty(0, np.uint32), np.empty(0, np.uint32), np.empty(0, np.uint8))


def writes_in(messages: Messages) -> Writes:
    """All writes over the omnibus among the messages of a program, in their order."""
    heads = np.flatnonzero((messages >> _HEADER_SHIFT == _ADDRESS) & (messages & _READ == 0))
    addresses = messages[heads]
    enables = (addresses >> _ENABLES_SHIFT).astype(np.uint8) & np.uint8(0xF)
    return Writes(addresses.astype(np.uint32), messages[heads + 1].astype(np.uint32), enables)


def _sorted(addresses: Words) -> tuple[Words, NDArray[np.int64]]:
    """Addresses in rising order, and where each of them stood."""
    order = np.argsort(addresses, kind="stable")
    return addresses[order], order


@cache
def capmem_addresses() -> tuple[Words, NDArray[np.int64]]:
    """Addresses of all cells of the capacitive memory, sorted."""
    return _sorted(CapMemCell.write_addresses().ravel())


def _places(addresses: Words, known: Words, order: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where among the known ones each address stands, -1 for those that do not."""
    found = np.minimum(np.searchsorted(known, addresses), len(known) - 1)
    return np.where(known[found] == addresses, order[found], -1)


class _Content:
    """What stands on one coordinate: words, and the container that they encode (None if somebody else has changed them)."""

    def __init__(self, container: Any, writes: Writes) -> None:
        self.container, self.writes = container, writes
        self._sorted: tuple[Words, NDArray[np.int64]] | None = None

    def follow(self, done: Writes) -> None:
        """Takes over what others have written."""
        if self._sorted is None:
            self._sorted = _sorted(self.writes.addresses)
        places = _places(done.addresses, *self._sorted)
        inside = places >= 0
        places, known = places[inside], self.writes
        before = known.words[places], known.enables[places]
        known.words[places], known.enables[places] = done.words[inside], done.enables[inside]  # of several the last one stays
        if (known.words[places] != before[0]).any() or (known.enables[places] != before[1]).any():
            self.container = None


class ChipState:
    """Contents of a chip and its FPGA as far as they are known."""

    def __init__(self) -> None:
        self._known: dict[Any, _Content] = {}

    @property
    def fresh(self) -> bool:
        """Whether nothing is known."""
        return not self._known

    def forget(self) -> None:
        """Nothing is known any more: the next run writes everything."""
        self._known = {}

    def update(self, coordinate: Any, container: Any) -> Writes:
        """What has to be written so that `container` stands on `coordinate`; it counts as written from now on. Nobody may change it."""
        known = self._known.get(coordinate)
        if known is not None and (known.container is container or known.container == container):
            return NOTHING
        wanted = Writes(*container.write_access(coordinate))
        self._known[coordinate] = _Content(container, wanted)
        if known is None or len(known.writes) != len(wanted):
            return wanted
        return wanted.where((known.writes.words != wanted.words) | (known.writes.enables != wanted.enables))

    def follow(self, messages: Messages) -> None:
        """Takes over what the messages of a program have written, so that the next run writes it back."""
        done = writes_in(messages)
        for content in self._known.values():
            content.follow(done)

    def found(self, content: Writes) -> None:
        """Takes over what was read from the chip, as it would be written there."""
        for known in self._known.values():
            known.follow(content)
