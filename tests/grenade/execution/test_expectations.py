"""What a user takes for granted: with sources that nobody connects or records, between snippets, and how long a run lasts."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from graphs_by_hand import CHIP, INSTANCE, MS
from networks import background, external, graph, network, population, projection, recorded

import pygrenade_vx as grenade
from grenade.errors import InputError, UnsuccessfulRouting
from grenade.execution import JITGraphExecutor
from haldls.lola import Chip
from pygrenade_vx.network import (
    CADCRecording,
    InputGenerator,
    MADCRecording,
    Network,
    NetworkGraph,
    build_network_graph,
    extract_cadc_samples,
    extract_madc_samples,
    extract_neuron_spikes,
    requires_routing,
    run,
    update_network_graph,
)
from pygrenade_vx.network.routing import PortfolioRouter
from pygrenade_vx.signal_flow import InputData, OutputData


def bypassed() -> Chip:
    """Neurons that fire at every event at their synapses."""
    chip = Chip(Chip.default_neuron_bypass)
    for number in range(3):
        routing = chip.neuron_block.atomic_neurons[number].event_routing
        routing.analog_output = routing.AnalogOutputMode.normal
    return chip


BYPASS = {INSTANCE: {CHIP: bypassed()}}
Spikes = dict[tuple[int, int, int], np.ndarray]


def inputs(made: NetworkGraph, runtime: float, spikes: dict[int, list[float]]) -> Any:
    """Times in ms by number of the population, for all its sources."""
    generator = InputGenerator(made)
    for number, times in spikes.items():
        generator.add(times, grenade.network.PopulationOnNetwork(number))
    snippet = generator.done()
    snippet.runtime = [{INSTANCE: int(runtime * MS)}]
    return snippet


def execute(executor: JITGraphExecutor, *snippets: tuple[NetworkGraph, float, dict[int, list[float]]], hooks: Any = None) -> OutputData:
    graphs = [one for one, _, _ in snippets]
    return run(executor, graphs, [BYPASS] * len(graphs), InputData([inputs(*one) for one in snippets]), hooks or {})


def trains(output: OutputData, *graphs: NetworkGraph) -> list[Spikes]:
    return [extract_neuron_spikes(snippet, made)[0] for snippet, made in zip(output.snippets, graphs, strict=True)]


# ------------------------------------------------------------------------------------------------------------------------- sources
def test_recorded_sources_need_no_target(executor: JITGraphExecutor, capfd: pytest.CaptureFixture[str]) -> None:
    made = graph(external(2, record=True), background(1, {0: 1, 1: 2}, record=True, period=1000), external(3))
    [spikes] = trains(execute(executor, (made, 0.1, {0: [0.01, 0.05], 2: [0.02]})), made)
    assert sorted(spikes) == [(0, 0, 0), (0, 1, 0), (1, 0, 0)]
    for source in range(2):
        np.testing.assert_allclose(spikes[0, source, 0], [0.01, 0.05], atol=1e-3)
    assert len(spikes[1, 0, 0]) > 5
    assert "hicannx:" not in capfd.readouterr().err, "nothing is amiss"


def test_the_silent_are_there_with_no_spikes(executor: JITGraphExecutor) -> None:
    made = graph(population([0, 1, 2]), external(1), projection(1, 0, [(0, 1)], weight=63))
    [spikes] = trains(execute(executor, (made, 0.05, {1: [0.02]})), made)
    assert [len(spikes[0, neuron, 0]) for neuron in range(3)] == [0, 1, 0]


# ------------------------------------------------------------------------------------------------------------------------ snippets
def test_a_network_grows_between_snippets(executor: JITGraphExecutor) -> None:
    """A projection more, and then weights of 0: each snippet has the network that it was given."""
    entities = population([0, 1]), external(1), projection(1, 0, [(0, 0)], weight=63)
    small = graph(*entities)
    large = graph(*entities, projection(1, 0, [(0, 1)], weight=63))
    weak = graph(*entities[:2], projection(1, 0, [(0, 0)], weight=0), projection(1, 0, [(0, 1)], weight=63))
    output = execute(executor, *((one, 0.1, {1: [0.05]}) for one in (small, large, weak)))
    counts = [[len(spikes[0, neuron, 0]) for neuron in range(2)] for spikes in trains(output, small, large, weak)]
    assert counts == [[1, 0], [1, 1], [0, 1]]


def test_spikes_after_the_runtime_prolong_it(executor: JITGraphExecutor) -> None:
    made = graph(population([0]), external(1), projection(1, 0, [(0, 0)], weight=63))
    [spikes] = trains(execute(executor, (made, 0.02, {1: [0.01, 0.03]})), made)
    assert len(spikes[0, 0, 0]) == 1, "what is sent later is not of this snippet"


def test_neurons_are_recorded_in_the_snippets_that_say_so(executor: JITGraphExecutor) -> None:
    """Spikes of one neuron, then of the other; the membrane by the fast converter, then by the parallel ones."""
    source, ways = external(1), [projection(2, 0, [(0, 0)], weight=63), projection(2, 1, [(0, 0)], weight=63)]
    one = population([0]), population([1], record=False), source, *ways, MADCRecording([recorded(1, 0)])
    other = population([0], record=False), population([1]), source, *ways, CADCRecording([recorded(0, 0)])
    graphs = graph(*one), graph(*other)
    output = execute(executor, *((made, 0.1, {2: [0.05]}) for made in graphs))
    first, second = trains(output, *graphs)
    assert ([*map(len, first.values())], [*map(len, second.values())]) == ([1], [1]) and [*first, *second] == [(0, 0, 0), (1, 0, 0)]
    madc = [extract_madc_samples(snippet, made) for snippet, made in zip(output.snippets, graphs, strict=True)]
    cadc = [extract_cadc_samples(snippet, made) for snippet, made in zip(output.snippets, graphs, strict=True)]
    assert len(madc[0][0].time) > 2000 and min(madc[0][0].time) >= 0 and max(madc[0][0].time) < 0.1
    assert len(cadc[1][0].time) > 30 and min(cadc[1][0].time) >= 0 and max(cadc[1][0].time) < 0.1
    assert not len(madc[1][0].time) and not len(cadc[0][0].time)


def test_a_generator_has_the_rate_of_the_snippet(executor: JITGraphExecutor) -> None:
    def at(period: int) -> NetworkGraph:
        return graph(population([0]), background(1, {0: 1}, record=True, period=period), projection(1, 0, [(0, 0)], weight=63))

    graphs = at(1000), at(9000), at(1000)
    counts = [len(spikes[1, 0, 0]) for spikes in trains(execute(executor, *((made, 0.5, {}) for made in graphs)), *graphs)]
    assert counts[0] == pytest.approx(counts[2], abs=2) and counts[1] == pytest.approx(counts[0] / 9, abs=2) and counts[1] > 3


def test_spikes_at_the_borders_belong_to_the_snippet_that_begins(executor: JITGraphExecutor) -> None:
    """In any order, several at a time: each arrives once."""
    made = graph(population([0]), external(1, record=True), projection(1, 0, [(0, 0)], weight=63))
    [spikes] = trains(execute(executor, (made, 0.1, {1: [0.05, 0.02, 0.05, 0.0, 0.1]})), made)
    assert np.round(spikes[1, 0, 0], 2).tolist() == [0.0, 0.02, 0.05, 0.05]


# --------------------------------------------------------------------------------------------------------------------- from run to run
def test_a_weight_that_grows_beyond_one_synapse_and_back(executor: JITGraphExecutor) -> None:
    """Routed anew when it needs more synapses, not when it needs less."""

    def of(weight: int) -> Network:
        return network(population([0]), external(1), projection(1, 0, [(0, 0)], weight=weight))

    made = build_network_graph(of(10), PortfolioRouter()(of(10)))
    assert requires_routing(of(100), made) and not requires_routing(of(63), made)
    with pytest.raises(UnsuccessfulRouting, match=r"neuron 0 of population 0 needs 300 synapses .* its column has 256"):
        PortfolioRouter()(of(63 * 300))
    large = build_network_graph(of(100), PortfolioRouter()(of(100)))
    assert not requires_routing(of(40), large)
    update_network_graph(large, of(40))
    assert [len(spikes[0, 0, 0]) for spikes in trains(execute(executor, (large, 0.1, {1: [0.05]})), large)] == [1]


# ---------------------------------------------------------------------------------------------------------------------- how long it is
def test_a_runtime_of_nothing_is_one(executor: JITGraphExecutor) -> None:
    made = graph(population([0]))
    [spikes] = trains(execute(executor, (made, 0, {})), made)
    assert [*map(len, spikes.values())] == [0]


@pytest.mark.parametrize(
    ("runtimes", "text"),
    [
        ([0.1, -1], "snippet 1 is to run for -1 ms, -125000 cycles"),
        ([40_000], "snippet 0 is to run for 40000 ms, .* from 0 to 34359.7 ms"),
        ([20_000, 20_000], r"batch entry 0 of ExecutionInstanceID\(0\) is to run for 40000 ms"),
    ],
)
def test_what_the_timer_cannot_count_is_refused(executor: JITGraphExecutor, runtimes: list[float], text: str) -> None:
    made = graph(population([0]))
    with pytest.raises(InputError, match=text):
        execute(executor, *((made, runtime, {}) for runtime in runtimes))
    assert trains(execute(executor, (made, 0.01, {})), made), "the executor is as good as before"
