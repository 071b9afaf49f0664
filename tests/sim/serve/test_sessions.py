"""What belongs to a host's session, and what stays on the FPGA and the chip; when words arrive does not matter."""

import time

import numpy as np
import pytest

from fisch import ResponseDecoder
from fisch.arq import ARQConnection, protocol
from hicannx_sim.setup.serve import System, VirtualChip

SRAM, ROUTING = 0x80000000, 0x880D0000
SPIKE_IO = {"config": 0x88038000, "output": 0x88020000, "input": 0x88030000}


def decoded(words):
    decoder = ResponseDecoder()
    decoder.push(words)
    return decoder


def test_times_are_told_only_in_sessions_that_synchronise_them(serve, address, words):
    """Without it, a message's time is its number. (facts: transport 2.5)"""
    serve(System(VirtualChip(1)))
    for synchronise in (True, False, True, False):
        with ARQConnection(address) as connection:
            if synchronise:
                connection.execute([*words.golden("SystemInit_ZeroMock"), *words.halt])
            times = decoded(connection.execute([*words.tick, *words.tick, *words.halt])).loopback["fpga_time"].tolist()
            assert (times[0] > 1000) == synchronise and (synchronise or times == [1, 2, 3])


def test_routing_of_an_earlier_session(serve, address, words):
    serve(System(VirtualChip(1), setup="jboa"))
    with ARQConnection(address) as connection:
        connection.execute([*words.write(ROUTING + 17, 0x8000 | 347), *words.write(SRAM, 5), *words.halt])
    with ARQConnection(address) as connection:
        answer = decoded(connection.execute([*words.read(ROUTING + 17), *words.read(SRAM), *words.halt]))
        assert answer.omnibus["data"].tolist() == [0, 5]


def test_spikes_on_a_slow_line_do_not_wait_for_the_next_session(serve, address, words):
    """Real time goes on between sessions."""
    serve(System(VirtualChip(1)))
    switch = [
        *words.write(SPIKE_IO["config"], 2000 | 7 << 16),
        *words.write(SPIKE_IO["output"] + 5, 9),
        *words.write(SPIKE_IO["input"] + 9, 77),
    ]
    for _ in range(3):
        with ARQConnection(address) as connection:
            connection.execute([*words.golden("SystemInit_ZeroMock"), *switch, *words.halt])
            connection.execute([*words.spikes(5), *words.spikes(5), *words.halt])  # ends while they are on the line
        with ARQConnection(address) as connection:
            answer = decoded(connection.execute([*words.setup, *words.wait(3_000_000), *words.halt]))
            assert answer.spikes["label"].tolist() == []


@pytest.mark.parametrize("pause", [0.03, 0.15, 0.6])
def test_pauses_between_frames_make_no_difference(pause, serve, address, words):
    init, program = [*words.golden("SystemInit_ZeroMock"), *words.halt], [*words.setup]
    for number in range(400):
        program += (
            [*words.read(SRAM + number), *words.read(0), *words.select(1), *words.scan(0, 32, True)]
            if number % 3
            else words.wait(90 * number)
        )
    program = np.array([*program, *words.halt], np.uint64)
    embedded = System(VirtualChip(4), seed=3)
    embedded.execute(np.array(init, np.uint64))
    expected = embedded.execute(program)
    serve(System(VirtualChip(4), seed=3))
    with ARQConnection(address) as connection:
        connection.execute(init)
        session = connection._session
        for piece in np.array_split(program[:-1], 4):
            session.endpoint.push(piece)
            session.endpoint.pump(pause)
        assert np.array_equal(session.execute(program[-1:], 1, 10), expected)


def test_an_unfinished_program_is_answered_in_the_end(serve, address, words):
    serve(System())
    with ARQConnection(address) as connection:
        endpoint = connection._session.endpoint
        endpoint.push(words.read(SRAM))
        begin = time.monotonic()
        assert endpoint.pump(5, words=1) and time.monotonic() - begin < 3
        assert protocol.PID_UT == 0x10
