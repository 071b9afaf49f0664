"""What a user takes for granted: between snippets, after a refusal, with sources that nobody connects or records, and in a second run."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from graphs_by_hand import CHIP, INSTANCE, MS
from networks import all_to_all, background, external, graph, population, projection

import pygrenade_vx as grenade
from grenade.execution import ExecutionInstanceHooks, JITGraphExecutor
from grenade.ppu import KernelError
from halco import SynapseWeightMatrixOnDLS
from haldls.lola import Chip
from haldls.ppu_toolchain import CompilerNotFoundError, find_compiler
from pygrenade_vx.network import InputGenerator, NetworkGraph, PlasticityRule, Projection, extract_neuron_spikes, run
from pygrenade_vx.signal_flow import InputData, OutputData
from stadls import PlaybackProgramBuilder


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


# ----------------------------------------------------------------------------------------------------------------------- second run
KERNEL = """
#include "grenade/vx/ppu/synapse_array_view_handle.h"
#include "grenade/vx/ppu/neuron_view_handle.h"
using namespace grenade::vx::ppu;
using namespace libnux::vx;
extern volatile PPUOnDLS ppu;
template <size_t N, size_t M>
void PLASTICITY_RULE_KERNEL(std::array<SynapseArrayViewHandle, N>& synapses, std::array<NeuronViewHandle, M>&)
{
    for (auto& view : synapses) {
        if (view.hemisphere != ppu) { continue; }
        for (size_t i = 0; i < view.rows.size(); ++i) { view.set_weights(view.get_weights(i) + vector_row_t(5), i); }
    }
}
"""


def learning(weight: int = 10, kernel: str = KERNEL) -> NetworkGraph:
    """Two sources, two neurons, and a rule that strengthens all synapses by 5, three times."""
    rule = PlasticityRule()
    rule.kernel, rule.projections = kernel, [grenade.network.ProjectionOnNetwork(0)]
    value = PlasticityRule.Timer.Value
    rule.timer.start, rule.timer.period, rule.timer.num_periods = value(0), value(25_000), 3
    made: Projection = projection(1, 0, all_to_all(2, 2), weight=weight)
    return graph(population([0, 1]), external(2), made, rule)


def learned(executor: JITGraphExecutor, made: NetworkGraph) -> list[int]:
    """Weights that stand in the chip after a run."""
    builder = PlaybackProgramBuilder()
    ticket = builder.read(SynapseWeightMatrixOnDLS(0))
    hook = ExecutionInstanceHooks(CHIP, ExecutionInstanceHooks.Chip(post_realtime=builder))
    execute(executor, (made, 0.5, {1: []}), hooks={INSTANCE: hook})
    weights = ticket.get().values.to_numpy()
    return np.unique(weights[weights > 0]).tolist()


@pytest.fixture
def compilers() -> None:
    try:
        find_compiler().for_cpp()
    except CompilerNotFoundError as error:
        pytest.skip(str(error))


@pytest.mark.usefixtures("compilers")
def test_every_run_starts_from_the_weights_of_the_network(executor: JITGraphExecutor) -> None:
    made = learning()
    assert [learned(executor, made) for _ in range(2)] == [[25], [25]]
    assert learned(executor, learning(weight=20)) == [35]


@pytest.mark.usefixtures("compilers")
def test_after_a_kernel_that_does_not_compile(executor: JITGraphExecutor) -> None:
    with pytest.raises(KernelError, match="plasticity rule 0 does not compile: it uses nonsense"):
        execute(executor, (learning(kernel="void PLASTICITY_RULE_KERNEL(int&) { nonsense; }"), 0.1, {1: []}))
    assert learned(executor, learning()) == [25]
