"""Topologies that are mapped onto chips: data goes in and comes out in terms of the topology."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Self

from grenade.abstract.calibrated_neuron import CalibratedNeuron
from grenade.abstract.data import InputData, OutputData, PortData
from grenade.abstract.errors import TopologyError
from grenade.abstract.identifiers import CompartmentOnNeuron, TimeDomainOnTopology, VertexOnTopology
from grenade.abstract.instance_network import InstanceNetwork, Router
from grenade.abstract.neurons import LocallyPlacedNeuron
from grenade.abstract.population import Population
from grenade.abstract.results import InstanceOutput, root_output
from grenade.abstract.runtimes import ClockCycleTimeDomainRuntimes
from grenade.abstract.settings import Calibrated, Settings
from grenade.abstract.sources import DATA_PORT, ExternalSourceNeuron
from grenade.abstract.topology import Topology
from grenade.abstract.vertex import PortType, Vertex
from grenade.network import NetworkGraph
from halco import LogicalNeuronOnDLS
from haldls.lola import AtomicNeuron, Chip

Spikes = list[list[Any]]
"""Times in FPGA cycles by batch entry and source."""


@dataclass
class Instance:
    """An execution instance: its number, its network, that routed, and by what."""

    number: int
    made: InstanceNetwork
    graph: NetworkGraph
    router: Router


@dataclass
class MappedInstanceData:
    """What an execution instance runs in a snippet: graph, configuration, spikes by vertex of the source, runtimes by batch entry."""

    graph: NetworkGraph
    chip: Chip
    spikes: dict[VertexOnTopology, Spikes]
    runtimes: ClockCycleTimeDomainRuntimes


MappedInputData = list[MappedInstanceData]
"""Input of a mapped topology by execution instance."""


class MappedTopology:
    """A topology, its execution instances with the places of everything, and the settings that a calibration has found.

    `calibrated` holds settings of neurons by vertex; those who change them change what runs. `bases` are the chips that they are for, by
    execution instance.
    """

    def __init__(self, topology: Topology, instances: list[Instance]) -> None:
        domains = {entity.get_time_domain() for entity in map(topology.get, topology.vertices())}
        if len(domains) > 1:
            raise TopologyError(f"all vertices are mapped to one time domain, these are in {sorted(map(str, domains))}")
        self._domain: TimeDomainOnTopology | None = domains.pop() if domains else None
        self._root, self.instances = topology, instances
        self._settings = [Settings(topology, one.made, one.graph, one.router) for one in instances]
        self.calibrated: Calibrated = {}
        self.bases: dict[int, Chip] = {}
        self.construction_duration = timedelta(0)
        self._needed = [(vertex, number, entity) for vertex, entity in _entities(topology) for number in _data_ports(entity)]
        self._fits: dict[tuple[VertexOnTopology, int], PortData] = {}  # what has been found to fit before

    def get_root(self) -> Topology:
        """The topology that has been mapped."""
        return self._root

    def copy(self) -> Self:
        """A mapping of its own: changes of calibrated settings stay there."""
        made = copy.copy(self)
        made._root, made._fits = self._root.copy(), dict(self._fits)
        made._settings = [copy.copy(one) for one in self._settings]
        made.calibrated = {
            vertex: [{index: [copy.deepcopy(one) for one in some] for index, some in each.items()} for each in configs]
            for vertex, configs in self.calibrated.items()
        }
        return made

    deepcopy = copy

    def __deepcopy__(self, memo: Any) -> Self:
        return self.copy()

    # -------------------------------------------------------------------------------------------------------------------------- places
    def population(self, vertex: VertexOnTopology) -> Population:
        """A population of neurons on the chip. Raises TopologyError if the vertex is none."""
        population = self._root.get(vertex)
        if not isinstance(population, Population) or not isinstance(population.get_cell(), LocallyPlacedNeuron):
            raise TopologyError(f"vertex {int(vertex)} is no population of neurons on the chip, but {population!r}")
        return population

    def places(self, vertex: VertexOnTopology) -> list[LogicalNeuronOnDLS]:
        """Places of the neurons of a population."""
        self.population(vertex)
        found = {}
        for instance in self.instances:
            for number, places in instance.made.places.items():
                if instance.made.sections[number].vertex == vertex:
                    found[instance.made.sections[number].first] = places
        return [place for first in sorted(found) for place in found[first]]

    def set_calibration(self, chips: Mapping[int, Chip]) -> None:
        """Takes the settings of all calibrated neurons from chips, by execution instance."""
        self.bases = dict(chips)
        for instance in self.instances:
            for number, places in instance.made.places.items():
                section = instance.made.sections[number]
                if isinstance(self.population(section.vertex).get_cell(), CalibratedNeuron):
                    configs = [_settings(chips[instance.number], place) for place in places]
                    self.calibrated.setdefault(section.vertex, []).extend(configs)

    # ---------------------------------------------------------------------------------------------------------------------------- data
    def map_root_input_data(self, data: InputData) -> MappedInputData:
        """Raises TopologyError if data is missing or does not fit."""
        self._check(data)
        return [self._map(instance, settings, data) for instance, settings in zip(self.instances, self._settings, strict=True)]

    def _map(self, instance: Instance, settings: Settings, data: InputData) -> MappedInstanceData:
        chip = settings.chip(data, self.calibrated, self.bases.get(instance.number))
        return MappedInstanceData(settings.graph(data), chip, self._spikes(instance, data), self._runtimes(data))

    def _spikes(self, instance: Instance, data: InputData) -> dict[VertexOnTopology, Spikes]:
        """Spikes from the host of all external sources."""
        found = {}
        for number in instance.made.sent:
            vertex = instance.made.sections[number].vertex
            if isinstance(self._root.get(vertex).get_cell(), ExternalSourceNeuron):  # type: ignore[attr-defined]
                given: Any = data.ports.get((vertex, DATA_PORT))
                found[vertex] = given.spike_times
        return found

    def _runtimes(self, data: InputData) -> ClockCycleTimeDomainRuntimes:
        runtimes = data.time_domain_runtimes.get(self._domain)
        assert isinstance(runtimes, ClockCycleTimeDomainRuntimes)
        return runtimes

    def _check(self, data: InputData) -> None:
        data.batch_size()
        if self._domain is None:
            return
        if not data.time_domain_runtimes.contains(self._domain):
            raise TopologyError(f"there are no runtimes for {self._domain!r}")
        runtimes = data.time_domain_runtimes.get(self._domain)
        for vertex, number, entity in self._needed:
            entity.check_runtimes(runtimes)
            if not data.ports.contains((vertex, number)):
                raise TopologyError(f"vertex {int(vertex)} ({entity!r}) needs data at port {number}", vertex=vertex, port=number)
            given = data.ports.get((vertex, number))
            if self._fits.get((vertex, number)) is not given:
                entity.check_data(number, given)
                self._fits[vertex, number] = given

    def map_root_output_data(self, output: list[InstanceOutput]) -> OutputData:
        """Results of a run in terms of the topology."""
        return root_output(self._root, output)


def _entities(topology: Topology) -> list[tuple[VertexOnTopology, Vertex]]:
    return [(vertex, topology.get(vertex)) for vertex in topology.vertices()]


def _data_ports(entity: Vertex) -> list[int]:
    """Numbers of the ports that take data."""
    return [number for number, port in enumerate(entity.get_input_ports()) if port.type is PortType.data]


def _settings(chip: Chip, place: LogicalNeuronOnDLS) -> dict[CompartmentOnNeuron, list[AtomicNeuron]]:
    """Settings of the circuits of a neuron, copied."""
    neurons = chip.neuron_block.atomic_neurons
    return {
        CompartmentOnNeuron(int(index)): [copy.deepcopy(neurons[circuit]) for circuit in circuits]
        for index, circuits in place.get_placed_compartments().items()
    }
