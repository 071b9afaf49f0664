"""Commands with times of their own."""

import copy
import pickle

import pytest

import halco
import haldls
from fisch import MultiConnection
from stadls import (
    AbsoluteTimePlaybackProgramBuilder,
    AccessError,
    CoordinateError,
    DifferentialWriteError,
    MergeError,
    NotAContainerError,
    PlaybackProgramBuilder,
    TicketError,
    run,
)

Time = haldls.Timer.Value
SPIKE = halco.SpikePack1ToChipOnDLS()
NEURON = halco.NeuronConfigOnDLS(halco.Enum(5))
SETUP, WAIT, LABEL = 0x04 << 56, 0x05 << 56, 0x0D << 56


def spike(label: int) -> haldls.SpikePack1ToChip:
    return haldls.SpikePack1ToChip([halco.SpikeLabel(label)])


def spikes(*pairs: tuple[int, int]) -> AbsoluteTimePlaybackProgramBuilder:
    """A builder with spikes of (time, label)."""
    builder = AbsoluteTimePlaybackProgramBuilder()
    for time, label in pairs:
        builder.write(Time(time), SPIKE, spike(label))
    return builder


def words(builder: AbsoluteTimePlaybackProgramBuilder) -> list[int]:
    return builder.done().done().words.tolist()  # type: ignore[no-any-return]


def test_nothing_is_the_reset_of_the_timer() -> None:
    builder = AbsoluteTimePlaybackProgramBuilder()
    assert builder.empty() and builder.is_write_only()
    assert words(builder) == [SETUP]


def test_commands_are_sorted_and_stay_in_order_where_times_are_equal() -> None:
    builder = spikes((500, 1), (20, 2), (500, 3), (0, 4))
    assert words(builder) == [SETUP, LABEL | 4, WAIT | 19, LABEL | 2, WAIT | 499, LABEL | 1, LABEL | 3]
    assert builder.empty()


def test_each_command_takes_a_cycle() -> None:
    assert words(spikes((10, 1), (10, 2), (11, 3), (12, 4), (14, 5), (16, 6))) == [
        *(SETUP, WAIT | 9, LABEL | 1, LABEL | 2, LABEL | 3, LABEL | 4),
        *(LABEL | 5, WAIT | 15, LABEL | 6),
    ]


@pytest.mark.parametrize(("number", "late"), [(1251, False), (1253, True)])
def test_being_late_is_announced(number: int, late: bool, caplog: pytest.LogCaptureFixture) -> None:
    words(spikes(*((10, label) for label in range(number))))
    assert ("delayed by more than" in caplog.text) == late


def test_what_is_written_is_the_container_as_it_was() -> None:
    builder, pack = AbsoluteTimePlaybackProgramBuilder(), spike(1)
    builder.write(Time(0), SPIKE, pack)
    pack.labels = [halco.SpikeLabel(2)]
    assert words(builder) == [SETUP, LABEL | 1]


def test_differential_write() -> None:
    builder, old, new = AbsoluteTimePlaybackProgramBuilder(), haldls.NeuronConfig(), haldls.NeuronConfig()
    new.enable_fire = True
    builder.write(Time(0), NEURON, new, old)
    plain = PlaybackProgramBuilder()
    plain.write(NEURON, new, old)
    assert words(builder) == [SETUP, *plain.done().words.tolist()]


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ((Time(0), halco.TimerOnDLS(), haldls.Timer()), AccessError),
        ((Time(0), NEURON, haldls.Timer()), CoordinateError),
        ((Time(0), NEURON, haldls.NeuronConfig(), 3), NotAContainerError),
        ((Time(0), SPIKE, spike(0), spike(1)), DifferentialWriteError),
        (("soon", SPIKE, spike(0)), TypeError),
        ((-1, SPIKE, spike(0)), RuntimeError),
    ],
)
def test_refused_writes(arguments: tuple[object, ...], error: type[Exception]) -> None:
    builder = AbsoluteTimePlaybackProgramBuilder()
    with pytest.raises(error):
        builder.write(*arguments)
    assert builder.empty() and words(builder) == [SETUP]


def test_merge_moves_and_copy_copies() -> None:
    first, second = spikes((100, 1)), spikes((50, 2), (100, 3))
    first.copy(second)
    assert not second.empty()
    first.merge(second)
    assert second.empty() and words(second) == [SETUP]
    assert words(first) == [SETUP, WAIT | 49, LABEL | 2, LABEL | 2, WAIT | 99, LABEL | 1, LABEL | 3, LABEL | 3]


