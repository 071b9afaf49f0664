"""Whole runs on the embedded model: what comes back, what is written, what is refused."""

from __future__ import annotations

import logging

import numpy as np
import pytest
from graphs_by_hand import CHIP, INSTANCE, MS, Example, runtime

from fisch import ZeroMockConnection, connection_from_environment
from grenade.common import ConnectionOnExecutor, ExecutionInstanceID, Time
from grenade.errors import InputError
from grenade.execution import (
    ExecutionError,
    ExecutionInstanceHooks,
    JITGraphExecutor,
    ManagedJITGraphExecutor,
    extract_madc_samples,
    extract_neuron_spikes,
    run,
)
from grenade.network.graph import NetworkGraph
from grenade.signal_flow import InputData, OutputData, SpikesToChip
from halco import (
    BarrierOnFPGA,
    ChipOnDLS,
    CommonNeuronBackendConfigOnDLS,
    CrossbarInputOnDLS,
    CrossbarL2OutputOnDLS,
    CrossbarNodeOnDLS,
    Enum,
    NeuronConfigOnDLS,
    NullPayloadReadableOnFPGA,
    PollingOmnibusBlockConfigOnFPGA,
    PollingOmnibusBlockOnFPGA,
    SynapseQuadOnDLS,
    SynapseWeightRowOnDLS,
)
from haldls import Barrier, CrossbarNode, PollingOmnibusBlock, PollingOmnibusBlockConfig, SynapseQuad, Timer
from haldls.lola import Chip, SynapseWeightRow
from stadls import AbsoluteTimePlaybackProgramBuilder, PlaybackProgramBuilder

FEW = 2000
"""Messages of a run that configures nothing."""
WHOLE = 200_000
"""Less than what a whole configuration takes."""


def times(output: OutputData, snippet: int = 0, batch: int = 0) -> np.ndarray:
    spikes = output.snippets[snippet].data[INSTANCE].spikes
    assert spikes is not None
    return spikes[batch].times


def hooks(**builders: object) -> dict[ExecutionInstanceID, ExecutionInstanceHooks]:
    return {INSTANCE: ExecutionInstanceHooks(CHIP, ExecutionInstanceHooks.Chip(**builders))}


