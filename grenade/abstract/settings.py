"""Data of a topology turned into what runs on a chip: weights, kernels, settings of sources and recordings, configuration."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Iterable
from typing import Any

from grenade.abstract.data import InputData
from grenade.abstract.errors import MappingError, TopologyError
from grenade.abstract.identifiers import CompartmentOnNeuron, VertexOnTopology
from grenade.abstract.instance_network import Channel, InstanceNetwork, PlacedRule, Router
from grenade.abstract.neurons import PARAMETERIZATION_PORT, UncalibratedNeuron
from grenade.abstract.projection import PARAMETERIZATION_PORT as WEIGHTS_PORT
from grenade.abstract.recorders import DATA_PORT as PAD_PORT
from grenade.abstract.sources import DATA_PORT, PoissonSourceNeuron, SpikeIOSourceNeuron
from grenade.abstract.topology import Topology
from grenade.network import (
    BackgroundSourcePopulation,
    CADCRecording,
    ExternalSourcePopulation,
    MADCRecording,
    Network,
    NetworkGraph,
    NeuronRecording,
    PadRecording,
    SpikeIOSourcePopulation,
    build_network_graph,
    checks,
    requires_routing,
    update_network_graph,
)
from grenade.network import PlasticityRule as RuleOnNetwork
from grenade.network.projections import COLUMNS
from halco import AtomicNeuronOnDLS, CompartmentOnLogicalNeuron, PadOnDLS
from haldls.lola import AtomicNeuron, Chip

Configs = list[dict[CompartmentOnNeuron, list[AtomicNeuron]]]
"""Settings of a population's neurons: by neuron, compartment, circuit."""

Calibrated = dict[VertexOnTopology, Configs]
"""Settings that a calibration has found. Users may change them; they count when inputs are mapped."""

WEIGHT = COLUMNS.index("weight")