def test_joining_has_rules() -> None:
    builder, reading = spikes((1, 1)), AbsoluteTimePlaybackProgramBuilder()
    reading.read(Time(3), NEURON)
    with pytest.raises(MergeError):
        builder.merge(builder)
    for refused in (lambda: builder.copy(reading), lambda: reading + Time(1), lambda: reading * 2.0):
        with pytest.raises(MergeError, match="not write only"):
            refused()
    for join in (builder.merge, builder.copy):
        with pytest.raises(TypeError):
            join(PlaybackProgramBuilder())
    assert words(builder) == [SETUP, WAIT, LABEL | 1]


def test_shift_and_scale() -> None:
    builder = spikes((10, 1), (25, 2))
    assert words(builder + Time(100)) == [SETUP, WAIT | 109, LABEL | 1, WAIT | 124, LABEL | 2]
    assert words(builder * 0.3) == [SETUP, WAIT | 2, LABEL | 1, WAIT | 7, LABEL | 2]  # 3 and 7.5, which rounds up
    builder += Time(10)
    builder *= 2
    assert words(builder) == [SETUP, WAIT | 39, LABEL | 1, WAIT | 69, LABEL | 2]


@pytest.mark.parametrize("factor", [1e9, -1])
def test_times_stay_in_range(factor: float) -> None:
    builder = spikes((10, 1))
    with pytest.raises(RuntimeError, match="range"):
        builder *= factor
    assert words(builder) == [SETUP, WAIT | 9, LABEL | 1]


def test_tickets_follow_their_commands(zero_mock: MultiConnection) -> None:
    builder, other = AbsoluteTimePlaybackProgramBuilder(), AbsoluteTimePlaybackProgramBuilder()
    late = builder.read(Time(1000), NEURON)
    early = other.read(Time(10), halco.TimerOnDLS())
    middle = builder.read(Time(500), halco.TimerOnDLS())
    builder.merge(other)
    assert not builder.is_write_only()
    for ticket in (late, early):
        for access in (ticket.get, ticket.get_coordinate, lambda ticket=ticket: ticket.fpga_time):
            with pytest.raises(TicketError, match="Access is not possible until ContainerTicket is valid"):
                access()
    program = builder.done().done()
    assert not late.valid()
    run(zero_mock, [program])
    assert [int(ticket.fpga_time) for ticket in (early, middle, late)] == [1, 2, 8]
    assert late.get() == haldls.NeuronConfig(late.get()) and late.get_coordinate() == NEURON
    assert early.get_coordinate() == halco.TimerOnDLS()


def test_text() -> None:
    builder = spikes((10, 1))
    builder.read(Time(20), NEURON)
    first, *commands = str(builder).splitlines()
    assert first == "AboluteTimePlaybackProgramBuilder"
    assert [line.split(":")[0] for line in commands] == ["10", "20"] and "SpikePack1ToChip" in commands[0]
    assert "2 commands" in repr(builder)


@pytest.mark.parametrize("way", [copy.copy, copy.deepcopy, pickle.dumps])
def test_it_cannot_be_copied_implicitly(way: object) -> None:
    with pytest.raises(TypeError, match="AbsoluteTimePlaybackProgramBuilder"):
        way(AbsoluteTimePlaybackProgramBuilder())  # type: ignore[operator]


def test_spike_trains_stand_between_commands_and_move_with_them() -> None:
    builder = spikes((100, 1), (300, 2))
    builder.write_spikes([300, 50, 200], [5, 3, 4])
    builder.merge(spikes())
    later = builder + Time(10)
    later *= 2.0
    expected = [SETUP, WAIT | 49, LABEL | 3, WAIT | 99, LABEL | 1, WAIT | 199, LABEL | 4, WAIT | 299, LABEL | 2, LABEL | 5]
    assert not builder.empty()
    assert words(builder) == expected
    assert builder.empty()
    assert words(later) == [*(SETUP, WAIT | 119, LABEL | 3, WAIT | 219, LABEL | 1, WAIT | 419, LABEL | 4), WAIT | 619, LABEL | 2, LABEL | 5]


def test_a_spike_train_that_does_not_fit_after_a_shift_leaves_the_builder_unchanged() -> None:
    builder = spikes((1, 1))
    builder.write_spikes([2**32 - 10], [3])
    with pytest.raises(Exception, match="outside"):
        builder += Time(100)
    assert words(builder) == [SETUP, WAIT | 0, LABEL | 1, WAIT | 2**32 - 11, LABEL | 3]
