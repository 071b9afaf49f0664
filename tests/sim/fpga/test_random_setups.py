"""Random programs on setups with everything that is off by default: another board, a slow host, faults, spikes that come back."""

import numpy as np
import pytest
from word_streams import HALT, INIT, Generator

import hicannx_sim as sim
from fisch import ResponseDecoder
from hicannx_sim.fpga import CRCErrors, HostLink, LostEvents, MissingResponse, Notification, PHYDown

FORBIDDEN = np.uint64(16)  # headers that are no message end a run with an error


def loops(draw):
    """An initialised chip with serial loopback and routing tables, and a few spikes that come back for ever."""
    writes, spikes = [(0x88038000, 7 << 16 | int(draw.integers(20, 60)))], []
    for number in range(3):
        label = int(draw.integers(0, 1 << 14)) | number << 14
        writes += [(0x88020000 + label, number), (0x88030000 + number, label)]
        writes += [(0x880D0000 + (label ^ 1), 1 << 15 | number), (0x880C0000 + number, 1 << 16 | label ^ 1)]
        spikes += [0x0E << 56 | label << 16 | label ^ 1, 0x04 << 56, 0x05 << 56 | 500]
    return [*INIT.tolist(), *(word for address, data in writes for word in (0x0B << 56 | 0xF << 32 | address, 0x0C << 56 | data)), *spikes]


def faults(draw):
    phy, after, count = (int(n) for n in draw.integers(0, [8, 20_000, 20]))
    return [
        PHYDown(phy, after, 4000),
        CRCErrors(phy, count + 1, after, 77, at_chip=bool(count & 1)),
        LostEvents(0.1),
        MissingResponse(count, 3),
        Notification(phy, after),
    ]


def case(number):
    """A system in the middle of its life, and a program."""
    draw = np.random.default_rng(number)
    host = HostLink(int(draw.integers(1, 12)), playback_words=300, trace_bytes=int(draw.integers(200, 20_000))) if number % 2 else None
    system = sim.System(sim.VirtualChip(number, "ideal"), seed=number, setup="jboa" if number % 3 else "cube", host=host)
    generator = Generator(5000 + number)
    program = generator.program(800)
    program = program[(program >> np.uint64(56) < FORBIDDEN) | (program >> np.uint64(63) == 1)]
    words = np.concatenate([np.array(loops(draw), np.uint64), program, [HALT]])
    words = words[_paired(words)]
    system.inject(*faults(draw), seed=number)
    return system, words


def _paired(words):
    """Drops data without an address before it."""
    header, is_read = words >> np.uint64(56), words >> np.uint64(36) & np.uint64(1)
    address = (header == 11) & (is_read == 0)
    keep, open_address = np.ones(len(words), bool), False
    for i in range(len(words)):
        if header[i] == 12:
            keep[i], open_address = open_address, False
        elif address[i]:
            open_address = True
        elif header[i] == 11 or (header[i] == 10 and not words[i] & np.uint64(1)):
            open_address = False
    return keep


@pytest.mark.parametrize("number", range(12))
def test_cuts_and_copies_make_no_difference(number):
    system, words = case(number)
    start = system.snapshot()
    whole = system.execute(words)
    counters = system.counters
    system.restore(start)
    draw = np.random.default_rng(number)
    system.begin()
    parts = [system.feed(piece) for piece in np.split(words, np.sort(draw.integers(0, len(words), 50)))]
    np.testing.assert_array_equal(np.concatenate([*parts, system.finish()]), whole)
    assert system.counters == counters
    answer = ResponseDecoder()
    answer.push(whole)
    assert len(answer.loopback) >= 1 and answer.loopback["tick"][-1] == 0
    assert np.all(answer.timeouts["trace_stalls"] <= 96) and np.all(answer.timeouts["omnibus_reads"] <= 52)
    path = counters["event path"]
    assert path["serial"]["received"] > 0 and (path["between FPGAs"]["received"] > 0) == (system.setup == "jboa")
    system.clear_faults()
    assert len(system.execute(np.array([HALT], np.uint64))) >= 1