@pytest.fixture
def sent(executor: JITGraphExecutor, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Number of messages of every program from now on."""
    connection = executor.connection(ConnectionOnExecutor()).connection.connections[0]
    numbers: list[int] = []
    execute = connection.execute
    monkeypatch.setattr(connection, "execute", lambda words: (numbers.append(len(words)), execute(words))[1])
    return numbers


def loopback(labels: tuple[int, ...]) -> Example:
    """Spikes of the host come straight back; all count as those of neuron 0 of population 0, 1, ..."""
    example = Example(())
    for output in range(4):
        where = CrossbarNodeOnDLS(CrossbarL2OutputOnDLS(output).toCrossbarOutputOnDLS(), CrossbarInputOnDLS(8 + output))
        example.hardware.crossbar_nodes[where] = CrossbarNode()
    translation = example.graph.graph_translation.execution_instances[INSTANCE]
    translation.event_input_vertex, translation.event_output_vertex = 0, 1
    translation.spikes.recorded = [(number, 0, 0) for number in range(len(labels))]  # type: ignore[misc]
    for number, label in enumerate(labels):
        translation.spikes.index_of_label[label] = number
    return example


# ----------------------------------------------------------------------------------------------------------------- what comes back
def test_spikes_and_samples_of_a_neuron_that_fires_by_itself(executor: JITGraphExecutor) -> None:
    example = Example((3,), madc=(3,))
    output = run(executor, example.graph, example.config, runtime(MS // 5))
    [spikes] = extract_neuron_spikes(output.snippets[0], example.graph)
    assert list(spikes) == [(0, 0, 0)]
    train = spikes[0, 0, 0]
    assert len(train) > 5 and train.min() >= 0 and train.max() < 0.2
    assert np.diff(train).std() < 0.2 * np.diff(train).mean(), "regular"
    [samples] = extract_madc_samples(output.snippets[0], example.graph)
    assert len(samples.time) == pytest.approx(0.2 * 29.41e3, rel=0.01)
    assert set(samples.population) | set(samples.neuron_on_population) == {0}
    assert samples.value.std() > 10
    info = output.execution_time_info
    assert info is not None and info.execution_duration > info.execution_duration_per_hardware[ConnectionOnExecutor()][CHIP]
    assert info.realtime_duration_per_execution_instance[INSTANCE][CHIP].total_seconds() == pytest.approx(200e-6, rel=0.01)
    assert output.execution_health_info is not None
    counters = output.execution_health_info.execution_instances[INSTANCE].chips[CHIP].crossbar_output_event_counter
    assert int(counters[8].value) >= len(train) and not any(int(counters[n].value) for n in range(8))
    assert output.snippets[0].pre_execution_chips[INSTANCE][CHIP].neuron_block.atomic_neurons[3].readout.enable_buffered_access


def test_two_neurons_share_the_fast_converter(executor: JITGraphExecutor) -> None:
    example = Example((0, 1, 5), madc=(1, 0))
    output = run(executor, example.graph, example.config, runtime(MS // 10))
    [samples] = extract_madc_samples(output.snippets[0], example.graph)
    counts = {neuron: int((samples.neuron_on_population == neuron).sum()) for neuron in range(3)}
    assert counts[2] == 0 and abs(counts[0] - counts[1]) <= 1 and counts[0] > 1000


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_of_two_neurons_each_gets_its_own_samples(executor: JITGraphExecutor, order: tuple[int, int]) -> None:
    example = Example((0, 1), madc=order)
    for number, v_leak in ((0, 500), (1, 900)):
        neuron = example.chip.neuron_block.atomic_neurons[number]
        neuron.leak.v_leak, neuron.leak.i_bias, neuron.threshold.enable = v_leak, 1000, False
    [samples] = extract_madc_samples(run(executor, example.graph, example.config, runtime(MS // 10)).snippets[0], example.graph)
    means = [samples.value[samples.neuron_on_population == number].mean() for number in (0, 1)]
    assert means[0] + 200 < means[1]


def test_a_spike_train_comes_back_where_it_was_sent(executor: JITGraphExecutor) -> None:
    example = loopback((0x10, 0x20))
    sent_times = [0, 1000, 1000, 5000, 12_499]
    output = run(executor, example.graph, example.config, runtime(MS // 10, spikes=(sent_times, [0x10, 0x10, 0x20, 0x20, 0x10])))
    [spikes] = extract_neuron_spikes(output.snippets[0], example.graph)
    found = {population: np.rint(train * MS).astype(int).tolist() for (population, _, _), train in spikes.items()}
    assert found[1] == pytest.approx([1000, 5000], abs=60)
    assert found[0][:2] == pytest.approx([0, 1000], abs=60)


def test_who_changes_a_train_in_place_changes_nobody_elses(executor: JITGraphExecutor) -> None:
    """PyNN.brainscales2 shifts trains by the begin of their snippet each time that somebody asks for them."""
    example = Example((3,))
    [spikes] = extract_neuron_spikes(run(executor, example.graph, example.config, runtime(MS // 5)).snippets[0], example.graph)
    before, shifted = spikes[0, 0, 0], spikes[0, 0, 0]
    shifted += 1.0
    assert len(before) > 5
    np.testing.assert_array_equal(spikes[0, 0, 0], before)


def test_without_a_runtime_the_last_spike_ends_it(executor: JITGraphExecutor) -> None:
    example = loopback((1,))
    inputs = runtime(0, spikes=([4000, 5000], [1, 1]))
    inputs.snippets[0].runtime = []
    output = run(executor, example.graph, example.config, inputs)
    assert output.execution_time_info is not None
    duration = output.execution_time_info.realtime_duration_per_execution_instance[INSTANCE][CHIP]
    assert duration.total_seconds() == pytest.approx(5000 * 8e-9, rel=0.01)


def test_batch_entries_have_input_and_output_of_their_own(executor: JITGraphExecutor) -> None:
    example = loopback((1,))
    inputs = runtime(MS // 10)
    inputs.snippets[0].runtime = [{INSTANCE: Time(length)} for length in (12_500, 25_000, 12_500)]
    trains = ([100], [100, 20_000], [])
    inputs.snippets[0].data[INSTANCE] = [SpikesToChip(np.array(t, np.int64), np.ones(len(t), np.uint16)) for t in trains]
    inputs.inter_batch_entry_wait[INSTANCE] = Time(1000)
    output = run(executor, example.graph, example.config, inputs)
    found = extract_neuron_spikes(output.snippets[0], example.graph)
    assert [len(one[0, 0, 0]) for one in found] == [1, 2, 0]


def test_a_run_without_neurons_and_recordings(executor: JITGraphExecutor) -> None:
    example = Example(())
    output = run(executor, example.graph, example.config, runtime(100))
    assert extract_neuron_spikes(output.snippets[0], example.graph) == extract_neuron_spikes(output.snippets[0], NetworkGraph())
    assert run(executor, NetworkGraph(), example.config, runtime(100)).snippets[0].data == {}
    assert run(executor, example.graph, example.config, InputData([runtime(1).snippets[0].__class__()])).execution_time_info is not None


# -------------------------------------------------------------------------------------------------------------------- snippets
def silent(example: Example) -> dict[ExecutionInstanceID, dict[object, Chip]]:
    """The same configuration with neurons that rest."""
    chip = Chip(example.chip)
    for neuron in chip.neuron_block.atomic_neurons:
        neuron.event_routing.analog_output = type(neuron.event_routing).AnalogOutputMode.off
    return {INSTANCE: {CHIP: chip}}


def test_snippets_follow_one_another_with_configurations_of_their_own(executor: JITGraphExecutor, sent: list[int]) -> None:
    example = Example((3,))
    configs, lengths = [example.config, silent(example), example.config], (12_500, 25_000, 12_500)
    for _ in range(2):
        output = run(executor, [example.graph] * 3, configs, runtime(*lengths))
        counts = [len(times(output, snippet)) for snippet in range(3)]
        assert counts[0] > 5 and counts[1] == 0 and counts[2] > 5
        assert all((times(output, number) < length).all() for number, length in enumerate(lengths))
    assert sent[0] > WHOLE and sent[1] < FEW


def test_what_the_last_snippet_left_is_known(executor: JITGraphExecutor, sent: list[int]) -> None:
    example = Example((3,))
    run(executor, [example.graph] * 2, [example.config, silent(example)], runtime(1000, 1000))
    assert len(times(run(executor, example.graph, silent(example), runtime(12_500)))) == 0
    assert len(times(run(executor, example.graph, example.config, runtime(12_500)))) > 5
    assert max(sent[1:]) < FEW


# ------------------------------------------------------------------------------------------------------------------ what is written
def test_only_what_differs_is_written(executor: JITGraphExecutor, sent: list[int]) -> None:
    example = Example((3,))
    for _ in range(2):
        run(executor, example.graph, example.config, runtime(1000))
    assert sent[0] > WHOLE and sent[1] < FEW
    example.chip.synapse_blocks[0].matrix.amp_calibs[7][9] = 3
    run(executor, example.graph, example.config, runtime(1000))
    assert sent[2] == sent[1] + 2, "one word"


def test_without_memory_every_run_writes_everything() -> None:
    example, executor = Example((3,)), JITGraphExecutor([connection_from_environment()], enable_differential_config=False)
    connection = executor.connection(ConnectionOnExecutor()).connection.connections[0]
    numbers, execute = [], connection.execute
    connection.execute = lambda words: (numbers.append(len(words)), execute(words))[1]  # type: ignore[method-assign]
    for _ in range(2):
        run(executor, example.graph, example.config, runtime(1000))
    executor.close()
    assert min(numbers) > WHOLE


def test_the_capacitive_memory_gets_time_to_settle(executor: JITGraphExecutor) -> None:
    example = Example((3,))
    ticket_times = []
    for v_leak in (1000, 1000, 900):
        example.chip.neuron_block.atomic_neurons[3].leak.v_leak = v_leak
        builder = PlaybackProgramBuilder()
        ticket = builder.read(NullPayloadReadableOnFPGA())
        run(executor, example.graph, example.config, runtime(1000), hooks(pre_realtime=builder))
        ticket_times.append(int(ticket.fpga_time))
    waits = np.diff(ticket_times)
    assert waits[0] < 50 * MS and waits[1] > 100 * MS


def test_what_a_hook_has_changed_is_written_back(executor: JITGraphExecutor) -> None:
    example, where = Example((3,)), SynapseQuadOnDLS(Enum(77))
    quad = SynapseQuad()
    quad.weights[2] = 33
    builder, reading = PlaybackProgramBuilder(), PlaybackProgramBuilder()
    builder.write(where, quad)
    run(executor, example.graph, example.config, runtime(1000), hooks(post_realtime=builder))
    ticket = reading.read(where)
    run(executor, example.graph, example.config, runtime(1000), hooks(pre_realtime=reading))
    assert int(ticket.get().weights[2]) == 0


# --------------------------------------------------------------------------------------------------------------------------- hooks
def test_hooks_happen_in_their_order(executor: JITGraphExecutor) -> None:
    example, names = Example((3,)), ("pre_realtime", "inside_realtime_begin", "inside_realtime_end", "post_realtime")
    builders = {name: PlaybackProgramBuilder() for name in names}
    inside = AbsoluteTimePlaybackProgramBuilder()
    tickets = {name: builder.read(NullPayloadReadableOnFPGA()) for name, builder in builders.items()}
    at = {when: inside.read(Timer.Value(when), NullPayloadReadableOnFPGA()) for when in (0, 5000)}
    run(executor, example.graph, example.config, runtime(12_500), hooks(**builders, inside_realtime=inside))
    assert all(builder.empty() for builder in builders.values()) and inside.empty()
    found = [int(tickets[name].fpga_time) for name in names]
    assert found == sorted(found)
    assert int(at[5000].fpga_time) - int(at[0].fpga_time) == pytest.approx(5000, abs=5)
    assert found[1] < int(at[0].fpga_time) < int(at[5000].fpga_time) < found[2]


def test_a_hook_inside_counts_from_the_first_snippet(executor: JITGraphExecutor) -> None:
    example, inside = Example((3,)), AbsoluteTimePlaybackProgramBuilder()
    begin = inside.read(Timer.Value(0), NullPayloadReadableOnFPGA())
    later = inside.read(Timer.Value(3000), CommonNeuronBackendConfigOnDLS(0))
    end = PlaybackProgramBuilder()
    after = end.read(NullPayloadReadableOnFPGA())
    run(executor, [example.graph] * 2, [example.config] * 2, runtime(2000, 2000), hooks(inside_realtime=inside, inside_realtime_end=end))
    assert int(after.fpga_time) - int(begin.fpga_time) >= 4000
    assert later.get().enable_clocks


def test_a_hook_before_the_configuration_is_overwritten_by_it(executor: JITGraphExecutor, sent: list[int]) -> None:
    example, where = Example((3,)), NeuronConfigOnDLS(Enum(3))
    run(executor, example.graph, example.config, runtime(1000))
    builder, reading = PlaybackProgramBuilder(), PlaybackProgramBuilder()
    builder.write(where, type(example.chip.neuron_block.atomic_neurons[3].asNeuronConfig())())
    ticket = reading.read(where)
    run(executor, example.graph, example.config, runtime(1000), hooks(pre_static_config=builder, pre_realtime=reading))
    assert ticket.get() == example.chip.neuron_block.atomic_neurons[3].asNeuronConfig()
    assert sent[1] > WHOLE


def test_weights_written_while_it_runs_are_seen_at_the_end(executor: JITGraphExecutor) -> None:
    example, row = Example((3,)), SynapseWeightRowOnDLS(Enum(4))
    reading, inside = PlaybackProgramBuilder(), AbsoluteTimePlaybackProgramBuilder()
    ticket = reading.read(row)
    content = SynapseWeightRow()
    content.values[12] = 60
    inside.write(Timer.Value(500), row, content)
    run(executor, example.graph, example.config, runtime(1000), hooks(inside_realtime=inside, post_realtime=reading))
    assert ticket.get() == content


# ------------------------------------------------------------------------------------------------------------------- what goes wrong
def blocking() -> PlaybackProgramBuilder:
    """Waits for a register to show what it never will."""
    builder = PlaybackProgramBuilder()
    builder.write(PollingOmnibusBlockConfigOnFPGA(), PollingOmnibusBlockConfig(address=0x2800000, target=12345, mask=0xFFFFFFFF))
    builder.block_until(BarrierOnFPGA(), Barrier.omnibus)
    builder.block_until(PollingOmnibusBlockOnFPGA(), PollingOmnibusBlock())
    return builder


def test_a_failed_run_says_so_and_the_next_one_writes_everything(executor: JITGraphExecutor, sent: list[int]) -> None:
    example = Example((3,))
    run(executor, example.graph, example.config, runtime(1000))
    with pytest.raises(ExecutionError, match=r"(?s)At least one playback program execution was not successful\..*timeout"):
        run(executor, example.graph, example.config, runtime(1000), hooks(pre_realtime=blocking()))
    assert len(times(run(executor, example.graph, example.config, runtime(12_500)))) > 5
    assert sent[2] > WHOLE


@pytest.mark.parametrize(
    ("graphs", "configs", "snippets", "text"),
    [(2, 1, 1, "there are 2, 1 and 1"), (1, 2, 1, "there are 1, 2 and 1"), (1, 1, 3, "there are 1, 1 and 3"), (0, 0, 0, "0, 0 and 0")],
)
def test_there_is_one_of_each_for_each_snippet(executor: JITGraphExecutor, graphs: int, configs: int, snippets: int, text: str) -> None:
    example = Example((3,))
    with pytest.raises(InputError, match=text):
        run(executor, [example.graph] * graphs, [example.config] * configs, runtime(*[100] * snippets))


def test_what_is_missing_is_named(executor: JITGraphExecutor) -> None:
    example = loopback((1,))
    with pytest.raises(InputError, match=r"no configuration for ExecutionInstanceID\(0\), ChipOnConnection\(0\) in snippet 0"):
        run(executor, example.graph, {INSTANCE: {}}, runtime(100))
    other = runtime(100)
    other.snippets[0].data[ExecutionInstanceID(3)] = [SpikesToChip(np.zeros(0, np.int64), np.zeros(0, np.uint16))]
    with pytest.raises(InputError, match="snippet 0 has external sources"):
        run(executor, example.graph, example.config, other)
    with pytest.raises(TypeError, match="a NetworkGraph is needed"):
        run(executor, [1], [example.config], runtime(100))  # type: ignore[list-item]
    with pytest.raises(TypeError, match=r"lola\.Chip"):
        run(executor, example.graph, {INSTANCE: {CHIP: 3}}, runtime(100))  # type: ignore[dict-item]


def test_arguments_of_other_kinds_are_named(executor: JITGraphExecutor) -> None:
    example, inputs = Example(), runtime(100)
    with pytest.raises(TypeError, match="a NetworkGraph is needed for each snippet, not None"):
        run(executor, None, example.config, inputs)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="a configuration of each chip is needed for each snippet, not 3"):
        run(executor, example.graph, 3, inputs)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="hooks are ExecutionInstanceHooks for each instance, not 3"):
        run(executor, example.graph, example.config, inputs, {INSTANCE: 3})  # type: ignore[dict-item]


def test_batches_of_different_sizes_are_refused(executor: JITGraphExecutor) -> None:
    example, inputs = Example((3,)), runtime(100, 100)
    inputs.snippets[1].runtime *= 2
    with pytest.raises(InputError, match="same number of batch entries"):
        run(executor, [example.graph] * 2, [example.config] * 2, inputs)


# ----------------------------------------------------------------------------------------------------------------------- connections
def test_a_plain_connection_is_taken_with_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    example, connection = Example((3,)), connection_from_environment()
    with caplog.at_level(logging.WARNING, logger="grenade.execution"):
        for _ in range(2):
            assert len(times(run(connection, example.graph, example.config, runtime(12_500)))) > 5
    assert "plain connection is deprecated" in caplog.text
    connection.close()


def test_an_executor_can_be_opened_again() -> None:
    manager = ManagedJITGraphExecutor()
    example = Example((3,))
    for _ in range(2):
        executor = manager.__enter__()
        assert executor.size() == 1 and executor.contained_connections() == {ConnectionOnExecutor()}
        assert len(executor.get_unique_identifier()[ConnectionOnExecutor()]) == 1
        assert len(times(run(executor, example.graph, example.config, runtime(12_500)))) > 5
        manager.__exit__()
        with pytest.raises(RuntimeError, match="closed"):
            run(executor, example.graph, example.config, runtime(100))


def test_a_connection_to_nothing_gives_nothing() -> None:
    example = Example((3,), madc=(3,))
    with ZeroMockConnection() as connection:
        output = run(JITGraphExecutor([connection]), example.graph, example.config, runtime(MS))
    [spikes] = extract_neuron_spikes(output.snippets[0], example.graph)
    assert spikes[0, 0, 0].tolist() == []
    [samples] = extract_madc_samples(output.snippets[0], example.graph)
    assert [len(column) for column in samples] == [0] * 6


def test_the_configuration_that_was_written_is_a_copy(executor: JITGraphExecutor) -> None:
    example = Example((3,))
    output = run(executor, example.graph, example.config, runtime(100))
    written = output.snippets[0].pre_execution_chips[INSTANCE][CHIP]
    written.neuron_block.atomic_neurons[3].leak.v_leak = 5
    again = run(executor, example.graph, example.config, runtime(100))
    assert int(again.snippets[0].pre_execution_chips[INSTANCE][CHIP].neuron_block.atomic_neurons[3].leak.v_leak) == 1000
    assert written.coordinate is ChipOnDLS
