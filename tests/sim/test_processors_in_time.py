"""Two processors, the chip and the host at the same time: nothing depends on how far somebody lets time go at once."""

import base64
import gzip
import json
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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
