"""Plateau potentials: a reset above the threshold holds the membrane up for as long as the refractory time."""

import numpy as np
from matplotlib.figure import Figure

from hicannx.lab import Bench
from result import Result, Row

CLOCK_SCALE, HOLDOFF_CYCLES = 5, 31
CYCLE_US = 0.008 * 2**CLOCK_SCALE
RESET_US, TAU_US = 20.0, 10.0
TEXT = f"""\
The reset potential lies above the threshold, so a spike lifts the membrane to a plateau of {RESET_US:g} us. In the
holdoff after it the membrane falls below its threshold, before it may fire again. Leak, threshold and reset stand in
the proportion 50 : 80 : 100 of the calibration's example; the time constant is {TAU_US:g} us."""


def measure() -> Result:
    """One event that makes the neuron fire, and one that does not, on a chip without mismatch."""
    with Bench(mode="ideal") as bench:
        for backend in bench.chip.neuron_block.backends:
            backend.clock_scale_slow = CLOCK_SCALE
        neuron = bench.neuron(0)
        neuron.leak.v_leak, neuron.leak.i_bias = 560, 150
        neuron.threshold.enable, neuron.threshold.v_threshold = True, 295
        neuron.reset.v_reset, neuron.reset.i_bias = 770, 1022
        neuron.refractory_period.refractory_time = round(RESET_US / CYCLE_US) + HOLDOFF_CYCLES
        neuron.refractory_period.reset_holdoff = 0  # the longest
        fired = bench.stimulate(0, us=120, weight=300, excitatory=[20])
        below = bench.stimulate(0, us=120, weight=40, excitatory=[20])
    high = fired.values > fired.values.max() - 20
    length = float(np.ptp(fired.times[high]))
    rows = [Row("length of the plateau", length, RESET_US, "us"), Row("spikes of one plateau", len(fired.spikes), 1, "")]

    def draw(figure: Figure) -> None:
        axes = figure.subplots()
        axes.plot(below.times, below.values, linewidth=0.6, label="weak input")
        axes.plot(fired.times, fired.values, linewidth=0.6, label="strong input")
        axes.set(xlabel="time [us]", ylabel="membrane [MADC LSB]")
        axes.legend()

    return Result("Plateau potentials", TEXT, rows, draw)
