"""Programs in pieces: the responses are those of the whole."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fisch import ResponseDecoder
from hicannx_sim.base.errors import InterruptedRunError, UndefinedAccess
from hicannx_sim.setup.serve import Stream, System, VirtualChip

CHIP = VirtualChip(3)


def decoded(stream):
    decoder = ResponseDecoder()
    decoder.push(stream)
    return decoder


def programs_of(words):
    """Initialisation, and everything that answers: reads, JTAG, spikes through the crossbar, waiting."""
    loop = [word for link in range(4) for word in words.write(0x130039 + 9 * link, 0x80000000)]
    spikes = [word for time in range(40) for word in (*words.wait(500 + 7 * time), *words.spikes(time, 64 + time, 128 + time))]
    scan = [*words.select(1), *words.scan(0, 32)]
    busy = [*words.setup, *spikes, *words.read(0), *words.tick, *scan, *words.wait(200_000), *words.read(0x8800000C), *words.halt]
    return [[*words.golden("SystemInit_ZeroMock"), *words.halt], [*loop, *words.barrier(1), *words.halt], busy, busy]


@given(data=st.data())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_how_programs_are_cut_makes_no_difference(words, data):
    programs = [np.array(program, np.uint64) for program in programs_of(words)]
    whole = System(CHIP, seed=2)
    expected = np.concatenate([whole.execute(program) for program in programs])
    everything = np.concatenate(programs)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(everything)), max_size=30)))
    stream = Stream(System(CHIP, seed=2))
    parts = [stream.push(piece) for piece in np.split(everything, cuts)]
    assert np.array_equal(np.concatenate(parts), expected) and not stream.running
    assert len(decoded(expected).spikes) > 100 and stream.system.runs == whole.runs


def test_an_unfinished_program_can_be_looked_at(words):
    stream = Stream(System(CHIP))
    assert stream.settle().tolist() == []
    first = stream.push(np.array([*words.read(0x80000000), *words.tick], np.uint64))
    answer = decoded(np.concatenate([first, stream.settle()]))
    assert len(answer.omnibus) == 1 and stream.running
    rest = decoded(stream.push(np.array(words.halt, np.uint64)))
    assert len(rest.omnibus) == 0 and rest.loopback["tick"].tolist()[-1] == 0


@pytest.mark.parametrize("pieces", [1, 3])
def test_what_the_model_refuses_is_reported_like_a_time_out(words, pieces):
    stream = Stream(System(CHIP, strict=True))
    good, undefined = words.read(0x80000000), words.read(0x88000FFF)
    program = np.array([*words.tick, *good, *undefined, *good, *words.halt, *words.tick, *words.halt], np.uint64)
    answer = decoded(np.concatenate([stream.push(piece) for piece in np.array_split(program, pieces)]))
    assert answer.timeouts["instruction"].tolist() == [2] and stream.errors == 1
    assert len(answer.omnibus) == 1 and answer.loopback["tick"].tolist() == [1, 0, 1, 0]
    with pytest.raises(UndefinedAccess):
        stream.system.execute(program)


def test_words_that_are_no_messages_are_reported(words):
    stream = Stream(System(CHIP))
    answer = decoded(stream.push(np.array([0x3F << 56, *words.tick, *words.halt], np.uint64)))
    assert answer.timeouts["instruction"].tolist() == [0] and answer.loopback["tick"].tolist() == [0]


def test_an_abandoned_program_leaves_nothing(words):
    stream = Stream(System(CHIP))
    stream.push(np.array([*words.tick] * 10, np.uint64))
    stream.abort()
    stream.abort()
    assert decoded(stream.push(np.array(words.halt, np.uint64))).loopback["tick"].tolist() == [0]


def test_an_interrupt_ends_a_run(words):
    stream = Stream(System(CHIP))
    stream.push(np.array(words.tick, np.uint64))
    stream.interrupt()
    with pytest.raises(InterruptedRunError):
        stream.push(np.array([*words.wait(10_000_000), *words.halt], np.uint64))
    stream.abort()
    assert stream.push(np.array(words.halt, np.uint64)).tolist() == [2 << 56]
