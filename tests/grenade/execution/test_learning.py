"""Weights that rules change: in a second run, from snippet to snippet, after a kernel that failed; and what the rules record of them."""

from __future__ import annotations

import subprocess
from typing import Any

import numpy as np
import pytest
from graphs_by_hand import CHIP, INSTANCE, MS
from networks import PROJECTION, all_to_all, external, graph, population, projection

from grenade.execution import ExecutionError, ExecutionInstanceHooks, JITGraphExecutor
from grenade.ppu import KernelError
from halco import SynapseWeightMatrixOnDLS
from haldls.lola import Chip
from pygrenade_vx.network import (
    InputGenerator,
    NetworkGraph,
    PlasticityRule,
    PlasticityRuleOnNetwork,
    PopulationOnNetwork,
    Projection,
    extract_plasticity_rule_recording_data,
    requires_routing,
    run,
    update_network_graph,
)
from pygrenade_vx.signal_flow import InputData, OutputData
from stadls import PlaybackProgramBuilder

pytestmark = pytest.mark.usefixtures("compiler")

HEADERS = """
#include "grenade/vx/ppu/synapse_array_view_handle.h"
#include "grenade/vx/ppu/neuron_view_handle.h"
#include "grenade/vx/ppu/time.h"
#include "hate/tuple.h"
using namespace grenade::vx::ppu;
using namespace libnux::vx;
extern volatile PPUOnDLS ppu;
template <size_t N, size_t M>
void PLASTICITY_RULE_KERNEL(std::array<SynapseArrayViewHandle, N>& synapses, std::array<NeuronViewHandle, M>&, Recording& recording)
"""
STRENGTHEN = """{
    hate::for_each([&](auto& found, auto& view) {
        if (view.hemisphere != ppu) { return; }
        recording.time = now();
        for (size_t i = 0; i < view.rows.size(); ++i) {
            auto const row = view.get_weights(i) + vector_row_t(5);
            view.set_weights(row, i);
            for (size_t j = 0; j < view.columns.size(); ++j) { found[i][j] = row[view.columns[j]]; }
        }
    }, recording.w, synapses);
}
"""


def rule(kernel: str = HEADERS + STRENGTHEN, start: float = 0, period: float = 0.1, runs: int = 3) -> PlasticityRule:
    """Adds 5 to all weights, each time; times in ms."""
    made, timed = PlasticityRule(), PlasticityRule.TimedRecording
    made.kernel, made.projections = kernel, [PROJECTION(0)]
    made.timer = PlasticityRule.Timer(*(PlasticityRule.Timer.Value(round(time * MS * 2)) for time in (start, period)), runs)
    recorded = timed.ObservablePerSynapse(
        timed.ObservablePerSynapse.Type.uint8, timed.ObservablePerSynapse.LayoutPerRow.packed_active_columns
    )
    made.recording = timed({"w": recorded})
    return made


def learning(weight: int = 10, static: int | None = None, **changes: Any) -> NetworkGraph:
    """Two sources, two neurons, a rule for the projection between them; and another projection that is not the rule's."""
    made: Projection = projection(1, 0, all_to_all(2, 2), weight=weight)
    rest = [] if static is None else [projection(1, 0, [(0, 0)], weight=static)]
    return graph(population([0, 1]), external(2), made, *rest, rule(**changes))


def execute(
    executor: JITGraphExecutor, *graphs: NetworkGraph, runtime: float = 0.3, hooks: Any = None, chip: Any = None, spikes: Any = ()
) -> OutputData:
    snippets = []
    for made in graphs:
        generator = InputGenerator(made)
        generator.add([*spikes], PopulationOnNetwork(1))
        snippets.append(generator.done())
        snippets[-1].runtime = [{INSTANCE: int(runtime * MS)}]
    return run(executor, [*graphs], [{INSTANCE: {CHIP: chip or Chip()}} for _ in graphs], InputData(snippets), hooks or {})


def recorded(output: OutputData, *graphs: NetworkGraph, number: int = 0) -> list[list[tuple[float, list[int]]]]:
    """Of each snippet times in ms, to 0.1 ms, and the weights that were found, each once."""
    found = []
    for snippet, made in zip(output.snippets, graphs, strict=True):
        data = extract_plasticity_rule_recording_data(snippet, made, PlasticityRuleOnNetwork(number))
        [samples] = data.data_per_synapse["w"][PROJECTION(number)]
        found.append([(round(int(one.time) / MS, 1), np.unique(np.concatenate(one.data)).tolist()) for one in samples])
    return found


def learned(executor: JITGraphExecutor, made: NetworkGraph) -> list[int]:
    """Weights that stand in the chip after a run."""
    builder = PlaybackProgramBuilder()
    ticket = builder.read(SynapseWeightMatrixOnDLS(0))
    hook = ExecutionInstanceHooks(CHIP, ExecutionInstanceHooks.Chip(post_realtime=builder))
    execute(executor, made, hooks={INSTANCE: hook})
    weights = ticket.get().values.to_numpy()
    return np.unique(weights[weights > 0]).tolist()


def test_rules_of_equal_number_record_apart(executor: JITGraphExecutor) -> None:
    """As those of two projections in PyNN are, if nobody says otherwise; here in one row, at times between each other."""
    often, once = rule(period=0.05, runs=4), rule(start=0.12, runs=1)
    once.projections = [PROJECTION(1)]
    projections = [projection(1, 0, [(n, n)], weight=weight) for n, weight in enumerate((10, 30))]
    made = graph(population([0, 1]), external(2), *projections, often, once)
    output = execute(executor, made)
    assert [weights for _, weights in recorded(output, made)[0]] == [[15], [20], [25], [35]]
    assert recorded(output, made, number=1) == [[(0.1, [50])]]


