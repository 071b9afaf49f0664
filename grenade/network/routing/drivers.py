"""Synapse drivers for chunks: row select labels, and which drivers of each bus take events with them.

A driver takes an event if its number on the bus and the event's row select label agree in the bits of its compare mask. So each chunk
needs drivers that, with some mask, agree with its label and with no other on the bus. Labels are tried in order of their lists, the last
chunk's first, until all buses can be filled. (facts: clients/grenade 3.2)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from grenade.errors import UnsuccessfulRouting
from grenade.network.routing.chunks import BUSES, DRIVERS, ROW_SELECT_LABELS, Chunk, Source, told

_NUMBERS = np.arange(ROW_SELECT_LABELS)
_DIFFERS = (_NUMBERS[:, None] & _NUMBERS) != 0
"""Difference of two labels x mask: whether the mask sees it."""
TRIES = 200_000
"""Partial assignments of labels that are tried before a network is given up."""


@dataclass
class Allocation:
    """Label of a chunk, and by bus (`PADIBusOnDLS` number) its drivers (number on the bus) with their compare masks, in order."""

    label: int = 0
    drivers: dict[int, list[tuple[int, int]]] = field(default_factory=dict)


def allocate(chunks: Sequence[Chunk], owners: Callable[[list[Source]], tuple[int, ...]]) -> list[Allocation]:
    """Labels and drivers for all chunks. UnsuccessfulRouting, with the names of the sources, if there are none."""
    allocations = [Allocation() for _ in chunks]
    for buses in _dependent(chunks):
        members = [i for i, chunk in enumerate(chunks) if buses & chunk.drivers.keys()]
        search = _Search([chunks[i] for i in members], sorted(buses))
        if not search.into([allocations[i] for i in members]):
            raise search.failure(owners)
    return allocations


def _dependent(chunks: Sequence[Chunk]) -> list[set[int]]:
    """Sets of buses that share chunks."""
    sets: list[set[int]] = []
    for chunk in chunks:
        touched = [one for one in sets if one & chunk.drivers.keys()]
        sets = [one for one in sets if one not in touched] + [set(chunk.drivers).union(*touched)]
    return sets


class _Search:
    """Labels for chunks on buses that depend on each other."""

    def __init__(self, chunks: list[Chunk], buses: list[int]) -> None:
        self._chunks = chunks
        self._on = {bus: [i for i, chunk in enumerate(chunks) if bus in chunk.drivers] for bus in buses}
        groups = dict.fromkeys(chunk.group for chunk in chunks if chunk.group is not None)
        self._choices = [[i] for i, chunk in enumerate(chunks) if chunk.group is None]
        self._choices += [[i for i, chunk in enumerate(chunks) if chunk.group == group] for group in groups]
        self._labels: dict[int, int] = {}
        self._tries = 0

    def into(self, allocations: list[Allocation]) -> bool:
        """Fills the first assignment that works, if there is one, into the allocations of the chunks."""
        labels_suffice = all(len(on) <= ROW_SELECT_LABELS for on in self._on.values())
        for found in self._complete(0) if labels_suffice else ():
            for bus, allocated in found.items():
                for i, drivers in allocated.items():
                    allocations[i].drivers[bus] = drivers
                    allocations[i].label = self._labels[i]
            return True
        return False

    def failure(self, owners: Callable[[list[Source]], tuple[int, ...]]) -> UnsuccessfulRouting:
        """Why there is no assignment."""
        names = ", ".join(f"{bus % BUSES} ({('top', 'bottom')[bus // BUSES]})" for bus in self._on)
        number = len(self._chunks)
        limit = f" within {TRIES} attempts" if self._tries >= TRIES else ""
        whose = owners([source for chunk in self._chunks for source in chunk.sources])
        return UnsuccessfulRouting(
            f"PADI buses {names} carry {number} sets of up to 64 sources ({told(whose)}), and a bus has {DRIVERS} synapse drivers and "
            f"{ROW_SELECT_LABELS} labels to tell them apart; none were found{limit} that do: use fewer sources, or place neurons and "
            "background sources on other columns or buses",
            "row select labels",
            number,
            ROW_SELECT_LABELS,
            population=whose,
        )

    def _complete(self, depth: int) -> Iterator[dict[int, dict[int, list[tuple[int, int]]]]]:
        """Allocations of all buses for every assignment of labels from the depth-th choice on that works, in order."""
        if depth == len(self._choices):
            found = {bus: self._fill(bus) for bus in self._on}
            if all(allocated is not None for allocated in found.values()):
                yield {bus: allocated for bus, allocated in found.items() if allocated is not None}
            return
        members = self._choices[depth]
        for position in range(len(self._chunks[members[0]].labels)):
            self._tries += 1
            if self._tries >= TRIES:
                return
            for i in members:
                self._labels[i] = self._chunks[i].labels[position]
            if self._possible(members):
                yield from self._complete(depth + 1)
        for i in members:
            del self._labels[i]

    def _possible(self, changed: list[int]) -> bool:
        """Whether each chunk labelled so far still finds enough drivers; more labels only leave fewer."""
        for bus, on in self._on.items():
            given = [i for i in on if i in self._labels]
            if set(given).isdisjoint(changed):
                continue
            masks = _masks([self._labels[i] for i in given])
            if masks is None or ((masks >= 0).sum(axis=1) < [self._chunks[i].drivers[bus] for i in given]).any():
                return False
        return True

    def _fill(self, bus: int) -> dict[int, list[tuple[int, int]]] | None:
        """Drivers of one bus for its chunks; None if some chunk does not get enough.

        In order of chunks and drivers: first the drivers that only one chunk can use, then whatever is free.
        """
        on = self._on[bus]
        masks = _masks([self._labels[i] for i in on])
        if masks is None:
            return None
        free = np.ones(DRIVERS, np.bool_)
        allocated: dict[int, list[tuple[int, int]]] = {i: [] for i in on}
        for usable in (masks >= 0) & ((masks >= 0).sum(axis=0) == 1), masks >= 0:
            for k, i in enumerate(on):
                missing = self._chunks[i].drivers[bus] - len(allocated[i])
                taken = np.flatnonzero(usable[k] & free)[:missing]
                free[taken] = False
                allocated[i] += [(int(driver), int(masks[k, driver])) for driver in taken]
        complete = all(len(allocated[i]) == self._chunks[i].drivers[bus] for i in on)
        return allocated if complete else None


def _masks(labels: list[int]) -> NDArray[np.int64] | None:
    """Chunks x drivers: lowest mask with which a driver takes the chunk's label and no other one; -1 if there is none.

    None if two labels are equal.
    """
    if len({*labels}) < len(labels):
        return None
    own = np.array(labels)
    itself = np.eye(len(labels), dtype=np.bool_)
    alone = (_DIFFERS[own[:, None] ^ own] | itself[..., None]).all(axis=1)
    takes = ~_DIFFERS[own[:, None] ^ _NUMBERS]
    fitting = alone[:, None, :] & takes
    return np.where(fitting.any(axis=2), fitting.argmax(axis=2), -1)
