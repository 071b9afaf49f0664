"""Whole spike trains from arrays."""

import logging

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import halco
import haldls
from stadls import AbsoluteTimePlaybackProgramBuilder, PlaybackProgramBuilder, SpikeTrainError

WAIT, ONE, TWO, THREE = 0x05 << 56, 0x0D << 56, 0x0E << 56, 0x0F << 56


def words(times: object, labels: object) -> list[int]:
    builder = PlaybackProgramBuilder()
    builder.write_spikes(times, labels)
    return builder.done().words.tolist()


def executed(instructions: list[int]) -> list[tuple[int, int]]:
    """(cycle, label) of all spikes, as a timer that starts at 0 sees them: one instruction per cycle, waits end at their time."""
    now, found = 0, []
    for word in instructions:
        header, payload = word >> 56, word & (1 << 56) - 1
        if header == 0x05:
            now = max(now, payload) + 1 if now < payload + 1 else now + 1
            continue
        count = header - 0x0C
        found += [(now, payload >> 16 * (count - 1 - i) & 0xFFFF) for i in range(count)]
        now += 1
    return found


def test_each_spike_waits_for_its_time() -> None:
    assert words([100, 200], [7, 8]) == [WAIT | 99, ONE | 7, WAIT | 199, ONE | 8]


def test_no_wait_before_the_first_cycle_and_between_neighbours() -> None:
    assert words([0, 1, 2], [7, 8, 9]) == [ONE | 7, ONE | 8, ONE | 9]


def test_up_to_three_spikes_of_a_cycle_go_together() -> None:
    assert words([9] * 2, [1, 2]) == [WAIT | 8, TWO | 1 << 16 | 2]
    assert words([9] * 5, [1, 2, 3, 4, 5]) == [WAIT | 8, THREE | 1 << 32 | 2 << 16 | 3, TWO | 4 << 16 | 5]


def test_those_that_are_late_go_together_with_those_that_are_due() -> None:
    assert words([9, 9, 9, 9, 10], [1, 2, 3, 4, 5]) == [WAIT | 8, THREE | 1 << 32 | 2 << 16 | 3, TWO | 4 << 16 | 5]


def test_order_does_not_matter_but_for_equal_times() -> None:
    assert words([300, 100, 200, 100], [1, 2, 3, 4]) == words([100, 100, 200, 300], [2, 4, 3, 1])


def test_nothing_is_nothing() -> None:
    assert words([], []) == [] and words(np.zeros(0, np.uint32), np.zeros(0, np.uint16)) == []


def test_objects_of_the_original_are_taken() -> None:
    times = [haldls.Timer.Value(100), haldls.Timer.Value(50)]
    assert words(times, [halco.SpikeLabel(3), halco.SpikeLabel(0xFFFF)]) == words([100, 50], [3, 0xFFFF])


@pytest.mark.parametrize("kind", [np.int64, np.uint32, np.uint64, np.int32])
def test_types_of_arrays(kind: type) -> None:
    assert words(np.array([3, 70000], kind), np.array([1, 65535], np.uint16)) == [WAIT | 2, ONE | 1, WAIT | 69999, ONE | 65535]


def test_the_whole_range_of_the_timer() -> None:
    assert words([0xFFFFFFFF], [1]) == [WAIT | 0xFFFFFFFE, ONE | 1]


@pytest.mark.parametrize(
    ("times", "labels", "text"),
    [
        ([1, 2], [1], "2 times and 1 labels"),
        ([5, -1], [1, 2], r"times\[1\] of a spike train is -1"),
        ([1 << 32], [1], r"times\[0\] .* outside 0\.\.4294967295"),
        ([1, 2, 3], [0, 65536, 0], r"labels\[1\] of a spike train is 65536"),
        ([0.5], [1], "integers, not float64"),
        ([[1, 2]], [1, 2], "row of integers"),
    ],
)
def test_what_is_no_spike_train_is_refused(times: object, labels: object, text: str) -> None:
    builder = PlaybackProgramBuilder()
    with pytest.raises(SpikeTrainError, match=text) as caught:
        builder.write_spikes(times, labels)
    assert isinstance(caught.value, RuntimeError) and builder.empty()


TRAINS = st.lists(st.tuples(st.one_of(st.integers(0, 60), st.integers(0, 0xFFFFFFFF)), st.integers(0, 0xFFFF)), max_size=60)


@settings(max_examples=200, deadline=None)
@given(TRAINS)
def test_every_spike_leaves_once_and_never_early(train: list[tuple[int, int]]) -> None:
    found = executed(words([time for time, _ in train], [label for _, label in train]))
    wanted = sorted(train, key=lambda spike: spike[0])
    assert [label for _, label in found] == [label for _, label in wanted]
    assert all(cycle >= time for (cycle, _), (time, _) in zip(found, wanted, strict=True))
    per_cycle = np.unique([cycle for cycle, _ in found], return_counts=True)[1] if found else np.zeros(0)
    assert (per_cycle <= 3).all()
    if len({time // 2 for time, _ in train}) == len(train):  # no two spikes in neighbouring cycles: none has to wait for another
        assert [cycle for cycle, _ in found] == [time for time, _ in wanted]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(0, 2000), max_size=30, unique=True))
def test_single_spikes_are_the_commands_of_the_absolute_builder(times: list[int]) -> None:
    absolute = AbsoluteTimePlaybackProgramBuilder()
    for time in times:
        absolute.write(haldls.Timer.Value(time), halco.SpikePack1ToChipOnDLS(), haldls.SpikePack1ToChip([halco.SpikeLabel(time)]))
    builder = PlaybackProgramBuilder()
    builder.write(halco.TimerOnDLS(), haldls.Timer())
    builder.write_spikes(times, times)
    assert builder.done().words.tolist() == absolute.done().done().words.tolist()


@pytest.mark.parametrize(("number", "late"), [(3 * 1251, False), (3 * 1253, True)])
def test_being_late_is_announced(number: int, late: bool, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, logger="stadls.spike_train"):
        words(np.full(number, 10), np.zeros(number, np.uint16))
    assert ("delayed by more than 1250 FPGA cycles" in caplog.text) == late


def test_it_continues_a_program() -> None:
    builder = PlaybackProgramBuilder()
    builder.write(halco.TimerOnDLS(), haldls.Timer())
    builder.write_spikes([10], [1])
    ticket = builder.read(halco.TimerOnDLS())
    builder.write_spikes([20], [2])
    assert builder.size_to_fpga() == 1 + 2 + 1 + 2 and builder.size_from_fpga() == 1
    assert builder.words.tolist()[1:3] == [WAIT | 9, ONE | 1] and not ticket.valid()
