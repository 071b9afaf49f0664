"""Makes the graph of a network and its routing: settings of the chip, views for plasticity rules, translation of labels."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from grenade.common import ChipOnExecutor, ExecutionInstanceID
from grenade.errors import NetworkError
from grenade.network import routing_by_hand
from grenade.network.between_instances import Forwarding
from grenade.network.descriptors import PopulationOnExecutionInstance, ProjectionOnExecutionInstance
from grenade.network.graph import (
    AnalogReadout,
    CADCView,
    GraphTranslation,
    Hardware,
    NetworkGraph,
    NeuronView,
    RuleOnHardware,
    SpikeIOOnHardware,
    SpikeTranslation,
    SpikingNeuron,
    SynapseView,
)  # fmt: skip
from grenade.network.network import Network
from grenade.network.plasticity import PlasticityRule
from grenade.network.populations import (
    BackgroundSourcePopulation,
    ExternalSourcePopulation,
    Population,
    SourceNeuron,
    SpikeIOSourcePopulation,
)
from grenade.network.recordings import NeuronRecording, Source
from grenade.network.routing.labels import label_of_neuron
from grenade.network.routing_result import COLUMNS, NEURONS, ROWS, RoutingResult
from grenade.network.spike_labels import SpikeLabels
from grenade.values import exactly
from halco import (
    AtomicNeuronOnDLS,
    BackgroundSpikeSourceOnDLS,
    CompartmentOnLogicalNeuron,
    HemisphereOnDLS,
    SpikeIOAddress,
    SpikeLabel,
)
from haldls.background import BackgroundSpikeSource
from haldls.spikeio import SpikeIOConfig

BUSES = 4
_Instance = Network.ExecutionInstance
_Routing = RoutingResult.ExecutionInstance


def build_network_graph(network: Network, routing_result: RoutingResult) -> NetworkGraph:
    """The graph of a routed network; NetworkError if the routing is that of another network."""
    begin = perf_counter()
    graph = NetworkGraph()
    routing, instances = exactly(RoutingResult)(routing_result), exactly(Network)(network).execution_instances
    settled = {name: _routing_of(routing, name, instance) for name, instance in instances.items()}
    graph.network, graph.routing = network, RoutingResult(settled, routing_result.duration)
    graph.hardware, graph.graph_translation = {}, GraphTranslation()
    for name, instance in network.execution_instances.items():
        graph.hardware[name] = hardware(instance, settled[name])
        graph.graph_translation.execution_instances[name] = translation(instance, settled[name])
    forward(network, graph.graph_translation)
    graph.construction_duration = timedelta(seconds=perf_counter() - begin)
    return graph


def _routing_of(routing: RoutingResult, name: ExecutionInstanceID, instance: _Instance) -> _Routing:
    found = routing.execution_instances.get(name)
    if found is None:
        raise NetworkError(f"the routing has no {name!r}, as the network has: route the network again", routing)
    found = routing_by_hand.settled(found, instance)
    placed, wanted = len(np.unique(found.synapses.entry)), len(instance.connections.table)
    if placed != wanted:
        raise NetworkError(f"the routing places {placed} of {wanted} connections: route the network again", routing)
    return found


def hardware(network: _Instance, routing: _Routing) -> Hardware:
    """Settings of the chip."""
    found = Hardware(
        chip_on_executor=network.chip_on_executor or ChipOnExecutor(),
        row_modes=routing.row_modes,
        driver_compare_masks=routing.driver_compare_masks,
        padi_buses=_buses(routing),
        crossbar_nodes=routing.crossbar_nodes,
        neuron_addresses=routing.neuron_addresses,
        neurons_with_synapses=_with_synapses(network, routing),
        background_sources=background_sources(network, routing),
        spikeio=_spikeio(network, routing),
    )
    found.synapse_weights, found.synapse_labels = matrices(routing)
    readouts(network, routing, found)
    return found


def _buses(routing: _Routing) -> NDArray[np.bool_]:
    """Buses with drivers in use: driver 128 * hemisphere + 4 * number on bus + bus."""
    used = np.flatnonzero(routing.driver_compare_masks >= 0)
    return np.isin(np.arange(2 * BUSES), used // 128 * BUSES + used % BUSES)


def matrices(routing: _Routing) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Weights and labels of all synapses."""
    weights, labels = np.zeros((ROWS, COLUMNS), np.uint8), np.zeros((ROWS, COLUMNS), np.uint8)
    at = routing.synapses.row, routing.synapses.column
    weights[at], labels[at] = routing.synapses.weight, routing.synapses.label
    return weights, labels


