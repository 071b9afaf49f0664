"""Throughput of the whole model, words in to words out, and of snapshots; numpy's copy of the words beside it."""

import gzip
import json
import time
from pathlib import Path

import numpy as np
import pytest

import haldls
import hicannx_sim as sim

GOLDEN = json.loads(gzip.decompress((Path(__file__).parents[1] / "golden" / "playback_words.json.gz").read_bytes()))
HALT = np.uint64(0x0A << 56)
ITEMS = 100_000
CPU = {"timer": time.process_time, "min_rounds": 15}


@pytest.fixture(scope="module")
def system():
    """A system whose link is up."""
    made = sim.System(sim.VirtualChip(1))
    made.execute(np.append(np.array([int(word, 16) for word in GOLDEN["SystemInit_ZeroMock"]], np.uint64), HALT))
    return made


def accesses(container, write):
    places = np.resize(getattr(haldls, container).write_addresses().ravel(), ITEMS).astype(np.uint64)
    if not write:
        return np.append(places | np.uint64(0x0B << 56 | 1 << 36 | 15 << 32), HALT)
    words = np.empty((ITEMS, 2), np.uint64)
    words[:, 0], words[:, 1] = places | np.uint64(0x0B << 56 | 15 << 32), np.uint64(0x0C << 56)
    return np.append(words.ravel(), HALT)


def report(benchmark, items=ITEMS):
    benchmark.extra_info["items"] = items
    if benchmark.stats:
        benchmark.extra_info["million per second"] = round(items / benchmark.stats.stats.min / 1e6, 1)


@pytest.mark.benchmark(group="words through the system", **CPU)
@pytest.mark.parametrize("access", ["write", "read"])
@pytest.mark.parametrize("container", ["SynapseQuad", "CapMemCell", "NeuronConfig", "PPUMemoryWord", "ExternalPPUMemoryQuad"])
def test_accesses(benchmark, system, container, access):
    benchmark(system.execute, accesses(container, access == "write"))
    report(benchmark)


@pytest.mark.benchmark(group="words through the system", **CPU)
@pytest.mark.parametrize("per_word", [1, 3])
def test_events(benchmark, system, per_word):
    """Labels through the link, the open crossbar, back and into the trace."""
    labels = np.random.default_rng(1).integers(0, 1 << 16 * per_word, ITEMS // per_word).astype(np.uint64)
    benchmark(system.execute, np.append(labels | np.uint64((0x0C + per_word) << 56), HALT))
    report(benchmark)


@pytest.mark.benchmark(group="words through the system", **CPU)
def test_copy(benchmark):
    """What the machine needs to touch as many words."""
    words = accesses("SynapseQuad", True)
    benchmark(np.copy, words)
    report(benchmark)


@pytest.mark.benchmark(group="snapshot")
@pytest.mark.parametrize("compress", [False, True], ids=["plain", "compressed"])
def test_snapshot(benchmark, system, compress):
    benchmark.extra_info["bytes"] = len(benchmark(system.snapshot, compress))


@pytest.mark.benchmark(group="snapshot")
@pytest.mark.parametrize("compress", [False, True], ids=["plain", "compressed"])
def test_restore(benchmark, system, compress):
    benchmark(system.restore, system.snapshot(compress))


@pytest.mark.benchmark(group="background source", **CPU)
@pytest.mark.parametrize("random", [False, True], ids=["regular", "random"])
def test_background_source(benchmark, random):
    """One source at full rate, an event every 4 ns, through the open crossbar off the chip."""
    chip = sim.System(sim.VirtualChip(1, "ideal")).chip
    source = haldls.BackgroundSpikeSource()
    source.period, source.rate, source.enable, source.enable_random = not random, 255, True, random
    chip.write_all(haldls.BackgroundSpikeSource.write_addresses([0])[0], source.encode())

    def run():
        chip.advance(chip.now + 2 * ITEMS)
        assert len(chip.take_out()) > 0.99 * ITEMS

    benchmark(run)
    report(benchmark)
    if benchmark.stats:
        benchmark.extra_info["ns per event"] = round(benchmark.stats.stats.min / ITEMS * 1e9, 1)


@pytest.mark.benchmark(group="background source", **CPU)
def test_background_source_by_a_plain_loop(benchmark):
    """The draws alone, and their labels in a list."""

    def run():
        state, out = 1, []
        for tick in range(ITEMS):
            state ^= state << 13 & 0xFFFFFFFF
            state ^= state >> 17
            state ^= state << 5 & 0xFFFFFFFF
            if state & 0xFF <= 255:
                out.append((tick, state >> 8 & 0xFF))
        return out

    assert len(benchmark(run)) == ITEMS
    report(benchmark)
