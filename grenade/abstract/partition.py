"""Topologies that are too large for one chip run in several parts, one after the other.

Populations are cut into sections that fit on a chip. Sections that need to run at the same time, since spikes go round between them or
since a plasticity rule works on both, stay together; the others are put into as few execution instances as fit, in the direction of the
spikes. Spikes between two instances are recorded in the first and sent from the host in the second.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from grenade.abstract.connections import Connections, cells_of
from grenade.abstract.errors import MappingError
from grenade.abstract.identifiers import VertexOnTopology
from grenade.abstract.neurons import LocallyPlacedNeuron
from grenade.abstract.placement import SOURCES_OF_GENERATOR, Permutations
from grenade.abstract.plasticity_rule import PlasticityRule
from grenade.abstract.population import Population
from grenade.abstract.recorders import MADCRecorder
from grenade.abstract.sources import PoissonSourceNeuron
from grenade.abstract.topology import Topology

MADC_CHANNELS = 2
"""Channels of the fast converter of a chip."""
_PERMUTED = dict.fromkeys(("neuron_circuits", "background_sources"), " in the mapper's permutation")
"""Where the resources of a chip are named by the user."""


class Resources(NamedTuple):
    """What sections need and chips have."""

    neuron_circuits: int = 0
    background_sources: int = 0
    madc_channels: int = 0

    def plus(self, other: Resources) -> Resources:
        """The sum."""
        return Resources(*(one + another for one, another in zip(self, other, strict=True)))

    def lack(self, available: Resources) -> list[str]:
        """Names of what there is not enough of."""
        return [name for name, one, another in zip(self._fields, self, available, strict=True) if one > another]


@dataclass
class Section:
    """Cells `first` to `stop` - 1 of a population, which run in an execution instance."""

    vertex: VertexOnTopology
    first: int
    stop: int
    resources: Resources
    instance: int = 0

    @property
    def size(self) -> int:
        """Number of cells."""
        return self.stop - self.first


class Partition:
    """Sections of all populations, in order of vertices, and the execution instance of each."""

    def __init__(self, topology: Topology, projections: dict[VertexOnTopology, Connections], permutations: Permutations) -> None:
        """Raises MappingError if cells that must run together do not fit on a chip."""
        self._available = Resources(len(permutations.neurons), len(permutations.generators), MADC_CHANNELS)
        self.sections = [section for vertex in topology.vertices() for section in self._cut(topology, vertex)]
        self._first: dict[int, int] = {}
        self._stops: dict[int, list[int]] = {}
        for number, section in enumerate(self.sections):
            self._first.setdefault(int(section.vertex), number)
            self._stops.setdefault(int(section.vertex), []).append(section.stop)
        total = _sum(section.resources for section in self.sections)
        if total.lack(self._available):
            self._assign(topology, projections)

    @property
    def instances(self) -> int:
        """Number of execution instances; none if there are no populations."""
        return 1 + max((section.instance for section in self.sections), default=-1)

    def of(self, vertex: VertexOnTopology) -> list[Section]:
        """Sections of a population."""
        return [section for section in self.sections if section.vertex == vertex]

    # ------------------------------------------------------------------------------------------------------------------------- cutting
    def _cut(self, topology: Topology, vertex: VertexOnTopology) -> list[Section]:
        population = topology.get(vertex)
        if not isinstance(population, Population):
            return []
        size, cell = population.size(), population.get_cell()
        circuits = sum(cell.circuits.values()) if isinstance(cell, LocallyPlacedNeuron) else 0
        generators, recorded = int(isinstance(cell, PoissonSourceNeuron)), _madc_channels(topology, vertex, size)
        limit = min(size, self._available.neuron_circuits // circuits) if circuits else SOURCES_OF_GENERATOR if generators else size
        borders = [0]
        while borders[-1] < size:
            first = borders[-1]
            within = int(np.searchsorted(np.cumsum(recorded[first:]), MADC_CHANNELS, side="right"))
            step = min(limit, within, size - first)
            if step < 1:
                what, needed = ("neuron_circuits", circuits) if limit < 1 else ("madc_channels", int(recorded[first]))
                raise _lacking(f"cell {first} of {vertex!r} alone needs", what, needed, self._available)
            borders.append(first + step)
        return [
            Section(vertex, first, stop, Resources((stop - first) * circuits, generators, int(recorded[first:stop].sum())))
            for first, stop in pairwise(borders)
        ]

    # ---------------------------------------------------------------------------------------------------------------------- assignment
    def _assign(self, topology: Topology, projections: dict[VertexOnTopology, Connections]) -> None:
        pairs = {pair for found in projections.values() for pair in self._pairs(found)}
        groups = _together(len(self.sections), pairs, self._ties(topology, projections))
        instance, used = 0, Resources()
        for group in _in_order(groups, pairs):
            needed = _sum(self.sections[number].resources for number in group)
            lacking = needed.lack(self._available)
            if lacking:
                raise _too_large(self.sections, group, needed, self._available, lacking[0])
            used = used.plus(needed)
            if used.lack(self._available):
                instance, used = instance + 1, needed
            for number in group:
                self.sections[number].instance = instance

    def numbers(self, vertex: NDArray[np.int64], cell: NDArray[np.int64]) -> NDArray[np.int64]:
        """Number of the section that each cell belongs to."""
        found = np.zeros(len(vertex), np.int64)
        for one in set(vertex.tolist()):
            mine = vertex == one
            found[mine] = self._first[one] + np.searchsorted(self._stops[one], cell[mine], side="right")
        return found

    def _pairs(self, found: Connections) -> Iterable[tuple[int, int]]:
        """Pairs of sections that are connected."""
        pre = self.numbers(found.pre.vertex, found.pre.cell)
        post = self.numbers(found.post.vertex, found.post.cell)
        return {(one, another) for one, another in np.unique(np.stack([pre, post], axis=1), axis=0).tolist()}

    def _ties(self, topology: Topology, projections: dict[VertexOnTopology, Connections]) -> list[set[int]]:
        """Sections that one plasticity rule works on."""
        found = []
        for vertex in topology.vertices():
            if isinstance(topology.get(vertex), PlasticityRule):
                sources = [topology.source(edge) for edge in topology.in_edges(vertex)]
                tied = {target for one in sources if one in projections for _, target in self._pairs(projections[one])}
                tied |= {number for number, section in enumerate(self.sections) if section.vertex in sources}
                found.append(tied)
        return found


def _madc_channels(topology: Topology, vertex: VertexOnTopology, size: int) -> NDArray[np.int64]:
    """Channels of the fast converter that each cell of a population needs."""
    found = np.zeros(size, np.int64)
    for descriptor in topology.out_edges(vertex):
        if isinstance(topology.get(topology.target(descriptor)), MADCRecorder):
            np.add.at(found, cells_of(topology, vertex, topology.get(descriptor).channels_on_source)[0], 1)
    return found


def _sum(resources: Iterable[Resources]) -> Resources:
    total = Resources()
    for one in resources:
        total = total.plus(one)
    return total


def _together(size: int, pairs: set[tuple[int, int]], ties: list[set[int]]) -> list[list[int]]:
    """Sections in groups that have to run at the same time: those that reach each other."""
    reach = np.eye(size, dtype=bool)
    for source, target in pairs:
        reach[source, target] = True
    for tied in ties:
        reach[np.ix_(sorted(tied), sorted(tied))] = True
    for through in range(size):
        reach[reach[:, through]] |= reach[through]
    mutual = reach & reach.T
    return [np.flatnonzero(row).tolist() for number, row in enumerate(mutual) if number == int(np.argmax(row))]


def _in_order(groups: list[list[int]], pairs: set[tuple[int, int]]) -> list[list[int]]:
    """Groups so that spikes go forward only, otherwise in their order."""
    group_of = {number: index for index, group in enumerate(groups) for number in group}
    targets: list[set[int]] = [set() for _ in groups]
    for source, target in pairs:
        targets[group_of[source]].add(group_of[target])
    waiting = [0] * len(groups)
    for index, some in enumerate(targets):
        some.discard(index)
        for target in some:
            waiting[target] += 1
    ready = [index for index, number in enumerate(waiting) if not number]
    ordered = []
    while ready:
        index = heapq.heappop(ready)
        ordered.append(groups[index])
        for target in targets[index]:
            waiting[target] -= 1
            if not waiting[target]:
                heapq.heappush(ready, target)
    return ordered


def _too_large(sections: list[Section], group: list[int], needed: Resources, available: Resources, name: str) -> MappingError:
    vertices = sorted({int(sections[number].vertex) for number in group})
    return _lacking(f"vertices {vertices} have to run at the same time and need", name, getattr(needed, name), available)


def _lacking(who: str, name: str, needed: int, available: Resources) -> MappingError:
    there = getattr(available, name)
    text = f"{who} {needed} {name.replace('_', ' ')}, a chip has {there}{_PERMUTED.get(name, '')}"
    return MappingError(f"Assignment of execution instances unsuccessful. ({text})", name, needed, there)
