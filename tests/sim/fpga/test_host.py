"""A host that is not infinitely fast: words arrive late, memories fill up, and time-outs tell of stalls."""

from dataclasses import replace

import numpy as np
import pytest

from hicannx_sim.base.errors import ConfigurationError, StreamLimitError
from hicannx_sim.base.numbers import TABLE, number
from hicannx_sim.fpga import GIGABIT, HostLink

TIMER = 0x8800000C
TIMEOUT = 0x88000009


@pytest.fixture
def slow(make_lab, words):
    """Makes an initialised setup with a host of its own."""

    def make(**options):
        lab = make_lab(host=HostLink(**options))
        lab.run(words.golden("SystemInit_ZeroMock"), words.halt)
        return lab

    return make


def test_gigabit():
    assert GIGABIT.megabit_per_second == 1000 and GIGABIT.playback_words == 4_194_304 and GIGABIT.trace_bytes == 32 << 20


@pytest.mark.parametrize("interval", [1, 8, 50])
def test_instructions_issue_as_they_arrive(slow, words, interval):
    lab = slow(cycles_per_word=interval)
    times = lab.data(words.setup, words.read(TIMER) * 100, words.halt)
    assert set(np.diff(times)) == {interval}


def test_a_wait_gives_the_host_time(slow, words):
    lab = slow(cycles_per_word=8)
    times = lab.data(words.setup, words.wait(10_000), words.read(TIMER) * 100, words.halt)
    assert np.diff(times).tolist() == [1] * 99, "they were all there"


def test_full_playback_memory_stops_the_host(slow, words):
    lab = slow(cycles_per_word=8, playback_words=50)
    times = lab.data(words.setup, words.wait(10_000), words.read(TIMER) * 100, words.halt)
    steps = np.diff(times)
    assert steps[:40].tolist() == [1] * 40 and steps[-20:].tolist() == [8] * 20


def test_answers_are_the_same_but_for_time(slow, make_lab, words):
    fast = make_lab()
    fast.run(words.golden("SystemInit_ZeroMock"), words.halt)
    program = [*words.write(0, 0x1234), *words.read(0) * 300, *words.tick, *words.read(0x80000000)]
    assert slow(cycles_per_word=8, trace_bytes=256).data(program, words.halt) == fast.data(program, words.halt)


def test_full_trace_holds_reads_back(slow, words):
    """Each response and its annotation take two words."""
    lab = slow(cycles_per_word=4, trace_bytes=512)
    reads = [word for i in range(400) for word in words.read(TIMER)]
    answer = lab.run(words.setup, words.wait(4000), reads, words.halt)
    times = answer.omnibus["data"].astype(np.int64)
    assert len(times) == 400 and np.diff(times)[-50:].mean() == pytest.approx(8), "as fast as the host fetches them"
    assert len(answer.timeouts) == 0


def test_stalls_are_reported(slow, words):
    """The host takes longer to fetch one response than an instruction may block."""
    lab = slow(cycles_per_word=1000, trace_bytes=64)
    lab.run(words.write(TIMEOUT, 200), words.halt)
    reads = [word for i in range(200) for word in words.read(TIMER)]
    answer = lab.run(words.setup, words.wait(500_000), reads, words.halt)
    (row,) = answer.timeouts
    assert int(row["trace_stalls"]) == number("stall_window") and len(answer.omnibus) < 200
    assert answer.loopback["tick"].tolist() == [0]


def test_no_stalls_without_load(ready, words):
    answer = ready.run(words.write(TIMEOUT, 2000), words.poll(0x80000000, 1, 1), words.halt)
    assert [int(row["trace_stalls"]) for row in answer.timeouts] == [0]


def test_events_cause_stalls_of_responses(ready, words):
    """Responses wait while events are written. They are few enough not to overflow anything."""
    flood = words.spikes(1, 0x4001, 0x8001) * 60
    ready.run(words.write(TIMEOUT, 40), words.setup, flood, words.read(0x80000000) * 20, words.poll(0x80000000, 1, 1), words.halt)
    (row,) = ready.answer.timeouts
    assert 0 < int(row["trace_stalls"]) <= 96


def test_events_overflow_and_come_late(slow, words):
    lab = slow(cycles_per_word=400, trace_bytes=64)
    pack = words.spikes(1, 2, 3)
    program = [*words.setup, *words.wait(1_000_000), *(word for i in range(200) for word in (*pack, *words.wait(1_000_000 + 40 * i)))]
    spikes = lab.run(program, words.wait(1_200_000), words.halt).spikes
    lost = lab.system.counters["events"]["spikes"]
    assert lost["late"] > 0 and len(spikes) == lost["recorded"]
    assert lost["recorded"] + lost["late"] + lost["dropped: queue full"] == 600
    delay = spikes["fpga_time"].astype(np.int64) - spikes["chip_time"].astype(np.int64)
    assert delay.max() <= 127


def test_event_queue_is_bounded(slow, words):
    lab = slow(cycles_per_word=2000, trace_bytes=64)
    burst = words.spikes(1, 0x4001, 0x8001) * 100
    lab.run(words.setup, words.wait(2_000_000), burst, words.wait(2_500_000), words.halt)
    lost = lab.system.counters["events"]["spikes"]
    assert lost["dropped: queue full"] > 0


@pytest.mark.parametrize("options", [(0,), (1, 0), (1, 1, 8)])
def test_impossible_hosts(options):
    with pytest.raises(ConfigurationError, match="at least"):
        HostLink(*options)


def test_snapshot_keeps_the_host(slow, words):
    lab = slow(cycles_per_word=8)
    program = [*words.setup, *words.read(TIMER) * 50]
    data = lab.system.snapshot()
    first = lab.data(program, words.halt)
    lab.system.restore(data)
    assert lab.data(program, words.halt) == first


def test_events_beyond_the_trace_memory_are_lost_and_counted(ready):
    """Two spikes per cycle, for a host that takes everything: the memory fills as with Gigabit Ethernet, 8 bytes in, one out per cycle."""
    n = 6_000_000
    begin = ready.fpga.cycle
    stream = ready.system.execute(np.append(np.full(n, 14 << 56 | 0x4001, np.uint64), np.uint64(10 << 56)))
    counters = ready.system.counters["events"]["spikes"]
    assert counters["dropped: memory full"] > 100_000 and counters["late"] == counters["dropped: queue full"] == 0
    fetched = ready.fpga.cycle - begin  # bytes
    assert len(stream) * 8 == pytest.approx(GIGABIT.trace_bytes + fetched, rel=0.02)
    assert ready.system.events.summary()["trace of spikes"].dropped == counters["dropped: memory full"]


def test_a_stream_that_no_host_could_keep_ends_the_run(ready, words, monkeypatch):
    monkeypatch.setitem(TABLE, "stream_limit", replace(TABLE["stream_limit"], value=1 << 16))
    ready.system.reset()
    with pytest.raises(StreamLimitError, match=r"fill .* bytes at instruction"):
        ready.run(words.golden("SystemInit_ZeroMock"), words.read(0x80000000) * 100_000, words.setup, words.wait(300_000), words.halt)
    assert len(ready.run(words.read(0x80000000), words.halt).omnibus) == 1