# ----------------------------------------------------------------------------------------------------------------------- second run
def test_every_run_starts_from_the_weights_of_the_network(executor: JITGraphExecutor) -> None:
    made = learning()
    assert [learned(executor, made) for _ in range(2)] == [[25], [25]]
    assert learned(executor, learning(weight=20)) == [35]


def test_after_a_kernel_that_does_not_compile(executor: JITGraphExecutor) -> None:
    with pytest.raises(KernelError, match="plasticity rule 0 does not compile: it uses nonsense"):
        execute(executor, learning(kernel=HEADERS + "{ nonsense; }"))
    assert learned(executor, learning()) == [25]


def test_after_a_kernel_that_never_ends(executor: JITGraphExecutor) -> None:
    with pytest.raises(ExecutionError, match="the processors were still busy: plasticity rule 0 does not end"):
        execute(executor, learning(kernel=HEADERS + "{ volatile int x = 1; while (x) {} }"))
    assert learned(executor, learning()) == [25]


def test_nothing_is_compiled_or_routed_when_weights_spikes_or_parameters_change(
    executor: JITGraphExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, other, chip = learning(), learning(weight=20), Chip()
    execute(executor, first)
    monkeypatch.setattr(subprocess, "Popen", lambda *arguments, **_: pytest.fail(f"was called: {arguments}"))
    assert not requires_routing(other.network, first)
    update_network_graph(first, other.network)
    chip.neuron_block.atomic_neurons[0].leak.i_bias = 300
    assert recorded(execute(executor, first, chip=chip, spikes=[0.1, 0.2]), first)[0][0] == (0.0, [25])


# ------------------------------------------------------------------------------------------------------------------------- snippets
def test_a_rule_goes_on_in_the_next_snippet(executor: JITGraphExecutor) -> None:
    """With the weights that it has reached, and in its own time; another projection may change meanwhile."""
    graphs = learning(static=7), learning(static=9, start=0.3)
    first, second = recorded(execute(executor, *graphs), *graphs)
    assert first == [(0.0, [15]), (0.1, [20]), (0.2, [25])]
    assert second == [(0.3, [30]), (0.4, [35]), (0.5, [40])]


def test_weights_that_are_set_between_snippets_count(executor: JITGraphExecutor) -> None:
    graphs = learning(), learning(weight=40, start=0.3)
    assert [weights for _, weights in recorded(execute(executor, *graphs), *graphs)[1]] == [[45], [50], [55]]


def test_a_timer_of_the_snippet_before_is_announced(executor: JITGraphExecutor, caplog: pytest.LogCaptureFixture) -> None:
    """A network that was not changed asks for the same runs again, on top of those of the first snippet."""
    made = learning()
    execute(executor, made, made)
    [message] = [one.getMessage() for one in caplog.records if "runs twice" in one.getMessage()]
    assert "plasticity rule 0 runs twice: its timer in snippet 1 starts at 0 ms, but the snippet begins at 0.3 ms" in message


def test_runs_that_do_not_take_place_are_announced(executor: JITGraphExecutor, caplog: pytest.LogCaptureFixture) -> None:
    """The last one is due at the very end, in a time that rounding makes part of the experiment."""
    made = learning(runs=4)
    assert recorded(execute(executor, made), made)[0][-1] == (0.0, [0])
    found = [one.getMessage() for one in caplog.records if one.levelname == "WARNING"]
    assert len(found) == 2 and all(text.startswith("plasticity rule 0 ran 3 times of 4 (PPUOnDLS(") for text in found)


def test_runs_that_are_left_out_move_the_others_up(executor: JITGraphExecutor, caplog: pytest.LogCaptureFixture) -> None:
    """A kernel that takes more than a period: entries are those that ran, also of the next snippet, and their times tell."""
    wait = "auto const end = now() + 30000; while (now() < end) {}"
    slow = HEADERS + STRENGTHEN.replace("{", "{" + wait, 1)
    graphs = learning(kernel=slow), learning(kernel=slow, start=0.3)
    first, second = recorded(execute(executor, *graphs), *graphs)
    times = [time for time, _ in first + second]
    assert times[:5] == sorted(times[:5]) and times[5] == 0.0
    text = next(one.getMessage() for one in caplog.records if one.levelname == "WARNING")
    assert text.startswith("plasticity rule 0 ran 5 times of 6") and text.endswith("which periods they are their times tell")


def test_runs_that_all_take_place_are_not_announced(executor: JITGraphExecutor, caplog: pytest.LogCaptureFixture) -> None:
    execute(executor, learning(static=7), learning(static=9, start=0.3))
    assert not [one for one in caplog.records if one.levelname == "WARNING"]


@pytest.mark.parametrize("timer", [{"runs": 0}, {"start": 1}], ids=["no runs", "after the end"])
def test_a_rule_that_is_never_due_records_nothing(executor: JITGraphExecutor, timer: dict[str, int]) -> None:
    made = learning(**timer)
    [found] = recorded(execute(executor, made), made)
    assert all(weights == [0] for _, weights in found), "room for a run that did not take place"
    assert learned(executor, made) == [10]
