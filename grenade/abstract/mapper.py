"""From a topology to chips: partition, placement, calibration, routing. (facts: clients/grenade 2.12)"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from time import perf_counter

import numpy as np

from grenade.abstract.assembly import Assembly, Generators
from grenade.abstract.calibration import Calibration
from grenade.abstract.connections import Connections, Numbers, cells_of, connections
from grenade.abstract.identifiers import VertexOnTopology
from grenade.abstract.instance_network import Router
from grenade.abstract.mapped import Instance, MappedTopology
from grenade.abstract.neurons import LocallyPlacedNeuron
from grenade.abstract.partition import Partition, Section
from grenade.abstract.placement import Permutations, Places
from grenade.abstract.plasticity_rule import PlasticityRule
from grenade.abstract.population import Population
from grenade.abstract.projection import Projection
from grenade.abstract.recorders import Recorder, SpikeRecorder
from grenade.abstract.sources import ExternalSourceNeuron, PoissonSourceNeuron
from grenade.abstract.topology import Topology
from grenade.execution import JITGraphExecutor
from grenade.network import build_network_graph
from grenade.network.routing import GreedyRouter
from halco import AtomicNeuronOnDLS, LogicalNeuronOnDLS, PADIBusOnPADIBusBlock

Key = tuple[int, int]


class Mapper:
    """Base of what maps topologies."""

    def __call__(self, topology: Topology, calibration: Calibration, executor: JITGraphExecutor) -> MappedTopology:
        """Maps a topology; the executor's chips are there to be calibrated on."""
        raise NotImplementedError


class GreedyMapper(Mapper):
    """Takes the first place that is free, in the order of populations and of the permutations."""

    def __init__(self) -> None:
        self._permutations = Permutations()
        self._router: Router = GreedyRouter()

    @property
    def neuron_permutation(self) -> list[AtomicNeuronOnDLS]:
        """Order in which neuron circuits are tried; those left out are not used."""
        return list(self._permutations.neurons)

    @neuron_permutation.setter
    def neuron_permutation(self, value: Iterable[AtomicNeuronOnDLS]) -> None:
        self._permutations.set_neurons(value)

    @property
    def background_source_permutation(self) -> list[PADIBusOnPADIBusBlock]:
        """Order in which generators of background spikes are tried; those left out are not used."""
        return list(self._permutations.generators)

    @background_source_permutation.setter
    def background_source_permutation(self, value: Iterable[PADIBusOnPADIBusBlock]) -> None:
        self._permutations.set_generators(value)

    def set_router(self, router: Router) -> None:
        """Replaces what finds synapses, drivers and labels."""
        self._router = router

    def __call__(self, topology: Topology, calibration: Calibration, executor: JITGraphExecutor) -> MappedTopology:
        """Raises MappingError, UnsuccessfulRouting or NetworkError for a topology that does not fit, and what the calibration raises."""
        begin = perf_counter()
        mapping = _Mapping(topology.copy(), self._permutations)
        mapped = MappedTopology(mapping.topology, mapping.instances(self._router))
        mapped.construction_duration = timedelta(seconds=perf_counter() - begin)
        calibration(mapped, executor)
        return mapped


