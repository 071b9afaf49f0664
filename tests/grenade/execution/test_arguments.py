"""Arguments of runs that do not fit together, recordings that nobody has made, and what happens between batch entries."""

from __future__ import annotations

import numpy as np
import pytest
from graphs_by_hand import CHIP, INSTANCE, MS, Example, runtime

from grenade.common import ExecutionInstanceID
from grenade.errors import InputError
from grenade.execution import JITGraphExecutor, ManagedJITGraphExecutor, extract_plasticity_rule_recording_data, run
from grenade.execution.connection import ConnectionError
from grenade.execution.plasticity_data import RecordingError
from grenade.network import PlasticityRuleOnNetwork
from grenade.network.descriptors import PlasticityRuleOnExecutionInstance
from grenade.network.graph import RuleOnHardware
from grenade.signal_flow import InputData, InputDataSnippet, OutputDataSnippet
from pygrenade_vx.network import PlasticityRule


def test_inputs_are_inputs(executor: JITGraphExecutor) -> None:
    example = Example()
    with pytest.raises(TypeError, match="inputs are an InputData, not 3"):
        run(executor, example.graph, example.config, 3)


def test_snippets_have_the_same_execution_instances(executor: JITGraphExecutor) -> None:
    first, second = Example(), Example()
    other = ExecutionInstanceID(7)
    for mapping in (second.graph.hardware, second.graph.graph_translation.execution_instances):
        mapping[other] = mapping.pop(INSTANCE)  # type: ignore[attr-defined]
    with pytest.raises(InputError, match="snippet 1 has other execution instances than snippet 0"):
        run(executor, [first.graph, second.graph], [first.config, {other: second.config[INSTANCE]}], runtime(1000, 1000))


def test_recordings_that_nobody_has_made() -> None:
    graph, number = Example().graph, PlasticityRuleOnNetwork(0)
    with pytest.raises(RecordingError, match=r"Requested plasticity rule not part of network graph\. \(rule 0"):
        extract_plasticity_rule_recording_data(OutputDataSnippet(), graph, number)
    placed = graph.hardware[INSTANCE].rules[PlasticityRuleOnExecutionInstance(0)] = RuleOnHardware(PlasticityRule(), [], [])
    with pytest.raises(RecordingError, match=r"Requested plasticity rule isn't recording data\. \(rule 0"):
        extract_plasticity_rule_recording_data(OutputDataSnippet(), graph, number)
    placed.rule.recording = PlasticityRule.RawRecording(4, False)
    with pytest.raises(RecordingError, match="does not contain the recording of the plasticity rule"):
        extract_plasticity_rule_recording_data(OutputDataSnippet(), graph, number)


def test_batch_entries_may_wait_with_the_network_silenced(executor: JITGraphExecutor) -> None:
    example = Example((3,))

    def duration(wait: int, silent: bool) -> float:
        inputs = InputData([InputDataSnippet(runtime=[{INSTANCE: MS // 20}] * 2)], {INSTANCE: wait}, {INSTANCE: silent})
        output = run(executor, example.graph, example.config, inputs)
        [entries] = [snippet.data[INSTANCE].spikes for snippet in output.snippets]
        assert entries is not None and all(len(entry.times) > 2 and np.all(entry.times < MS // 20 + 100) for entry in entries)
        assert output.execution_time_info is not None
        [(spent)] = output.execution_time_info.execution_duration_per_hardware.values()
        return spent[CHIP].total_seconds()

    assert duration(MS * 2, True) > duration(0, False) + 1.5e-3


def test_an_executor_is_opened_once_and_released_as_often_as_one_likes() -> None:
    made = ManagedJITGraphExecutor()
    with made, pytest.raises(ConnectionError, match="this executor is open already"):
        made.__enter__()
    made.__exit__(None, None, None)
    with made as executor:
        assert executor is not None
