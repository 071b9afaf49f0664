"""What a user takes for granted: with sources that nobody connects or records, between snippets, and how long a run lasts."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from graphs_by_hand import CHIP, INSTANCE, MS
from networks import background, external, graph, population, projection

import pygrenade_vx as grenade
from grenade.errors import InputError
from grenade.execution import JITGraphExecutor
from haldls.lola import Chip
from pygrenade_vx.network import InputGenerator, NetworkGraph, extract_neuron_spikes, run
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