class Settings:
    """Makes graph and configuration of one execution instance for the data of a snippet. What has not changed is kept."""

    def __init__(self, topology: Topology, made: InstanceNetwork, graph: NetworkGraph, router: Router) -> None:
        self._topology, self._made, self._router = topology, made, router
        self._used: list[Any] = []
        self._graph = graph
        self._chip: tuple[Chip, list[tuple[AtomicNeuronOnDLS, AtomicNeuron]], Chip] | None = None

    def __copy__(self) -> Settings:
        made = object.__new__(Settings)
        vars(made).update(vars(self))
        return made

    # --------------------------------------------------------------------------------------------------------------------------- graph
    def graph(self, data: InputData) -> NetworkGraph:
        """The network with the weights, kernels, timers and settings of a snippet; the same object as before if it is equal."""
        used = self._relevant(data)
        if len(used) != len(self._used) or any(one is not other and one != other for one, other in zip(used, self._used, strict=True)):
            with self._made.named():
                graph = self._graph_with(self._network(data))
            self._used, self._graph = used, graph
        return self._graph

    def _graph_with(self, network: Network) -> NetworkGraph:
        graph = NetworkGraph(self._graph)
        if requires_routing(network, graph):
            return build_network_graph(network, self._router(network))
        update_network_graph(graph, network)
        return graph

    def _relevant(self, data: InputData) -> list[Any]:
        """What the graph depends on."""
        ports = [(one.vertex, WEIGHTS_PORT) for one in self._made.projections]
        ports += [(vertex, PAD_PORT) for vertex in dict.fromkeys(one.recorder for one in self._made.pads)]
        for rule in self._made.rules:
            port = self._topology.get(rule.vertex).parameterization_port  # type: ignore[attr-defined]
            ports += [(rule.vertex, port), (rule.vertex, port + 1)]
        for number, section in enumerate(self._made.sections):
            if number not in self._made.places and number not in self._made.sent:
                ports.append((section.vertex, DATA_PORT))
        recorded = [*self._made.madc, *self._made.cadc, *self._made.pads]
        return [*map(data.ports.get, ports), *(self._source(data, channel) for channel in recorded), *self._sources(data)]

    def _sources(self, data: InputData) -> list[Any]:
        """Signals that rules read."""
        return [self._handle(rule, number, data) for rule in self._made.rules for some in rule.populations for _, number in some]

    def _network(self, data: InputData) -> Network:
        network = self._made.network
        (name, instance), *_ = network.execution_instances.items()
        changed = dataclasses.replace(
            instance,
            populations={number: self._population(int(number), one, data) for number, one in instance.populations.items()},
            projections=self._projections(instance, data),
            madc_recording=self._recording(instance.madc_recording, self._made.madc, data),
            cadc_recording=self._recording(instance.cadc_recording, self._made.cadc, data),
            pad_recording=self._pads(instance, data),
            plasticity_rules={
                number: self._rule(self._made.rules[int(number)], one, data) for number, one in instance.plasticity_rules.items()
            },
        )
        return dataclasses.replace(network, execution_instances={name: changed})

    def _population(self, number: int, population: Any, data: InputData) -> Any:
        """A population with the settings of a snippet."""
        if isinstance(population, ExternalSourcePopulation) or number in self._made.places:
            return population
        section, made = self._made.sections[number], copy.copy(population)
        given: Any = data.ports.get((section.vertex, DATA_PORT))
        if isinstance(population, BackgroundSourcePopulation):
            assert isinstance(given, PoissonSourceNeuron.ParameterSpace.Parameterization)
            made.config = BackgroundSourcePopulation.Config(given.period, given.rate, given.seed, enable_random=True)
        else:
            assert isinstance(population, SpikeIOSourcePopulation) and isinstance(given, SpikeIOSourceNeuron.Parameterization)
            labels = given.labels[section.first : section.stop]
            flags = [neuron.enable_record_spikes for neuron in population.neurons]
            made.neurons = [SpikeIOSourcePopulation.Neuron(*pair) for pair in zip(labels, flags, strict=True)]
            made.config = given.config
        return made

    def _projections(self, instance: Network.ExecutionInstance, data: InputData) -> dict[Any, Any]:
        """Projections with the weights of a snippet; those whose weights are the same as before are the same objects."""
        found: dict[Any, Any] = {}
        before = next(iter(self._graph.network.execution_instances.values())).projections if self._used else {}
        for index, (number, projection) in enumerate(instance.projections.items()):
            placed = self._made.projections[index]
            weights: Any = data.ports.get((placed.vertex, WEIGHTS_PORT))
            if number in before and self._used[index] is weights:
                found[number] = before[number]
                continue
            table = projection.table.copy()
            table[:, WEIGHT] = weights.weights[placed.synapses]
            found[number] = copy.copy(projection)
            found[number].table = table
        return found

    # ---------------------------------------------------------------------------------------------------------------------- recordings
    def _source(self, data: InputData, channel: Channel) -> AtomicNeuron.Readout.Source:
        """The signal that a circuit gives."""
        return self._signal(data, channel.population, channel.neuron, channel.compartment, channel.circuit)

    def _signal(self, data: InputData, population: int, neuron: int, compartment: int, circuit: int) -> AtomicNeuron.Readout.Source:
        section = self._made.sections[population]
        given: Any = data.ports.get((section.vertex, PARAMETERIZATION_PORT))
        at, index = section.first + neuron, CompartmentOnNeuron(compartment)
        if isinstance(given, UncalibratedNeuron.ParameterSpace.Parameterization):
            return given.configs[at][index][circuit].readout.source
        return given.readout_sources[at][index][circuit]  # type: ignore[no-any-return]

    def _recording(self, recording: MADCRecording | CADCRecording | None, channels: list[Channel], data: InputData) -> Any:
        if recording is None:
            return None
        made = copy.copy(recording)
        signals = {_place(channel): self._source(data, channel) for channel in channels}
        made.neurons = [NeuronRecording.Neuron(one.coordinate, signals[_key(one.coordinate)]) for one in recording.neurons]
        return made

    def _pads(self, instance: Network.ExecutionInstance, data: InputData) -> PadRecording | None:
        """Signals at pads. Whether they go together is known with the data, which say what passes a buffer."""
        if not self._made.pads:
            return None
        found: dict[PadOnDLS, PadRecording.Source] = {}
        for channel in self._made.pads:
            given: Any = data.ports.get((channel.recorder, PAD_PORT))
            pad = self._topology.get(channel.recorder).pads[channel.channel]  # type: ignore[attr-defined]
            if pad in found:
                raise MappingError(f"two signals lead to {pad!r}")
            neuron = NeuronRecording.Neuron(channel.place, self._source(data, channel))
            found[pad] = PadRecording.Source(neuron, given.enable_buffered[channel.channel])
        made = PadRecording(found)
        checks.pads(instance, made)
        return made

    # --------------------------------------------------------------------------------------------------------------------------- rules
    def _rule(self, placed: PlacedRule, rule: RuleOnNetwork, data: InputData) -> RuleOnNetwork:
        port, made = self._topology.get(placed.vertex).parameterization_port, copy.copy(rule)  # type: ignore[attr-defined]
        kernel: Any = data.ports.get((placed.vertex, port))
        dynamics: Any = data.ports.get((placed.vertex, port + 1))
        made.kernel, made.timer = kernel.kernel, copy.copy(dynamics.timer)
        numbers = [number for some in placed.populations for _, number in some]
        made.populations = [self._handle(placed, number, data) for number in numbers]
        return made

    def _handle(self, placed: PlacedRule, number: int, data: InputData) -> RuleOnNetwork.PopulationHandle:
        """A population of a rule with the signals that its circuits give."""
        instance = next(iter(self._made.network.execution_instances.values()))
        rule = [*instance.plasticity_rules.values()][self._made.rules.index(placed)]
        handle = next(one for one in rule.populations if int(one.descriptor) == number)
        sources = [
            {
                index: [None if one is None else self._signal(data, number, neuron, int(index), at) for at, one in enumerate(circuits)]
                for index, circuits in neuron_sources.items()
            }
            for neuron, neuron_sources in enumerate(handle.neuron_readout_sources)
        ]
        return RuleOnNetwork.PopulationHandle(handle.descriptor, sources)

    # ------------------------------------------------------------------------------------------------------------------- configuration
    def chip(self, data: InputData, calibrated: Calibrated, base: Chip | None) -> Chip:
        """The configuration: the base of all neurons (`base` if they are calibrated) with the settings of each circuit.

        The same object as before if it is equal. Raises TopologyError if neurons ask for different bases.
        """
        settings = list(self._circuits(data, calibrated))
        chosen = self._base(data, base)
        if self._chip is None or self._chip[0] != chosen or self._chip[1] != settings:
            made = Chip(chosen)
            for where, setting in settings:
                made.neuron_block.atomic_neurons[where] = setting
            self._chip = Chip(chosen), [(where, copy.deepcopy(setting)) for where, setting in settings], made
        return self._chip[2]

    def _circuits(self, data: InputData, calibrated: Calibrated) -> Iterable[tuple[AtomicNeuronOnDLS, AtomicNeuron]]:
        for number, places in self._made.places.items():
            section = self._made.sections[number]
            given: Any = data.ports.get((section.vertex, PARAMETERIZATION_PORT))
            configs: Configs = calibrated.get(section.vertex, getattr(given, "configs", []))
            for offset, place in enumerate(places):
                for index, circuits in place.get_placed_compartments().items():
                    yield from zip(circuits, _of_compartment(configs[section.first + offset], index, section.vertex), strict=True)

    def _base(self, data: InputData, base: Chip | None) -> Chip:
        for number in self._made.places:
            vertex = self._made.sections[number].vertex
            given: Any = data.ports.get((vertex, PARAMETERIZATION_PORT))
            for _, chip in getattr(given, "base_configs", ()):
                if base is None:
                    base = chip
                elif base is not chip and base != chip:
                    who = f"vertex {int(vertex)} asks for another one than those before it"
                    raise TopologyError(f"Base chip configs are heterogeneous. ({who})")
        return Chip() if base is None else base


def _of_compartment(
    configs: dict[CompartmentOnNeuron, list[AtomicNeuron]], index: CompartmentOnLogicalNeuron, vertex: VertexOnTopology
) -> list[AtomicNeuron]:
    found = configs.get(CompartmentOnNeuron(int(index)))
    if found is None:
        raise TopologyError(f"vertex {int(vertex)}: there are no settings for compartment {int(index)}", compartment=int(index))
    return found


def _place(channel: Channel) -> tuple[int, ...]:
    return channel.population, channel.neuron, channel.compartment, channel.circuit


def _key(coordinate: Any) -> tuple[int, ...]:
    at = coordinate.compartment_on_neuron, coordinate.atomic_neuron_on_compartment
    return int(coordinate.population), coordinate.neuron_on_population, int(at[0]), at[1]
