"""Puts the network of one execution instance together: what the network builder is given."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from grenade.abstract.connections import Connections, cells_of
from grenade.abstract.errors import MappingError
from grenade.abstract.identifiers import CompartmentOnNeuron, EdgeOnTopology, VertexOnTopology
from grenade.abstract.instance_network import Channel, InstanceNetwork, PlacedProjection, PlacedRule
from grenade.abstract.neurons import LocallyPlacedNeuron
from grenade.abstract.partition import Section
from grenade.abstract.plasticity_rule import PlasticityRule
from grenade.abstract.population import Population
from grenade.abstract.projection import Projection
from grenade.abstract.recorders import CADCRecorder, MADCRecorder, PadRecorder, Recorder, SpikeRecorder
from grenade.abstract.sources import ExternalSourceNeuron, PoissonSourceNeuron, SpikeIOSourceNeuron
from grenade.abstract.topology import Topology
from grenade.abstract.vertex import Edge
from grenade.network import (
    AtomicNeuronOnExecutionInstance,
    BackgroundSourcePopulation,
    CADCRecording,
    ExternalSourcePopulation,
    MADCRecording,
    NetworkBuilder,
    NeuronRecording,
    SpikeIOSourcePopulation,
)
from grenade.network import PlasticityRule as RuleOnNetwork
from grenade.network import Population as PopulationOnChip
from grenade.network import Projection as ProjectionOnChip
from grenade.network.descriptors import PopulationOnExecutionInstance, PopulationOnNetwork, ProjectionOnNetwork
from halco import CompartmentOnLogicalNeuron, HemisphereOnDLS, LogicalNeuronOnDLS, PADIBusOnPADIBusBlock, SpikeIOAddress

Generators = dict[HemisphereOnDLS, PADIBusOnPADIBusBlock]


class Assembly:
    """Puts the network of an instance together.

    recorded   by section (as a pair of vertex and first cell): which cells and compartments are recorded
    places     of neurons, by the same; generators likewise
    """

    def __init__(
        self,
        topology: Topology,
        instance: int,
        sections: list[Section],
        places: dict[tuple[int, int], list[LogicalNeuronOnDLS]],
        generators: dict[tuple[int, int], Generators],
        recorded: dict[tuple[int, int], set[tuple[int, int]]],
    ) -> None:
        self._topology, self._instance = topology, instance
        self._places, self._generators, self._recorded = places, generators, recorded
        whole = all(section.instance == instance for section in sections) and len({int(one.vertex) for one in sections}) == len(sections)
        counted = [vertex for vertex in topology.vertices() if isinstance(topology.get(vertex), Projection)]
        self._builder, self._made = NetworkBuilder(), InstanceNetwork(whole=whole, counted=counted)
        self._numbers: dict[tuple[int, int], int] = {}
        with self._made.named():
            for section in sections:
                if section.instance == instance:
                    self.number(section)

    def number(self, section: Section) -> int:
        """Number of the population that stands for a section, which is added if there is none yet."""
        key = int(section.vertex), section.first
        if key not in self._numbers:
            self._numbers[key] = self._add_population(section, key)
        return self._numbers[key]

    def done(self) -> InstanceNetwork:
        """What has been put together."""
        with self._made.named():
            self._add_recordings()
        self._made.network = self._builder.done()
        return self._made

    # --------------------------------------------------------------------------------------------------------------------- populations
    def _add_population(self, section: Section, key: tuple[int, int]) -> int:
        population = self._topology.get(section.vertex)
        assert isinstance(population, Population)
        cell, number = population.get_cell(), len(self._made.sections)
        self._made.sections.append(section)
        recorded = self._recorded.get(key, set()) if section.instance == self._instance else set()
        flags = [(one, 0) in recorded for one in range(section.first, section.stop)]
        if isinstance(cell, ExternalSourceNeuron) or section.instance != self._instance:
            self._builder.add(ExternalSourcePopulation([ExternalSourcePopulation.Neuron(flag) for flag in flags]))
            self._made.sent.append(number)
        elif isinstance(cell, LocallyPlacedNeuron):
            self._made.places[number] = self._places[key]
            self._builder.add(PopulationOnChip(_neurons(cell, section, self._places[key], recorded)))
        elif isinstance(cell, PoissonSourceNeuron):
            sources = [BackgroundSourcePopulation.Neuron(flag) for flag in flags]
            config = BackgroundSourcePopulation.Config(enable_random=True)
            self._builder.add(BackgroundSourcePopulation(sources, self._generators[key], config))
        elif isinstance(cell, SpikeIOSourceNeuron):
            addressed = [SpikeIOSourcePopulation.Neuron(SpikeIOAddress(at), flag) for at, flag in enumerate(flags)]
            self._builder.add(SpikeIOSourcePopulation(addressed))
        else:
            raise MappingError(f"vertex {int(section.vertex)}: there are no {type(cell).__name__}s on the chip")
        return number

    # --------------------------------------------------------------------------------------------------------------------- projections
    def add_projection(self, vertex: VertexOnTopology, found: Connections, pre: Section, post: Section) -> None:
        """Adds synapses of a projection that lead from one section to another, whose cells they name."""
        if pre.instance != self._instance:
            _check_transition(pre, found)
        numbers = PopulationOnNetwork(self.number(pre)), PopulationOnNetwork(self.number(post))
        cell = self._topology.get(post.vertex).get_cell()  # type: ignore[attr-defined]
        weights = self._topology.get(vertex).get_synapse_parameter_space().max_weights  # type: ignore[attr-defined]
        for compartment, receptor, part in _by_receptor(found):
            sources, targets = part.pre.cell - pre.first, part.post.cell - post.first
            columns = sources, part.pre.compartment, targets, part.post.compartment, weights[part.synapse]
            made = ProjectionOnChip()
            made.from_numpy(cell.receptor(compartment, receptor), np.stack(columns, axis=1), *numbers)
            self._made.projections.append(PlacedProjection(vertex, part.synapse, ProjectionOnNetwork(len(self._made.projections))))
            with self._made.named():
                self._builder.add(made)

    # ---------------------------------------------------------------------------------------------------------------------- recordings
    def add_recorder(self, vertex: VertexOnTopology, recorder: Recorder, sections: list[Section]) -> None:
        """Adds those channels of a recorder whose sources run in this instance."""
        kind = next(name for name, one in _RECORDERS.items() if isinstance(recorder, one))
        for descriptor in self._topology.in_edges(vertex):
            edge, source = self._topology.get(descriptor), self._topology.source(descriptor)
            channels = recorder.get_shape().places(edge.channels_on_target)
            cells, rest = cells_of(self._topology, source, edge.channels_on_source)
            for section in sections:
                if section.vertex == source and section.instance == self._instance:
                    for at in np.flatnonzero((section.first <= cells) & (cells < section.stop)).tolist():
                        where = self.number(section), int(cells[at]) - section.first, *rest[at].tolist()
                        getattr(self._made, kind).append(Channel(vertex, int(channels[at]), *where))

    def _add_recordings(self) -> None:
        made = self._made
        if made.madc:
            self._builder.add(MADCRecording([NeuronRecording.Neuron(place) for place in _distinct(made.madc)]))
        if made.cadc:
            recorders = [self._topology.get(vertex) for vertex in {channel.recorder for channel in made.cadc}]
            on_dram = {recorder.placement_on_dram for recorder in recorders if isinstance(recorder, CADCRecorder)}
            if len(on_dram) > 1:
                raise MappingError("the parallel converters record into block RAM or into DRAM; two recorders ask for both")
            self._builder.add(CADCRecording([NeuronRecording.Neuron(place) for place in _distinct(made.cadc)], on_dram.pop()))

    # --------------------------------------------------------------------------------------------------------------------------- rules
    def add_rule(self, vertex: VertexOnTopology, rule: PlasticityRule, sections: list[Section]) -> None:
        """Adds a rule if what it works on runs in this instance."""
        sources = {self._topology.get(edge).port_on_target: edge for edge in self._topology.in_edges(vertex)}
        count = len(rule.get_projection_shapes())
        missing = sorted(set(range(rule.parameterization_port)) - set(sources))
        if missing:
            raise MappingError(f"vertex {int(vertex)}: nothing is connected to the ports {missing} of the plasticity rule")
        placed = PlacedRule(vertex, [], [])
        for port in range(rule.parameterization_port):
            source = self._topology.source(sources[port])
            if port < count:
                placed.projections.append([one for one in self._made.projections if one.vertex == source])
            else:
                mine = [one for one in sections if one.vertex == source and one.instance == self._instance]
                placed.populations.append([(one, self.number(one)) for one in mine])
        if any(placed.projections) or any(placed.populations):
            self._made.rules.append(placed)
            with self._made.named():
                self._builder.add(self._rule(rule, placed, sources))

    def _rule(self, rule: PlasticityRule, placed: PlacedRule, sources: dict[int, EdgeOnTopology]) -> RuleOnNetwork:
        projections = [one.descriptor.toProjectionOnExecutionInstance() for some in placed.projections for one in some]
        handles = []
        for offset, some in enumerate(placed.populations):
            edge = self._topology.get(sources[len(placed.projections) + offset])
            handles += [self._handle(section, number, edge) for section, number in some]
        return RuleOnNetwork(projections, handles, recording=rule.recording, id=rule.id)

    def _handle(self, section: Section, number: int, edge: Edge) -> RuleOnNetwork.PopulationHandle:
        """A population of a rule; circuits that the edge names are read out."""
        cells, rest = cells_of(self._topology, section.vertex, edge.channels_on_source)
        read = set(zip(cells.tolist(), *rest.T.tolist(), strict=True))
        cell = self._topology.get(section.vertex).get_cell()  # type: ignore[attr-defined]
        membrane = RuleOnNetwork.PopulationHandle.NeuronReadoutSource.membrane
        sources = [
            {
                CompartmentOnLogicalNeuron(int(index)): [membrane if (one, int(index), at) in read else None for at in range(circuits)]
                for index, circuits in cell.circuits.items()
            }
            for one in range(section.first, section.stop)
        ]
        return RuleOnNetwork.PopulationHandle(PopulationOnExecutionInstance(number), sources)


def _by_receptor(found: Connections) -> Iterator[tuple[int, int, Connections]]:
    """Connections by the compartment and receptor that they lead to."""
    keys = np.stack([found.post.compartment, found.post.receptor], axis=1)
    if len(keys) < 2 or (keys == keys[0]).all():
        yield int(keys[0, 0]), int(keys[0, 1]), found
        return
    kinds, which = np.unique(keys, axis=0, return_inverse=True)
    for kind, (compartment, receptor) in enumerate(kinds.tolist()):
        yield compartment, receptor, found.take(which.reshape(-1) == kind)


def _check_transition(pre: Section, found: Connections) -> None:
    """Raises MappingError if spikes of compartments but the first are to be sent to another execution instance."""
    others = sorted(set(found.pre.compartment.tolist()) - {0})
    if others:
        text = f"vertex {int(pre.vertex)} runs before its targets, in another execution instance; then spikes of its first compartment"
        raise MappingError(f"{text} are sent to them, not those of compartments {others}")


_RECORDERS = {"spikes": SpikeRecorder, "madc": MADCRecorder, "cadc": CADCRecorder, "pads": PadRecorder}


def _distinct(channels: list[Channel]) -> list[AtomicNeuronOnExecutionInstance]:
    """Circuits of the channels, each once."""
    found = {(one.population, one.neuron, one.compartment, one.circuit): one.place for one in channels}
    return list(found.values())


def _neurons(
    cell: LocallyPlacedNeuron, section: Section, places: list[LogicalNeuronOnDLS], recorded: set[tuple[int, int]]
) -> list[PopulationOnChip.Neuron]:
    made: dict[tuple[int, ...], dict[CompartmentOnLogicalNeuron, PopulationOnChip.Neuron.Compartment]] = {}
    neurons = []
    for offset, place in enumerate(places):
        flags = tuple(int(index) for index in cell.circuits if (section.first + offset, int(index)) in recorded)
        if flags not in made:
            names = {index: CompartmentOnLogicalNeuron(int(index)) for index in cell.circuits}
            made[flags] = {name: _compartment(cell, index, int(index) in flags) for index, name in names.items()}
        neurons.append(PopulationOnChip.Neuron(place, made[flags]))
    return neurons


def _compartment(cell: LocallyPlacedNeuron, index: CompartmentOnNeuron, recorded: bool) -> PopulationOnChip.Neuron.Compartment:
    """A compartment in terms of the network; one that the shape has and the cell does not name only connects others."""
    kind = PopulationOnChip.Neuron.Compartment
    if index not in cell.compartments:
        return kind(None, [set() for _ in range(cell.circuits[index])])
    compartment = cell.compartments[index]
    receptors = [{cell.receptor(int(index), int(one)) for one in circuit} for circuit in compartment.receptors]
    master = compartment.spike_master
    sender = None if master is None else kind.SpikeMaster(master.atomic_neuron_on_compartment, recorded)
    return kind(sender, receptors)
