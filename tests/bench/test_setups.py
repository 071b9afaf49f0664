"""What it costs that chips of a setup learn of each other: per chip and round, beside the same chips alone."""

import gzip
import json
import time
from pathlib import Path

import numpy as np
import pytest

import hicannx_sim as sim
from hicannx_sim.setup.multichip import MultichipSetup

GOLDEN = json.loads(gzip.decompress((Path(__file__).parents[1] / "golden" / "playback_words.json.gz").read_bytes()))
CPU = {"timer": time.process_time, "min_rounds": 15}
HALT, SETUP, WAIT, LABEL = 0x0A << 56, 0x04 << 56, 0x05 << 56, 0x0D << 56
CYCLES = 125_000
"""FPGA cycles of a run: 1 ms, or 1 s biological."""
EVERY = 110
"""FPGA cycles between two spikes to a chip: in nearly every round something moves."""


def made(words):
    return np.array([*words, HALT], np.uint64)


def several(chips, routes):
    """A setup with its links up; with routes, what chips send comes to nobody."""
    setup = MultichipSetup.of([sim.VirtualChip(serial) for serial in range(chips)])
    setup.execute([made(int(word, 16) for word in GOLDEN["SystemInit_Jboa"])] * chips)
    if routes:
        setup.execute([made([0x0B << 56 | 15 << 32 | 0x880D0000, 0x0C << 56 | 1 << 15])] * chips)
    return setup


def spikes():
    """One spike in a while, which goes to synapse drivers that do not listen."""
    return made([SETUP, *(word for number in range(CYCLES // EVERY) for word in (WAIT | number * EVERY, LABEL | 5))])


@pytest.mark.benchmark(group="chips of a setup", **CPU)
@pytest.mark.parametrize("chips", [1, 2, 4])
@pytest.mark.parametrize("routes", [False, True], ids=["silent", "with routes"])
def test_rounds(benchmark, chips, routes):
    """Without routes there are no rounds: what is more is what a round costs."""
    setup, program = several(chips, routes), spikes()
    benchmark(setup.execute, [program] * chips)
    benchmark.extra_info["rounds"] = setup.rounds
    if benchmark.stats:
        benchmark.extra_info["us per chip"] = round(benchmark.stats.stats.min / chips * 1e6, 1)
        benchmark.extra_info["us per chip and round"] = round(benchmark.stats.stats.min / chips / setup.rounds * 1e6, 2)
