"""Throughput of the playback executor with a chip behind it: words in, words out, no driver."""

import gzip
import json
from pathlib import Path

import numpy as np
import pytest

import sim
from fisch import encode_omnibus_reads, encode_omnibus_writes, ut

N = 200_000
INIT = json.loads(gzip.decompress((Path(__file__).parents[1] / "golden" / "playback_words.json.gz").read_bytes()))["SystemInit_ZeroMock"]
PLACES = {"chip": 0x0, "SRAM": 0x80000000, "serial route": 0x88020000}


@pytest.fixture(scope="module")
def system():
    """A chip that has been brought up."""
    made = sim.System()
    made.execute(program([int(word, 16) for word in INIT]))
    return made


def program(words):
    return np.append(np.asarray(words, np.uint64), np.uint64(ut.HALT_WORD))


def measure(benchmark, system, words):
    answer = benchmark(system.execute, program(words))
    if benchmark.stats:
        benchmark.extra_info["million per second"] = round(N / benchmark.stats.stats.min / 1e6, 1)
    return answer


@pytest.mark.benchmark(group="executor")
@pytest.mark.parametrize("place", PLACES)
def test_posted_writes(benchmark, system, place):
    addresses = np.full(N, PLACES[place], np.uint32)
    assert len(measure(benchmark, system, encode_omnibus_writes(addresses, np.full(N, 7, np.uint32)))) >= 1


@pytest.mark.benchmark(group="executor")
@pytest.mark.parametrize("place", PLACES)
def test_reads(benchmark, system, place):
    assert len(measure(benchmark, system, encode_omnibus_reads(np.full(N, PLACES[place], np.uint32)))) > N


@pytest.mark.benchmark(group="executor")
def test_loopback_events(benchmark, system):
    """One label per 16 ns there and back, over a crossbar that forwards it to the host only."""
    nodes = 0x130019 + np.arange(76, dtype=np.uint32)
    system.execute(program(encode_omnibus_writes(nodes, np.full(76, 0x3FFF0000, np.uint32))))
    links = nodes[[24 + 9 * link + 8 for link in range(4)]]
    system.execute(program(encode_omnibus_writes(links, np.zeros(4, np.uint32))))
    before = system.counters["event path"]["from chip"]["passed"]
    labels = np.uint64(0x0D << 56) | np.random.default_rng(1).integers(0, 1 << 16, N).astype(np.uint64)
    waits = np.uint64(0x05 << 56) | 2 * np.arange(N, dtype=np.uint64)
    words = np.concatenate([[np.uint64(0x04 << 56)], np.column_stack([waits, labels]).ravel()])
    measure(benchmark, system, words)
    assert system.counters["event path"]["from chip"]["passed"] - before >= 0.99 * N
