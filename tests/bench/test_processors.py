"""Speed of the plasticity processors within the chip: instructions per second beside those of a core alone, accesses beyond its memory."""

import struct
import time

import numpy as np
import pytest

from hicannx_sim.base.virtual_chip import VirtualChip
from hicannx_sim.chip.chip import Chip
from hicannx_sim.ppu import Core, encode_vector

SRAM, CONTROL, BOTTOM = 0x2800000, 0x2A00000, 0x1000000
TICKS = 5_000_000  # 10 ms
WAIT = 0x7C00007C

BODIES = {
    "arithmetic": [0x7C842A14, 0x7CA52278, 0x5486103A, 0x38840001, 0x7CC62050, 0x2C060005, 0x7CE63838, 0x38E70003],
    "memory": [0x80801000, 0x38840001, 0x90801000, 0x88A01004, 0x98A01005, 0xA0C01008, 0x7CC62A14, 0xB0C0100A],
    "vector": [encode_vector("fxvaddbm", [1, 2, 3]), encode_vector("fxvmulhfs", [4, 5, 6]), encode_vector("fxvsel", [7, 1, 4, 1])] * 3,
    "parallel bus": [encode_vector("fxvinx", [1, 0, 3]), encode_vector("fxvoutx", [1, 0, 3])] * 4,
    "omnibus": [0x3C608040, *[0x80A30000, 0x90A30000] * 4],  # register 0x100000
}


def loop(body):
    return [*body, 0x48000000 | -4 * len(body) & 0x3FFFFFC]


def chip_with(*programs):
    chip = Chip(VirtualChip(1, "ideal"))
    for ppu, program in enumerate(programs):
        chip.write_all(SRAM + ppu * BOTTOM + np.arange(len(program)), program)
        chip.write(CONTROL + ppu * BOTTOM, 1, 15, chip.now)
    return (chip,), {}


def note(benchmark, instructions, vectors):
    if benchmark.stats:  # absent when benchmarks are disabled
        benchmark.extra_info["MIPS"] = round(instructions / benchmark.stats.stats.min / 1e6, 1)
        benchmark.extra_info["M vector operations/s"] = round(vectors / benchmark.stats.stats.min / 1e6, 1)


@pytest.mark.benchmark(group="processors in the chip", timer=time.process_time)
@pytest.mark.parametrize("others", ["alone", "other asleep", "both"])
@pytest.mark.parametrize("kind", BODIES)
def test_processors_in_the_chip(benchmark, kind, others):
    """10 ms of the chip's time; the rates are sums over both."""
    program, counts = loop(BODIES[kind]), []
    programs = {"alone": [program], "other asleep": [program, [WAIT]], "both": [program, program]}[others]

    def advance(chip):
        chip.advance(TICKS)
        counts[:] = [
            sum(core.instructions for core in chip.processors.cores),
            sum(core.vector_instructions for core in chip.processors.cores),
        ]

    benchmark.pedantic(advance, setup=lambda: chip_with(*programs), rounds=3)
    assert counts[0] > 100_000
    note(benchmark, *counts)


@pytest.mark.benchmark(group="processors in the chip", timer=time.process_time)
@pytest.mark.parametrize("kind", ["arithmetic", "memory", "vector"])
def test_peer_core_alone(benchmark, kind):
    """As many cycles of a core outside of any chip."""
    words, core = loop(BODIES[kind]), Core()
    core.load_image(struct.pack(f">{len(words)}I", *words))

    def run():
        core.reset()
        return core.run(TICKS // 2)

    assert benchmark.pedantic(run, rounds=3) == "limit"
    note(benchmark, core.instructions, core.vector_instructions)
