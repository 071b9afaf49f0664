"""Two processors, the chip and the host at the same time: nothing depends on how far somebody lets time go at once."""

import base64
import gzip
import json
import time
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ppu_words import addi, lis

from haldls import BackgroundSpikeSource
from hicannx_sim import System

GOLDEN = Path(__file__).parents[1] / "golden" / "ppu_programs.jsonl.gz"
SRAM, CONTROL, BOTTOM = 0x2800000, 0x2A00000, 0x1000000
ROW = 0x2C00000
END = 300_000


@cache
def programs():
    """Images of programs that use the vector unit and of C programs."""
    rows = [json.loads(line) for line in gzip.decompress(GOLDEN.read_bytes()).decode().splitlines()]
    kept = [row for row in rows if row["kind"] in ("vector", "mixed", "vpairs") or row["id"].startswith("c-")]
    images = [base64.b64decode(row["image_b64"]) for row in kept]
    return [np.frombuffer(image + bytes(-len(image) % 4), ">u4") for image in images]


def begun(system, first, second, background):
    chip = system.chip
    for ppu, image in enumerate((first, second)):
        chip.write_all(SRAM + ppu * BOTTOM + np.arange(len(image)), image)
    if background:  # events every 0.4 us
        source = BackgroundSpikeSource(enable=True, enable_random=False, period=100)
        chip.write_all(BackgroundSpikeSource.write_addresses([0])[0], source.encode())
    chip.write(CONTROL, 1, 15, 1000)
    chip.write(CONTROL + BOTTOM, 1, 15, 1006)
    return chip


def state(chip):
    """Everything that both cores have done."""
    cores = [
        (core.memory(), core.cycle, core.instructions, core.gpr.tolist(), [core.vector(k) for k in range(32)])
        for core in chip.processors.cores
    ]
    return cores, np.asarray(chip.fabric.analog.weights).tobytes(), chip.fabric.counters()


@given(st.integers(0, 1 << 32), st.booleans())
@settings(max_examples=20, deadline=None)
def test_steps_change_nothing(seed, background):
    rng = np.random.default_rng(seed)
    pair = [programs()[k] for k in rng.integers(0, len(programs()), 2)]
    whole = begun(System(), *pair, background)
    whole.advance(END)
    cut = begun(System(), *pair, background)
    while cut.now < END:
        cut.advance(min(cut.now + int(rng.choice([1, 3, 8, 40, 333, 5000, 50_000])), END))
        if rng.random() < 0.5:
            cut.read(ROW, cut.now)  # a look over the omnibus
    assert state(cut) == state(whole)


@pytest.mark.parametrize("number", range(6))
def test_snapshot_in_the_middle_of_programs(number):
    rng = np.random.default_rng(number)
    pair = [programs()[k] for k in rng.integers(0, len(programs()), 2)]
    system = System()
    chip = begun(system, *pair, True)
    chip.advance(int(rng.integers(1100, 30_000)))
    kept = system.snapshot()
    chip.advance(END)
    again = System().restore(kept)
    again.chip.advance(END)
    assert state(again.chip) == state(chip)


# ------------------------------------------------------------------------------------------------------------ waiting for others
POLLED, FAR = 0x110001, 0x40000100
"""A register that keeps what is written (CommonPADIBusConfig of the top half), and a word of the FPGA's memory."""
HERE, FAR_AWAY = 0x48000000, 0x80000000 | POLLED << 2
SECOND = 500_000_000  # ticks


def polling(address, then=HERE):
    """Loads a word until it is not 0, counts how often, and goes on."""
    high, low = address >> 16, address & 0xFFFF
    loop = [32 << 26 | 3 << 21 | 8 << 16, addi(5, 5, 1), 11 << 26 | 3 << 16, 16 << 26 | 12 << 21 | 2 << 16 | (-12 & 0xFFFC)]
    return np.array([lis(8, high), 24 << 26 | 8 << 21 | 8 << 16 | low, addi(5, 0, 0), *loop, then], np.uint32)


def storing(after, address):
    """Counts down and then writes its count beyond the SRAM."""
    high, low = address >> 16, address & 0xFFFF
    start = [lis(8, high), 24 << 26 | 8 << 21 | 8 << 16 | low, lis(4, after >> 16), 24 << 26 | 4 << 21 | 4 << 16 | after & 0xFFFF]
    count = [addi(4, 4, -1), 11 << 26 | 4 << 16, 16 << 26 | 4 << 21 | 2 << 16 | (-8 & 0xFFFC)]
    return np.array([*start, *count, addi(4, 0, 1), 36 << 26 | 4 << 21 | 8 << 16, HERE], np.uint32)


WAITS = {
    "register": (polling(FAR_AWAY), [HERE]),
    "memory of the FPGA": (polling(FAR), [HERE]),
    "both the register": (polling(FAR_AWAY), polling(FAR_AWAY)),
    "one each": (polling(FAR_AWAY), polling(FAR)),
    "behind one that counts": ([HERE], polling(FAR_AWAY)),
    "for the other": (polling(FAR_AWAY), storing(60_000, FAR_AWAY)),
    "for the first": (storing(70_001, FAR_AWAY), polling(FAR_AWAY)),
    "for the other's memory": (polling(FAR), storing(55_555, FAR)),
}


def waited(pair, skips, cuts, writes):
    """Both cores in the end, with writes of the host at ticks."""
    chip = begun(System(), *(np.asarray(words, np.uint32) for words in pair), False)
    for core in chip.processors.cores:
        core.set_breakpoint(0x3FF0, not skips)  # a core with a breakpoint skips nothing
    for tick in sorted({*cuts, *writes, 700_000}):
        if tick in writes:
            chip.write(POLLED, 1, 15, tick)
        else:
            chip.advance(tick)
    cores = [(core.memory(), core.cycle, core.instructions, core.gpr.tolist()) for core in chip.processors.cores]
    return cores, sum(core.skipped for core in chip.processors.cores)


@pytest.mark.parametrize("name", WAITS)
def test_nothing_shows_that_a_wait_for_others_was_skipped(name):
    rng = np.random.default_rng(len(name))
    for case in range(6):
        cuts = rng.integers(2000, 700_000, case).tolist()
        writes = rng.integers(2000, 700_000, case % 3).tolist()
        skipping, skipped = waited(WAITS[name], True, cuts, writes)
        assert skipping == waited(WAITS[name], False, [], writes)[0], (case, cuts, writes)
        assert skipped > 10_000


@pytest.mark.parametrize("name", [name for name in WAITS if "for" not in name])
def test_a_second_of_waiting_for_others_costs_no_tenth_of_one(name):
    chip = begun(System(), *(np.asarray(words, np.uint32) for words in WAITS[name]), False)
    begin = time.process_time()
    chip.advance(SECOND // 4)
    assert time.process_time() - begin < 0.025
