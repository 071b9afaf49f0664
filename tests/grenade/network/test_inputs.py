"""Spikes from the host: milliseconds to cycles, sources to labels."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from networks import INSTANCE, POPULATION, external, graph, population, projection

import pygrenade_vx.network as grenade
from pygrenade_vx.common import Time

GRAPH = graph(population([0, 300]), external(3), projection(1, 0, [(0, 0), (1, 0), (1, 1)]), external(2, record=True))


def label(number, source, which=0):
    return int(GRAPH.routing.execution_instances[INSTANCE].external_labels[grenade.PopulationOnExecutionInstance(number)][source][which])


def spikes(*additions, batch_size=1, graph=GRAPH):
    """[(time in cycles, label)] of each batch entry."""
    generator = grenade.InputGenerator(graph, batch_size) if batch_size != 1 else grenade.InputGenerator(graph)
    for times, number in additions:
        generator.add(times, POPULATION(number))
    done = generator.done()
    assert done.batch_size() == batch_size and done.valid() and done.runtime == []
    return [[*zip(entry.times.tolist(), entry.labels.tolist(), strict=True)] for entry in done.data[INSTANCE]]


def test_times_of_each_source():
    assert spikes(([[0.001, 0.002], [], []], 1)) == [[(125, label(1, 0)), (250, label(1, 0))]]


def test_a_source_on_both_hemispheres_sends_two_spikes():
    assert spikes(([[], [0.5], []], 1)) == [[(62500, label(1, 1)), (62500, label(1, 1, 1))]]


def test_unconnected_sources_take_times_and_send_nothing():
    assert spikes(([[], [], [0.5, 0.7]], 1)) == [[]]


def test_recorded_sources_send_without_connections():
    assert spikes(([[0.5], []], 2)) == [[(62500, label(2, 0))]]


def test_one_list_for_all_sources():
    assert spikes(([0.001], 2)) == [[(125, label(2, 0)), (125, label(2, 1))]]


def test_lists_of_batch_entries():
    assert spikes(([[[0.001], []], [[], [0.002]]], 2), batch_size=2) == [[(125, label(2, 0))], [(250, label(2, 1))]]
    assert spikes(([[0.001], []], 2), batch_size=2) == [[(125, label(2, 0))]] * 2


def test_spikes_are_sorted_by_time_over_all_populations():
    assert [time for time, _ in spikes(([[0.003, 0.001], []], 2), ([[0.002], [], []], 1))[0]] == [125, 250, 375]


@pytest.mark.parametrize("array", [np.array, tuple, list])
def test_anything_like_a_list(array):
    assert spikes((array([0.001, 0.002]), 2)) == spikes(([[0.001, 0.002]] * 2, 2))
    assert spikes(([array([0.001]), array([])], 2)) == spikes(([[0.001], []], 2))


def test_times_can_be_cycles():
    assert spikes(([[Time(7)], []], 2)) == [[(7, label(2, 0))]]


@given(st.floats(0, 8000, width=32))
def test_times_are_rounded_to_the_nearest_cycle(milliseconds):
    ((time, _),) = spikes(([[milliseconds], []], 2))[0]
    assert abs(time - milliseconds * 125_000) <= 0.5


def refused(match, times, number, **options):
    with pytest.raises(RuntimeError, match=match):
        spikes((times, number), **options)


def test_refusals():
    refused("population 1 has 3 sources, times for 2 were given", [[], []], 1)
    refused("population 0 takes no spikes from the host", [[], []], 0)
    refused("population 9 takes no spikes from the host", [[]], 9)
    refused("population 2: times for 1 batch entries were given, there are 2", [[[0.1], []]], 2, batch_size=2)
    refused("population 2, source 1: a spike at -0.5 ms", [[], [0.5, -0.5]], 2)
    refused("population 2, source 0: a spike at nan ms", [[float("nan")], []], 2)
    refused("population 2, source 0: times are numbers", [["soon"], []], 2)
    refused("population 2, source 0: a spike at inf ms", [[float("inf")], []], 2)
    refused(r"population 2, source 1: a spike at 1.0\d*e\+30 ms; times are from 0 to 1e\+12", [[], [1e30]], 2)
    for times in (3, None, [[0.1], 0.2]):
        refused("population 2: times are a list for all sources, a list per source, or those per batch entry; not", times, 2)
    refused("at least one batch entry", [[], []], 2, batch_size=0)


def test_populations_are_named_by_their_descriptor():
    with pytest.raises(TypeError, match="PopulationOnNetwork is needed, not 2"):
        grenade.InputGenerator(GRAPH).add([[], []], 2)


def test_a_graph_without_external_populations_has_no_input():
    assert grenade.InputGenerator(graph(population([0]))).done().empty()


def test_a_generator_can_be_used_again():
    generator = grenade.InputGenerator(GRAPH)
    generator.add([[0.1], []], POPULATION(2))
    assert len(generator.done().data[INSTANCE][0].times) == 1 and len(generator.done().data[INSTANCE][0].times) == 0
