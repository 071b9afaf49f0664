"""Spikes that pass from one execution instance to the next."""

import copy

import numpy as np
import pytest
from networks import BOTH, POPULATION, external, neuron, population, projection

import pygrenade_vx.network as grenade
from grenade.errors import NetworkError
from halco import CompartmentOnLogicalNeuron
from pygrenade_vx.common import ExecutionInstanceID, Time

FIRST, SECOND = ExecutionInstanceID(3), ExecutionInstanceID(1)


PRE, POST = POPULATION(0, FIRST), POPULATION(0, SECOND)


def between(connections, pre=PRE, post=POST):
    made = grenade.InterExecutionInstanceProjection()
    made.from_numpy(np.array(connections).reshape(-1, 5), pre, post)
    return made


def builder(record=True):
    """Neurons 0 and 1 of one execution instance, sources of another one that drive a neuron."""
    made = grenade.NetworkBuilder()
    made.add(population([0, 1], record=record), FIRST)
    made.add(external(2), SECOND)
    made.add(population([0]), SECOND)
    one = projection(0, 1, [(0, 0), (1, 0)])
    one.from_numpy(one.receptor, one.table, POPULATION(0, SECOND), POPULATION(1, SECOND))
    made.add(one, SECOND)
    return made


def built(*connections, record=True):
    made = builder(record)
    made.add(between(connections))
    network = made.done()
    return grenade.build_network_graph(network, grenade.routing.PortfolioRouter()(network))


def label_of(graph, instance, number, index):
    labels = graph.graph_translation.execution_instances[instance].spike_labels[grenade.PopulationOnExecutionInstance(number)]
    return int(labels[index][CompartmentOnLogicalNeuron()][0])


def forwarded(graph, times, labels):
    forwarding = graph.graph_translation.execution_instances[SECOND].forwarded[FIRST]
    found = forwarding(np.array(times), np.array(labels, np.uint16))
    return sorted(zip(*(column.tolist() for column in found), strict=True))


def test_each_comes_after_those_whose_spikes_it_gets():
    network = built((0, 0, 0, 0, 0)).network
    assert network.topologically_sorted_execution_instance_ids == [FIRST, SECOND]
    assert builder().done().topologically_sorted_execution_instance_ids == [SECOND, FIRST]


def test_a_spike_becomes_one_of_each_source_it_leads_to_with_its_delay():
    graph = built((0, 0, 1, 0, 0), (0, 0, 0, 0, 50), (1, 0, 0, 0, 7))
    zero, one = (label_of(graph, FIRST, 0, number) for number in range(2))
    sources = [label_of(graph, SECOND, 0, number) for number in range(2)]
    assert forwarded(graph, [100], [zero]) == [(100, sources[1]), (150, sources[0])]
    assert forwarded(graph, [100, 200], [one, one]) == [(107, sources[0]), (207, sources[0])]
    assert forwarded(graph, [100], [0x3FFF]) == []


def test_neurons_that_are_not_recorded_pass_their_spikes_on():
    graph = built((0, 0, 1, 0, 0), record=False)
    translation = graph.graph_translation.execution_instances[FIRST]
    assert translation.event_output_vertex is not None and translation.spikes.recorded == []
    assert len(forwarded(graph, [100], [label_of(graph, FIRST, 0, 0)])) == 1


def test_delays_are_taken_over_without_routing_and_targets_are_not():
    graph, changed = built((0, 0, 1, 0, 0)), builder()
    changed.add(between([(0, 0, 1, 0, 30)]))
    network = changed.done()
    assert not grenade.requires_routing(network, graph)
    before = copy.copy(graph)
    grenade.update_network_graph(graph, network)
    label = label_of(graph, FIRST, 0, 0)
    assert [forwarded(one, [100], [label])[0][0] for one in (before, graph)] == [100, 130]
    other = builder()
    other.add(between([(0, 0, 0, 0, 0)]))
    assert grenade.requires_routing(other.done(), graph)


@pytest.mark.parametrize(
    "connections, pre, post, text",
    [
        ([(2, 0, 0, 0, 0)], (0, FIRST), (0, SECOND), "pre of connection 0 is neuron 2; there are 2"),
        ([(0, 0, 0, 0, 0), (0, 0, 5, 0, 0)], (0, FIRST), (0, SECOND), "post of connection 1 is neuron 5; there are 2"),
        ([(0, 1, 0, 0, 0)], (0, FIRST), (0, SECOND), "neuron 0 has no compartment 1"),
        ([(0, 0, 0, 1, 0)], (0, FIRST), (0, SECOND), "compartment 0 alone"),
        ([(0, 0, 0, 0, 0)], (0, FIRST), (1, SECOND), "its target is a Population"),
        ([(0, 0, 0, 0, 0)], (1, FIRST), (0, SECOND), "there is no PopulationOnNetwork"),
        ([(0, 0, 0, 0, 0)], (1, SECOND), (0, SECOND), "stays inside"),
    ],
)
def test_what_does_not_fit_is_refused_and_changes_nothing(connections, pre, post, text):
    made = builder()
    with pytest.raises(NetworkError, match=text):
        made.add(between(connections, POPULATION(*pre), POPULATION(*post)))
    assert made.done().inter_execution_instance_projections == {}


def test_circles_are_refused():
    made = builder()
    made.add(external(1), FIRST)
    made.add(between([(0, 0, 0, 0, 0)]))
    with pytest.raises(NetworkError, match="cyclic"):
        made.add(between([(0, 0, 0, 0, 0)], POPULATION(1, SECOND), POPULATION(1, FIRST)))
    assert len(made.done().inter_execution_instance_projections) == 1


def test_neurons_without_spikes_and_sources_that_do_not_return_are_refused():
    made = builder()
    silent = POPULATION(1, FIRST)
    made.add(grenade.Population([neuron(5, master=None, receptors=BOTH)]), FIRST)
    made.add(external(1), FIRST)
    with pytest.raises(NetworkError, match="neuron 0 sends no spikes"):
        made.add(between([(0, 0, 0, 0, 0)], silent))
    with pytest.raises(NetworkError, match="spikes of source 0 are not recorded"):
        made.add(between([(0, 0, 0, 0, 0)], POPULATION(2, FIRST)))


@pytest.mark.parametrize("table", [np.zeros((1, 4), int), np.full((1, 5), -1), np.full((1, 5), 0.5)])
def test_tables_of_another_form_are_refused(table):
    with pytest.raises(NetworkError, match="connection"):
        grenade.InterExecutionInstanceProjection().from_numpy(table, POPULATION(0, FIRST), POPULATION(0, SECOND))


def test_connections_can_be_given_and_read_as_objects():
    connection = grenade.InterExecutionInstanceProjection.Connection((0, 0), (1, 0), Time(5))
    made = grenade.InterExecutionInstanceProjection([connection], POPULATION(0, FIRST), POPULATION(0, SECOND))
    assert made.connections == [connection] and made == between([(0, 0, 1, 0, 5)])
