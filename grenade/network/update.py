"""Networks that change a little: whether they need a new routing, and graphs that take over the rest."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from time import perf_counter

import numpy as np

from grenade.common import ExecutionInstanceID
from grenade.errors import NetworkError
from grenade.network import graph_builder
from grenade.network.descriptors import PopulationOnExecutionInstance
from grenade.network.graph import GraphTranslation, Hardware, NetworkGraph
from grenade.network.network import Network
from grenade.network.plasticity import PlasticityRule
from grenade.network.populations import BackgroundSourcePopulation, Population
from grenade.network.recordings import CADCRecording, MADCRecording, PadRecording
from grenade.network.routing.synapses import needed, split
from grenade.network.routing_result import RoutingResult
from grenade.values import exactly

_Instance = Network.ExecutionInstance
_Routing = RoutingResult.ExecutionInstance


def requires_routing(network: Network, network_graph: NetworkGraph) -> bool:
    """Whether a network differs from a graph's in more than `update_network_graph` can take over.

    That can be weights (unless a connection needs more synapses than it has), settings of background sources, signals of recordings, and
    kernels, timers and names of plasticity rules.
    """
    old, new = exactly(NetworkGraph)(network_graph).network.execution_instances, exactly(Network)(network).execution_instances
    if _between(network) != _between(network_graph.network) or old.keys() != new.keys():
        return True
    return any(_differs(new[name], old[name], network_graph.routing.execution_instances[name]) for name in new)


def _between(network: Network) -> set[tuple[int, int, int]]:
    """Sources that get spikes of other execution instances."""
    found = [(one.population_post, one.table[:, 2]) for one in network.inter_execution_instance_projections.values()]
    return {(int(post.execution_instance), int(post), source) for post, sources in found for source in sources.tolist()}


def _differs(new: _Instance, old: _Instance, routing: _Routing) -> bool:
    return (
        new.populations.keys() != old.populations.keys()
        or new.projections.keys() != old.projections.keys()
        or new.plasticity_rules.keys() != old.plasticity_rules.keys()
        or any(_population_differs(new, old, number) for number in new.populations)
        or not new.connections.same_ends(old.connections)
        or new.chip_on_executor != old.chip_on_executor
        or _needs_more(new, routing)
        or any(_rule_differs(one, old.plasticity_rules[n]) for n, one in new.plasticity_rules.items())
        or _places(new.madc_recording) != _places(old.madc_recording)
        or _places(new.cadc_recording) != _places(old.cadc_recording)
        or _pads(new.pad_recording) != _pads(old.pad_recording)
    )


def _population_differs(new: _Instance, old: _Instance, number: PopulationOnExecutionInstance) -> bool:
    """All of a population but the settings of background sources needs routing."""
    one, other = new.populations[number], old.populations[number]
    if type(one) is not type(other) or one.chip_on_executor != other.chip_on_executor:
        return True
    match one, other:
        case Population(), Population():
            return new.layouts[int(number)] != old.layouts[int(number)]
        case BackgroundSourcePopulation(), BackgroundSourcePopulation():
            return one.neurons != other.neurons or one.coordinate != other.coordinate
    return one != other


def _needs_more(network: _Instance, routing: _Routing) -> bool:
    """Whether the weight of a connection needs more synapses than it has."""
    connections = network.connections
    return bool((needed(connections.weight) > np.bincount(routing.synapses.entry, minlength=len(connections.table))).any())


def _rule_differs(new: PlasticityRule, old: PlasticityRule) -> bool:
    in_order = new.enable_requires_one_source_per_row_in_order, old.enable_requires_one_source_per_row_in_order
    return new.recording != old.recording or in_order[0] != in_order[1]


def _places(recording: MADCRecording | CADCRecording | None) -> object:
    return recording and [neuron.coordinate for neuron in recording.neurons]


def _pads(recording: PadRecording | None) -> object:
    return recording and {pad: source.neuron.coordinate for pad, source in recording.recordings.items()}


def update_network_graph(network_graph: NetworkGraph, network: Network) -> None:
    """Makes a graph that of another network, in place; NetworkError if that needs a new routing. Copies of the graph stay as they are."""
    if requires_routing(network, network_graph):
        raise NetworkError("the network differs in more than weights and settings: route it and build a new graph", network)
    begin = perf_counter()
    routings = {name: _reweighted(network, network_graph, name) for name in network.execution_instances}
    hardware = {name: _hardware(network, network_graph, name, routing) for name, routing in routings.items()}
    translation = {name: dataclasses.replace(one) for name, one in network_graph.graph_translation.execution_instances.items()}
    network_graph.graph_translation = GraphTranslation(translation)
    graph_builder.forward(network, network_graph.graph_translation)
    network_graph.network, network_graph.hardware = network, hardware
    network_graph.routing = RoutingResult(routings, network_graph.routing.duration)
    network_graph.construction_duration += timedelta(seconds=perf_counter() - begin)


def _reweighted(network: Network, network_graph: NetworkGraph, name: ExecutionInstanceID) -> _Routing:
    """The routing with the weights of the new network."""
    routing = network_graph.routing.execution_instances[name]
    weight = network.execution_instances[name].connections.weight
    if np.array_equal(weight, network_graph.network.execution_instances[name].connections.weight):
        return routing
    synapses = dataclasses.replace(routing.synapses, weight=split(weight, routing.synapses.entry))
    return dataclasses.replace(routing, synapses=synapses)


def _hardware(network: Network, network_graph: NetworkGraph, name: ExecutionInstanceID, routing: _Routing) -> Hardware:
    """Settings of the chip; the same object as before if nothing has changed that they come from, so that nobody makes a chip of them."""
    new, old = network.execution_instances[name], network_graph.network.execution_instances[name]
    if routing is network_graph.routing.execution_instances[name] and _settings(new) == _settings(old):
        return network_graph.hardware[name]
    return graph_builder.hardware(new, routing)


def _settings(instance: _Instance) -> tuple[object, ...]:
    """What the settings of the chip come from besides the routing."""
    generators = {number: one for number, one in instance.populations.items() if isinstance(one, BackgroundSourcePopulation)}
    return generators, instance.madc_recording, instance.cadc_recording, instance.pad_recording, instance.plasticity_rules
