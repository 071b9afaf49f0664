"""Input and output of experiments: how parts are merged, and what hooks and other arguments refuse."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

from grenade.common import ChipOnConnection, ConnectionOnExecutor, ExecutionInstanceID, chip_on_executor
from grenade.errors import InputError
from grenade.execution import ExecutionInstanceHooks
from grenade.network.spike_times import SpikeTimes
from grenade.signal_flow import ExecutionHealthInfo, ExecutionTimeInfo, InputData, InputDataSnippet, SpikesToChip
from grenade.values import count, listed, mapped
from haldls import CrossbarInputDropCounter, CrossbarOutputEventCounter, HicannARQStatus, PhyStatus
from pygrenade_vx.network import Projection, Receptor

HERE, THERE = ExecutionInstanceID(0), ExecutionInstanceID(1)
CHIP, OTHER = ChipOnConnection(0), ChipOnConnection(1)


def spikes(*times: int) -> SpikesToChip:
    return SpikesToChip(np.array(times, np.int64), np.zeros(len(times), np.uint16))


# ----------------------------------------------------------------------------------------------------------------- signal flow
def test_merged_inputs_keep_what_is_there() -> None:
    mine = InputDataSnippet({HERE: [spikes(1)]}, [{HERE: 5}])
    other = InputDataSnippet({HERE: [spikes(2)], THERE: [spikes(3)]}, [{THERE: 7, HERE: 9}])
    mine.merge(other)
    assert [mine.data[one][0].times.tolist() for one in (HERE, THERE)] == [[1], [3]]
    assert mine.runtime == [{HERE: 5, THERE: 7}] and mine.batch_size() == 1
    empty = InputDataSnippet()
    empty.merge(other)
    assert empty.batch_size() == 1 and empty.runtime == [{THERE: 7, HERE: 9}]
    with pytest.raises(InputError, match="inputs for 2 batch entries cannot be merged into inputs for 1"):
        mine.merge(InputDataSnippet({HERE: [spikes(), spikes()]}))
    assert mine.batch_size() == 1


def test_experiments_are_merged_snippet_by_snippet() -> None:
    mine = InputData([InputDataSnippet({HERE: [spikes(1)]})], {HERE: 10}, {HERE: True})
    mine.merge(InputData([InputDataSnippet({THERE: [spikes(2)]}), InputDataSnippet({HERE: [spikes(3)]})], {HERE: 20, THERE: 30}))
    assert [sorted(snippet.data) for snippet in mine.snippets] == [[HERE, THERE], [HERE]]
    assert mine.inter_batch_entry_wait == {HERE: 10, THERE: 30} and mine.inter_batch_entry_routing_disabled == {HERE: True}


def test_durations_add_up() -> None:
    second, connection = timedelta(seconds=1), ConnectionOnExecutor()
    total = ExecutionTimeInfo({connection: {CHIP: second}}, {HERE: {CHIP: second}}, 2 * second)
    total.merge(ExecutionTimeInfo({connection: {CHIP: second, OTHER: 3 * second}}, {THERE: {CHIP: second}}, second))
    assert total.execution_duration_per_hardware == {connection: {CHIP: 2 * second, OTHER: 3 * second}}
    assert total.realtime_duration_per_execution_instance == {HERE: {CHIP: second}, THERE: {CHIP: second}}
    assert total.execution_duration == 3 * second == total.longest() and ExecutionTimeInfo().longest() == timedelta(0)


def test_counters_of_two_times_are_subtracted_and_added() -> None:
    def counters(number: int) -> ExecutionHealthInfo.ExecutionInstance:
        drops, events = CrossbarInputDropCounter(), CrossbarOutputEventCounter()
        drops.value, events.value = number, 2 * number
        return ExecutionHealthInfo.ExecutionInstance(
            {CHIP: ExecutionHealthInfo.ExecutionInstance.Chip(HicannARQStatus(), [PhyStatus()], [drops], [events])}
        )

    made = counters(7)
    made -= counters(2)
    chip = made.chips[CHIP]
    assert [int(chip.crossbar_input_drop_counter[0].value), int(chip.crossbar_output_event_counter[0].value)] == [5, 10]
    made += counters(1)
    assert int(made.chips[CHIP].crossbar_input_drop_counter[0].value) == 6


# ----------------------------------------------------------------------------------------------------------------------- hooks
def test_hooks_are_builders_and_names() -> None:
    kind = ExecutionInstanceHooks.Chip
    with pytest.raises(TypeError, match="pre_realtime is a PlaybackProgramBuilder, not 3"):
        kind(pre_realtime=3)
    with pytest.raises(TypeError, match="inside_realtime is an AbsoluteTimePlaybackProgramBuilder, not 3"):
        kind(inside_realtime=3)
    for wrong in ({"read_ppu_symbols": {3}}, {"write_ppu_symbols": {3: None}}):
        with pytest.raises(TypeError, match="variables of the processors' program are known by their names, not by 3"):
            kind(**wrong)
    for chips in (3, {CHIP: 3}):
        with pytest.raises(TypeError, match=r"hooks are a mapping from ChipOnConnection to ExecutionInstanceHooks\.Chip"):
            ExecutionInstanceHooks(chips)


# ---------------------------------------------------------------------------------------------------------------------- values
@pytest.mark.parametrize(
    "take, value, text",
    [
        (count, -1, "an integer of 0 or more is needed, not -1"),
        (listed(count), "12", "a list is needed, not '12'"),
        (listed(count), 3, "a list is needed, not 3"),
        (mapped(count, count), [1], r"a mapping is needed, not \[1\]"),
        (chip_on_executor, 3, "a pair of ChipOnConnection and ConnectionOnExecutor"),
    ],
)
def test_values_of_another_kind_are_named(take: object, value: object, text: str) -> None:
    with pytest.raises(TypeError, match=text):
        take(value)  # type: ignore[operator]


# ----------------------------------------------------------------------------------------------------------------- projections
def test_connections_are_equal_as_lists_are() -> None:
    def made(*weights: int) -> Projection:
        found = Projection()
        found.from_numpy(Receptor(), np.array([[0, 0, 0, 0, weight] for weight in weights]), 0, 0)
        return found

    one, same, other = made(3, 4), made(3, 4), made(3, 5)
    assert one == same != other and one != 3
    assert one.connections == same.connections != other.connections and one.connections == [*same.connections] and one.connections != 3
    with pytest.raises(TypeError, match=r"a list of Projection\.Connection is needed, not of 3"):
        one.connections = [3]
    with pytest.raises(TypeError, match=r"Projection\.receptor: a Receptor is needed, not 3"):
        Projection().from_numpy(3, np.zeros((1, 5), int), 0, 0)
    assert one == same


def test_times_of_spikes_read_like_lists() -> None:
    times = SpikeTimes(np.array([1, 0, 1]), np.array([0, 1, 0]), np.array([1, 2, 3], np.float32), (2, 2))
    assert times[0] == [[], [2]] and times[1:] == [[[1, 3], []]] == times[-1:] and times == [[[], [2]], [[1, 3], []]] and times != 3
