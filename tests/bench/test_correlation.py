"""What a pulse on a row and a spike cost with all sensors of the row or column in use, by instruction set; and where nobody uses them."""

import numpy as np
import pytest

from halco import CapMemCellOnCapMemBlock
from haldls import CapMemCell
from hicannx_sim.base.virtual_chip import VirtualChip
from hicannx_sim.chip.chip import Chip
from hicannx_sim.correlation import LEVELS

PULSES = 20_000
CELLS = 3120


def chip(store: int = 70, ramp: int = 80) -> Chip:
    """All synapses have label 0."""
    made = Chip(VirtualChip(1))
    for block in range(4):
        for name, code in (("syn_i_bias_store", store), ("syn_i_bias_ramp", ramp)):
            place = block * CELLS + int(getattr(CapMemCellOnCapMemBlock, name).toEnum())
            made.write_all(CapMemCell.write_addresses([place])[0], CapMemCell(code).encode())
    return made


def trains(kind: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Pulses at all rows or neurons in random order, or of both in turns; 8 ns apart, so that each meets one that is near."""
    random = np.random.default_rng(1)
    ticks, places = 4 + 4 * np.arange(PULSES), random.integers(0, 512, PULSES)
    addresses = {"row": np.zeros(PULSES, int), "neuron": np.full(PULSES, -1), "both": -(np.arange(PULSES) % 2)}[kind]
    return ticks, places, addresses


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("kind", ["row", "neuron", "both"])
def test_pulses(benchmark, kind, level):
    sensors = chip().fabric.sensors
    sensors.instructions = LEVELS.index(level)
    sensors.parameters()
    ticks, places, addresses = trains(kind)
    everywhere = np.arange(512)
    now = 1_000_000

    def play() -> None:
        nonlocal now
        for address in (0, -1):  # every row and every neuron has had a pulse
            sensors.play(np.full(512, now), everywhere, np.full(512, address))
        sensors.play(ticks + now, places, addresses)
        now += 2_000_000

    play()
    benchmark.pedantic(play, rounds=20)
    if benchmark.stats:
        benchmark.extra_info["ns per pulse"] = round(benchmark.stats.stats.min / (PULSES + 1024) * 1e9, 1)
    assert sensors.stored().max() > 0


def test_pulses_that_nobody_wants(benchmark):
    sensors = chip(store=0).fabric.sensors
    ticks, places, addresses = trains("both")
    benchmark(sensors.play, ticks, places, addresses)
    if benchmark.stats:
        benchmark.extra_info["ns per pulse"] = round(benchmark.stats.stats.min / PULSES * 1e9, 1)
    assert not sensors.stored().any()
