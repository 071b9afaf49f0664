"""Throughput of the playback executor with a chip behind it: words in, words out, no driver. Time of the processor, best of many rounds."""

import gzip
import itertools
import json
import time
from collections import deque
from pathlib import Path

import numpy as np
import pytest

import haldls
import hicannx_sim as sim
from fisch import encode_omnibus_reads, encode_omnibus_writes, ut

N = 200_000
CPU = {"timer": time.process_time, "min_rounds": 15}
INIT = json.loads(gzip.decompress((Path(__file__).parents[1] / "golden" / "playback_words.json.gz").read_bytes()))["SystemInit_ZeroMock"]
QUIET, MOVING = ("SynapseQuad", "SynapseDriverConfig", "CADCChannelConfig", "PPUMemoryWord"), ("CapMemCell", "NeuronConfig")
PLACES = {
    "systime": [0x0],
    **{name: getattr(haldls, name).write_addresses().ravel() for name in QUIET + MOVING},
    "SRAM": 0x80000000 + np.arange(32768),
    "serial route": 0x88020000 + np.arange(65536),
}


def places(name):
    return np.resize(np.asarray(PLACES[name], np.uint32), N)


@pytest.fixture
def system():
    """A chip that has been brought up."""
    made = sim.System()
    made.execute(program([int(word, 16) for word in INIT]))
    return made


def program(words):
    return np.append(np.asarray(words, np.uint64), np.uint64(ut.HALT_WORD))


def measure(benchmark, run):
    answer = benchmark(run)
    if benchmark.stats:
        benchmark.extra_info["million per second"] = round(N / benchmark.stats.stats.min / 1e6, 1)
    return answer


@pytest.mark.benchmark(group="posted writes", **CPU)
@pytest.mark.parametrize("place", PLACES)
def test_posted_writes(benchmark, system, place):
    """Random data, so that registers do change: two runs take turns. What configures neurons makes all 512 of them move meanwhile."""
    rng = np.random.default_rng(1)
    runs = [program(encode_omnibus_writes(places(place), rng.integers(0, 1 << 32, N, np.uint32))) for _ in range(2)]
    turns = itertools.cycle(runs)
    measure(benchmark, lambda: system.execute(next(turns)))


@pytest.mark.benchmark(group="posted writes", **CPU)
def test_posted_writes_by_numpy(benchmark):
    """What the words say, done to an array: nothing of order, time or registers."""
    memory, words = np.zeros(1 << 20, np.uint32), encode_omnibus_writes(places("SynapseQuad"), np.arange(N, dtype=np.uint32))

    def write():
        memory[words[0::2] & np.uint64(0xFFFFF)] = words[1::2].astype(np.uint32)

    measure(benchmark, write)


@pytest.mark.benchmark(group="posted writes", **CPU)
def test_posted_writes_by_a_plain_loop(benchmark):
    memory, words = {}, encode_omnibus_writes(places("SynapseQuad"), np.arange(N, dtype=np.uint32)).tolist()

    def write():
        for at in range(0, 2 * N, 2):
            memory[words[at] & 0xFFFFFFFF] = words[at + 1] & 0xFFFFFFFF

    measure(benchmark, write)


@pytest.mark.benchmark(group="reads", **CPU)
@pytest.mark.parametrize("place", PLACES)
def test_reads(benchmark, system, place):
    words = program(encode_omnibus_reads(places(place)))
    assert len(measure(benchmark, lambda: system.execute(words))) > N


@pytest.mark.benchmark(group="reads", **CPU)
def test_reads_by_numpy(benchmark):
    """Looking up and packing of two messages for each: time and data."""
    memory, words = np.zeros(1 << 20, np.uint32), encode_omnibus_reads(places("SynapseQuad"))
    answer = np.empty((N, 2), np.uint64)

    def read():
        answer[:, 0] = np.arange(N, dtype=np.uint64) | np.uint64(6 << 56)
        answer[:, 1] = memory[words & np.uint64(0xFFFFF)] | np.uint64(1 << 56)

    measure(benchmark, read)


@pytest.mark.benchmark(group="events", **CPU)
def test_loopback_events(benchmark, system):
    """One label per 16 ns there and back, over a crossbar that forwards it to the host only."""
    nodes = 0x130019 + np.arange(76, dtype=np.uint32)
    system.execute(program(encode_omnibus_writes(nodes, np.full(76, 0x3FFF0000, np.uint32))))
    links = nodes[[24 + 9 * link + 8 for link in range(4)]]
    system.execute(program(encode_omnibus_writes(links, np.zeros(4, np.uint32))))
    before = system.counters["event path"]["from chip"]["passed"]
    labels = np.uint64(0x0D << 56) | np.random.default_rng(1).integers(0, 1 << 16, N).astype(np.uint64)
    waits = np.uint64(0x05 << 56) | 2 * np.arange(N, dtype=np.uint64)
    words = program(np.concatenate([[np.uint64(0x04 << 56)], np.column_stack([waits, labels]).ravel()]))
    measure(benchmark, lambda: system.execute(words))
    assert system.counters["event path"]["from chip"]["passed"] - before >= 0.99 * N


@pytest.mark.benchmark(group="events", **CPU)
def test_loopback_events_by_a_plain_loop(benchmark):
    """A queue with the same delay for all: nothing of a crossbar, of limits or of a wire."""
    labels, out = np.random.default_rng(1).integers(0, 1 << 16, N).tolist(), []

    def run():
        out.clear()
        waiting = deque()
        for time_sent, label in enumerate(labels):
            waiting.append((time_sent + 60, label))
            if waiting[0][0] <= time_sent:
                out.append(waiting.popleft())
        out.extend(waiting)

    measure(benchmark, run)
    assert len(out) == N