class _Mapping:
    """One mapping: sections of populations, their places, and the networks of all instances."""

    def __init__(self, topology: Topology, permutations: Permutations) -> None:
        self.topology = topology
        self._projections = {one: connections(topology, one) for one in topology.vertices() if isinstance(topology.get(one), Projection)}
        self._partition = Partition(topology, self._projections, permutations)
        self._sections = self._partition.sections
        self._recorded: dict[Key, set[tuple[int, int]]] = {}
        self._places: dict[Key, list[LogicalNeuronOnDLS]] = {}
        self._generators: dict[Key, Generators] = {}
        self._place(permutations)
        self._record()

    def _place(self, permutations: Permutations) -> None:
        chips = [Places(permutations) for _ in range(self._partition.instances)]
        for section in self._sections:
            cell, chip, key = self._cell(section.vertex), chips[section.instance], (int(section.vertex), section.first)
            who = f"population of vertex {key[0]}"
            if isinstance(cell, LocallyPlacedNeuron):
                self._places[key] = chip.neurons(cell.shape, section.size, who)
            elif isinstance(cell, PoissonSourceNeuron):
                self._generators[key] = chip.generator(who)

    def _cell(self, vertex: VertexOnTopology) -> object:
        population = self.topology.get(vertex)
        assert isinstance(population, Population)
        return population.get_cell()

    # --------------------------------------------------------------------------------------------------------------- recorded sources
    def _record(self) -> None:
        """Cells that spike recorders or sections of other instances want to know about."""
        for vertex in self.topology.vertices():
            if isinstance(self.topology.get(vertex), SpikeRecorder):
                for descriptor in self.topology.in_edges(vertex):
                    source = self.topology.source(descriptor)
                    cells, rest = cells_of(self.topology, source, self.topology.get(descriptor).channels_on_source)
                    self._mark(source, zip(cells.tolist(), rest[:, 0].tolist(), strict=True))
        if self._partition.instances > 1:
            for found in self._projections.values():
                self._record_transitions(found)

    def _record_transitions(self, found: Connections) -> None:
        pre, post = self._numbers(found)
        instance = np.array([section.instance for section in self._sections])
        leaving = instance[pre] != instance[post]
        for vertex in np.unique(found.pre.vertex[leaving]).tolist():
            mine = leaving & (found.pre.vertex == vertex)
            if not isinstance(self._cell(VertexOnTopology(vertex)), ExternalSourceNeuron):
                cells = zip(found.pre.cell[mine].tolist(), found.pre.compartment[mine].tolist(), strict=True)
                self._mark(VertexOnTopology(vertex), cells)

    def _numbers(self, found: Connections) -> tuple[Numbers, Numbers]:
        """Numbers of the sections at both ends of connections."""
        numbers = self._partition.numbers
        return numbers(found.pre.vertex, found.pre.cell), numbers(found.post.vertex, found.post.cell)

    def _mark(self, vertex: VertexOnTopology, cells: Iterable[tuple[int, int]]) -> None:
        wanted = set(cells)
        for section in self._partition.of(vertex):
            mine = {(cell, compartment) for cell, compartment in wanted if section.first <= cell < section.stop}
            self._recorded.setdefault((int(vertex), section.first), set()).update(mine)

    # ------------------------------------------------------------------------------------------------------------------------ networks
    def instances(self, router: Router) -> list[Instance]:
        """Networks of all execution instances, routed."""
        assemblies = [
            Assembly(self.topology, number, self._sections, self._places, self._generators, self._recorded)
            for number in range(self._partition.instances)
        ]
        for vertex, found in self._projections.items():
            self._add_projection(assemblies, vertex, found)
        for vertex in self.topology.vertices():
            entity = self.topology.get(vertex)
            for assembly in assemblies:
                if isinstance(entity, Recorder):
                    assembly.add_recorder(vertex, entity, self._sections)
                elif isinstance(entity, PlasticityRule):
                    assembly.add_rule(vertex, entity, self._sections)
        return [_routed(number, assembly, router) for number, assembly in enumerate(assemblies)]

    def _add_projection(self, assemblies: list[Assembly], vertex: VertexOnTopology, found: Connections) -> None:
        if not len(found.synapse):
            return
        pre, post = self._numbers(found)
        pairs, which = np.unique(pre * len(self._sections) + post, return_inverse=True)
        for number, pair in enumerate(pairs.tolist()):
            ends: tuple[Section, Section] = (self._sections[pair // len(self._sections)], self._sections[pair % len(self._sections)])
            part = found if len(pairs) == 1 else found.take(which == number)
            assemblies[ends[1].instance].add_projection(vertex, part, *ends)


def _routed(number: int, assembly: Assembly, router: Router) -> Instance:
    made = assembly.done()
    with made.named():
        return Instance(number, made, build_network_graph(made.network, router(made.network)), router)