def _with_synapses(network: _Instance, routing: _Routing) -> NDArray[np.bool_]:
    """Circuits of target populations on hemispheres where a projection onto them has synapses."""
    found = np.zeros(NEURONS, np.bool_)
    post = network.connections.post[routing.synapses.projection]
    for place in np.unique(post * 2 + routing.synapses.row // COLUMNS).tolist():
        circuits = network.layouts[place // 2].circuit
        found[circuits[circuits // COLUMNS == place % 2]] = True
    return found


def background_sources(network: _Instance, routing: _Routing) -> dict[BackgroundSpikeSourceOnDLS, BackgroundSpikeSource]:
    """Generators of all background populations. One is off if no node of the crossbar lets its events pass."""
    found = {}
    for number, population in network.populations.items():
        if not isinstance(population, BackgroundSourcePopulation):
            continue
        for hemisphere, labels in routing.background_labels[number].items():
            at = BackgroundSpikeSourceOnDLS(BUSES * int(hemisphere) + int(population.coordinate[hemisphere]))
            found[at] = _generator(population, labels[0])
            found[at].enable = _is_heard(at, labels[0], routing)
    return found


def _is_heard(at: BackgroundSpikeSourceOnDLS, label: SpikeLabel, routing: _Routing) -> bool:
    nodes = (node for where, node in routing.crossbar_nodes.items() if where.y() == at.toCrossbarInputOnDLS())
    return any(int(label.neuron_label) & int(node.mask) == int(node.target) for node in nodes)


def _generator(population: BackgroundSourcePopulation, label: SpikeLabel) -> BackgroundSpikeSource:
    generator, config = BackgroundSpikeSource(), population.config
    generator.enable, generator.enable_random = True, config.enable_random
    generator.period, generator.rate, generator.seed = config.period, config.rate, config.seed
    generator.mask = BackgroundSpikeSource.Mask(len(population.neurons) - 1)
    generator.neuron_label = label.neuron_label
    return generator


def _spikeio(network: _Instance, routing: _Routing) -> SpikeIOOnHardware | None:
    populations = {number: one for number, one in network.populations.items() if isinstance(one, SpikeIOSourcePopulation)}
    if not populations:
        return None
    settings = next(iter(populations.values())).config
    config = SpikeIOConfig(enable_tx=True, enable_rx=True)
    config.enable_internal_loopback, config.data_rate_scaler = settings.enable_internal_loopback, settings.data_rate_scaler
    routes: dict[SpikeIOAddress, SpikeLabel] = {}
    for number, population in populations.items():
        for neuron, labels in zip(population.neurons, routing.external_labels[number], strict=True):
            if labels:
                routes[neuron.label] = labels[0]
    return SpikeIOOnHardware(config, routes)


def readouts(network: _Instance, routing: _Routing, into: Hardware) -> None:
    """Fills in recordings and rules, and the signal of every circuit that they read."""
    into.madc = [] if network.madc_recording is None else [_readout(network, one) for one in network.madc_recording.neurons]
    into.cadc, into.cadc_on_dram = _cadc(network), network.cadc_recording is not None and network.cadc_recording.placement_on_dram
    pads = {} if network.pad_recording is None else network.pad_recording.recordings
    into.pads = {pad: (_readout(network, source.neuron), source.enable_buffered) for pad, source in pads.items()}
    into.rules = {number: on_hardware(network, routing, rule) for number, rule in network.plasticity_rules.items()}
    views = [] if into.cadc is None else [*into.cadc.values()]
    every = [*into.madc, *(one for view in views for one in view.readouts), *(one for one, _ in into.pads.values())]
    into.readout_sources = {one.circuit: one.source for one in every} | dict(_read_by_rules(into))


def _readout(network: _Instance, neuron: NeuronRecording.Neuron) -> AnalogReadout:
    at = neuron.coordinate
    layout = network.layouts[int(at.population)]
    circuit = layout.circuit_of(at.neuron_on_population, int(at.compartment_on_neuron), at.atomic_neuron_on_compartment)
    assert circuit is not None  # the builder has checked it
    return AnalogReadout(AtomicNeuronOnDLS(circuit), neuron.source, at)


def _cadc(network: _Instance) -> dict[HemisphereOnDLS, CADCView] | None:
    if network.cadc_recording is None:
        return None
    every = [_readout(network, neuron) for neuron in network.cadc_recording.neurons]
    views = {HemisphereOnDLS(row): CADCView([one for one in every if int(one.circuit) // COLUMNS == row]) for row in range(2)}
    return {hemisphere: view for hemisphere, view in views.items() if view.readouts}


def on_hardware(network: _Instance, routing: _Routing, rule: PlasticityRule) -> RuleOnHardware:
    """A rule with its views."""
    synapses = [view for number in rule.projections for view in _synapse_views(network, routing, number)]
    neurons = [view for handle in rule.populations for view in _neuron_views(network, handle)]
    return RuleOnHardware(rule, synapses, neurons)


def _synapse_views(network: _Instance, routing: _Routing, number: ProjectionOnExecutionInstance) -> Iterator[SynapseView]:
    """Rows that the projection uses, and columns of all its target population on the same hemisphere."""
    placed = routing.synapses[number]
    circuits = network.layouts[int(network.projections[number].population_post)].circuit
    for hemisphere in range(2):
        rows = np.unique(placed.row[placed.row // COLUMNS == hemisphere]) % COLUMNS
        if len(rows):
            columns = np.sort(circuits[circuits // COLUMNS == hemisphere]) % COLUMNS
            yield SynapseView(number, HemisphereOnDLS(hemisphere), rows, columns)


def _neuron_views(network: _Instance, handle: PlasticityRule.PopulationHandle) -> Iterator[NeuronView]:
    layout = network.layouts[int(handle.descriptor)]
    sources = [source for neuron in handle.neuron_readout_sources for places in neuron.values() for source in places]
    order = np.argsort(layout.circuit)
    for hemisphere in range(2):
        here = order[layout.circuit[order] // COLUMNS == hemisphere]
        if len(here):
            columns = layout.circuit[here] % COLUMNS
            yield NeuronView(handle.descriptor, HemisphereOnDLS(hemisphere), columns, [sources[i] for i in here.tolist()])


def _read_by_rules(hardware: Hardware) -> Iterator[tuple[AtomicNeuronOnDLS, Source]]:
    for rule in hardware.rules.values():
        for view in rule.neurons:
            for column, source in zip(view.columns.tolist(), view.readout_sources, strict=True):
                if source is not None:
                    yield AtomicNeuronOnDLS(column, int(view.hemisphere)), source


def translation(network: _Instance, routing: _Routing) -> GraphTranslation.ExecutionInstance:
    """Labels of spikes, and which data there are."""
    spikes = SpikeTranslation()
    for number, population in network.populations.items():
        for neuron, compartment, labels in _recorded(network, routing, number):
            spikes.index_of_label[labels] = len(spikes.recorded)
            spikes.recorded.append(SpikingNeuron(int(number), neuron, compartment))
        if isinstance(population, ExternalSourcePopulation):
            spikes.input_labels[number] = [np.array([*map(int, labels)], np.uint16) for labels in routing.external_labels[number]]
    present = {
        "event_input_vertex": bool(spikes.input_labels),
        "event_output_vertex": bool(spikes.recorded) or any(layout.leaving.any() for layout in network.layouts.values()),
        "madc_sample_output_vertex": network.madc_recording is not None,
    }
    vertices = {name: i for i, name in enumerate(name for name, there in present.items() if there)}
    cadc = _cadc(network) or {}
    return GraphTranslation.ExecutionInstance(
        **vertices,  # type: ignore[arg-type]
        cadc_sample_output_vertex=[len(vertices) + i for i in range(len(cadc))],
        spikes=spikes,
        spike_labels=SpikeLabels(network, routing),
    )


def forward(network: Network, graph_translation: GraphTranslation) -> None:
    """Fills in what becomes of spikes that pass from one execution instance to another."""
    parts: dict[tuple[ExecutionInstanceID, ExecutionInstanceID], list[tuple[int, int, int]]] = {}
    for projection in network.inter_execution_instance_projections.values():
        ends = projection.population_pre, projection.population_post
        pre, post = (graph_translation.execution_instances[end.execution_instance].spike_labels[end] for end in ends)  # type: ignore[index]
        found = parts.setdefault((ends[0].execution_instance, ends[1].execution_instance), [])
        for neuron, compartment, source, _, delay in projection.table.tolist():
            before = next(label for label in pre[neuron][CompartmentOnLogicalNeuron(compartment)] if label is not None)
            found += [(int(before), int(after), delay) for after in post[source][CompartmentOnLogicalNeuron()] if after is not None]
    for translated in graph_translation.execution_instances.values():
        translated.forwarded = {}
    for (before_instance, after_instance), rows in parts.items():
        table = np.array(rows, np.int64).reshape(-1, 3)
        forwarding = Forwarding(table[:, 0].astype(np.uint16), table[:, 1].astype(np.uint16), table[:, 2])
        graph_translation.execution_instances[after_instance].forwarded[before_instance] = forwarding


def _recorded(network: _Instance, routing: _Routing, number: PopulationOnExecutionInstance) -> Iterator[tuple[int, int, list[int]]]:
    """Neuron, compartment and labels of all recorded sources of a population, in order."""
    population = network.populations[number]
    if isinstance(population, Population):
        layout = network.layouts[int(number)]
        for slot in np.flatnonzero(layout.recorded).tolist():
            circuit = int(layout.circuit[layout.master[slot]])
            label = int(label_of_neuron(circuit, int(routing.neuron_addresses[circuit])))
            yield int(layout.neuron[slot]), int(layout.compartment[slot]), [label]
        return
    neurons: Sequence[SourceNeuron] = population.neurons
    for i, neuron in enumerate(neurons):
        if neuron.enable_record_spikes:
            yield i, 0, _labels_of_source(population, routing, number, i)


def _labels_of_source(population: object, routing: _Routing, number: PopulationOnExecutionInstance, i: int) -> list[int]:
    if isinstance(population, BackgroundSourcePopulation):
        first = min(routing.background_labels[number])
        return [int(routing.background_labels[number][first][i])]
    return [*map(int, routing.external_labels[number][i])]
