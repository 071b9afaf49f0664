"""What a chip is known to hold, so that a run writes only what differs. (facts: clients/grenade 3.6)"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

import fisch
from fisch import Omnibus
from haldls import CapMemCell

Words = NDArray[np.uint32]


@dataclass(frozen=True)
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
        return bool(np.isin(self.addresses, capmem_addresses()).any())

    def builder(self) -> fisch.PlaybackProgramBuilder:
        """The instructions that write them."""
        builder = fisch.PlaybackProgramBuilder()
        builder.write_array(Omnibus, self.addresses, self.words, self.enables)
        return builder


NOTHING = Writes(np.empty(0, np.uint32), np.empty(0, np.uint32), np.empty(0, np.uint8))


@cache
def capmem_addresses() -> Words:
    """Addresses of all cells of the capacitive memory."""
    return CapMemCell.write_addresses().ravel()


class ChipState:
    """Contents of a chip and its FPGA as far as they are known: those of the last run that succeeded.

    Large containers by the coordinate they stand on, and single words that somebody else has written since (hooks of users).
    """

    def __init__(self) -> None:
        self._known: dict[Any, tuple[Any, Writes]] = {}
        self._touched: Words = np.empty(0, np.uint32)

    @property
    def fresh(self) -> bool:
        """Whether nothing is known."""
        return not self._known

    def forget(self) -> None:
        """Nothing is known any more: the next run writes everything."""
        self.__init__()  # type: ignore[misc]

    def touched(self, addresses: Words) -> None:
        """Somebody else wrote to these addresses: the next run writes them again."""
        self._touched = np.union1d(self._touched, addresses)

    def update(self, coordinate: Any, container: Any) -> Writes:
        """What has to be written so that `container` stands on `coordinate`; it counts as written from now on."""
        known, writes = self._known.get(coordinate, (None, NOTHING))
        if known is not None and known == container and not len(self._touched):
            return NOTHING
        wanted = Writes(*container.write_access(coordinate))
        self._known[coordinate] = copy.copy(container), wanted
        if known is None or len(writes) != len(wanted):
            return wanted
        differs = (writes.words != wanted.words) | (writes.enables != wanted.enables)
        if len(self._touched):
            differs |= np.isin(wanted.addresses, self._touched)
        return wanted.where(differs)

    def written(self) -> None:
        """All containers have been updated: nobody else's words are left."""
        self._touched = np.empty(0, np.uint32)

    def holds(self, coordinate: Any, container: Any) -> None:
        """The chip is known to hold `container` on `coordinate`, without anything to be written."""
        self._known[coordinate] = copy.copy(container), Writes(*container.write_access(coordinate))
