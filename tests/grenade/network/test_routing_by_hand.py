"""Routings that users put together themselves: one found by the router, written down in the original's form, gives the same graph."""

import numpy as np
import pytest
from networks import INSTANCE, all_to_all, external, population, projection

import pygrenade_vx.network as grenade
from grenade.errors import NetworkError
from halco import CompartmentOnLogicalNeuron, Enum, SynapseDriverOnDLS, SynapseOnSynapseRow, SynapseRowOnDLS
from haldls import SynapseDriverConfig

HARDWARE = (
    "synapse_weights", "synapse_labels", "neurons_with_synapses", "row_modes", "driver_compare_masks", "padi_buses", "neuron_addresses",
)  # fmt: skip


def network():
    builder = grenade.NetworkBuilder()
    builder.add(external(6))
    builder.add(population([0, 3, 260]))
    builder.add(projection(0, 1, all_to_all(6, 3), weight=80))
    builder.add(projection(1, 1, [(0, 1), (2, 0)], weight=7))
    return builder.done()


def by_hand(made, found):
    """What the router has found, by coordinates and descriptors."""
    hand = grenade.RoutingResult.ExecutionInstance()
    synapses = found.synapses
    hand.connections = {}
    for number, one in made.execution_instances[INSTANCE].projections.items():
        placed = synapses[number]
        hand.connections[grenade.ProjectionOnNetwork(int(number))] = [
            [_placed(placed, i) for i in np.flatnonzero(placed.connection == connection)] for connection in range(len(one.table))
        ]
    hand.external_spike_labels = {grenade.PopulationOnNetwork(0): found.external_labels[grenade.PopulationOnExecutionInstance(0)]}
    circuits = made.execution_instances[INSTANCE].layouts[1].circuit
    hand.internal_neuron_labels = {
        grenade.PopulationOnNetwork(1): [{CompartmentOnLogicalNeuron(): [int(found.neuron_addresses[one])]} for one in circuits]
    }
    masks, modes = found.driver_compare_masks, found.row_modes
    hand.synapse_driver_compare_masks = {SynapseDriverOnDLS(Enum(int(i))): int(masks[i]) for i in np.flatnonzero(masks >= 0)}
    hand.synapse_row_modes = {SynapseRowOnDLS(Enum(int(i))): SynapseDriverConfig.RowMode(int(modes[i])) for i in np.flatnonzero(modes)}
    hand.crossbar_nodes = found.crossbar_nodes
    return hand


def _placed(placed, i):
    one = grenade.RoutingResult.ExecutionInstance.PlacedConnection()
    one.weight, one.label = int(placed.weight[i]), int(placed.label[i])
    one.synapse_row, one.synapse_on_row = SynapseRowOnDLS(Enum(int(placed.row[i]))), SynapseOnSynapseRow(int(placed.column[i]))
    return one


@pytest.fixture
def routed():
    made = network()
    found = grenade.routing.PortfolioRouter()(made)
    hand = grenade.RoutingResult()
    hand.execution_instances = {INSTANCE: by_hand(made, found.execution_instances[INSTANCE])}
    return made, found, hand


def test_the_same_routing_gives_the_same_graph(routed):
    made, found, hand = routed
    graph, mine = (grenade.build_network_graph(made, one) for one in (found, hand))
    for name in HARDWARE:
        assert np.array_equal(getattr(graph.hardware[INSTANCE], name), getattr(mine.hardware[INSTANCE], name)), name
    assert graph.hardware[INSTANCE].crossbar_nodes == mine.hardware[INSTANCE].crossbar_nodes
    translations = [one.graph_translation.execution_instances[INSTANCE].spikes for one in (graph, mine)]
    assert np.array_equal(*(one.index_of_label for one in translations))
    for number in range(2):
        projection = grenade.ProjectionOnNetwork(number)
        assert graph.get_placed_connections(projection) == mine.get_placed_connections(projection)


def test_weights_that_change_are_taken_over(routed):
    made, _, hand = routed
    graph = grenade.build_network_graph(made, hand)
    builder = grenade.NetworkBuilder()
    builder.add(external(6))
    builder.add(population([0, 3, 260]))
    builder.add(projection(0, 1, all_to_all(6, 3), weight=10))
    builder.add(projection(1, 1, [(0, 1), (2, 0)], weight=7))
    grenade.update_network_graph(graph, builder.done())
    assert graph.hardware[INSTANCE].synapse_weights.sum() == 18 * 10 + 2 * 7


def test_what_is_missing_is_named(routed):
    made, _, hand = routed
    hand.execution_instances[INSTANCE].connections[grenade.ProjectionOnNetwork(1)].pop()
    with pytest.raises(NetworkError, match="places 1 connections of projection 1, which has 2"):
        grenade.build_network_graph(made, hand)


def test_labels_of_other_neurons_are_refused(routed):
    made, _, hand = routed
    hand.execution_instances[INSTANCE].internal_neuron_labels = {grenade.PopulationOnNetwork(1): []}
    with pytest.raises(NetworkError, match="labels of 0 neurons of population 1"):
        grenade.build_network_graph(made, hand)


def test_routes_of_connections_are_taken():
    routes = grenade.ConnectionToHardwareRoutes()
    routes.atomic_neurons_on_target_compartment = [1]
    assert routes.atomic_neurons_on_target_compartment == [1]
