"""The host's share of an experiment before it runs: networks put together, routed, and changed a little."""

import numpy as np
import pytest
from networks import INSTANCE, PROJECTION, all_to_all, external, network, population, projection

from pygrenade_vx import network as grenade

LARGE = np.array([(i, 0, j, 0, 3) for i, j in all_to_all(256, 256)])


def large(weight=3):
    """65536 connections from 256 sources to 256 neurons."""
    table = LARGE.copy()
    table[:, 4] = weight
    return network(population(range(256), record=False), external(256), projection(1, 0, table))


def many(number=2048):
    """That many projections of one connection each."""
    neurons = [population([i], record=False) for i in range(64)]
    ends = [(i, j) for i in range(64) for j in range(64)][:number]
    return network(*neurons, *(projection(i, j, [(0, 0)]) for i, j in ends))


def routed(made):
    return grenade.build_network_graph(made, grenade.routing.PortfolioRouter()(made))


@pytest.mark.benchmark(group="a network, before it runs")
def test_route_65536_connections(benchmark):
    graph = benchmark.pedantic(routed, setup=lambda: ((large(),), {}), rounds=5)
    assert (graph.hardware[INSTANCE].synapse_weights[:256] == 3).all()


@pytest.mark.benchmark(group="a network, before it runs")
def test_change_65536_weights(benchmark):
    """Built anew, as clients do for every run, and taken over into the graph without routing."""
    graph = routed(large())

    def change():
        made = large(7)
        assert not grenade.requires_routing(made, graph)
        grenade.update_network_graph(graph, made)

    benchmark(change)
    assert (graph.hardware[INSTANCE].synapse_weights[:256] == 7).all()


@pytest.mark.benchmark(group="a network, before it runs")
def test_2048_projections_of_one_connection(benchmark):
    graph = benchmark.pedantic(lambda: routed(many()), rounds=3)
    assert len(graph.get_placed_connections(PROJECTION(2047))) == 1
