"""Potentials along a chain of four compartments: injected into one, seen in all."""

from itertools import chain

import numpy as np
from matplotlib.figure import Figure

from hicannx.lab import Bench, Trace
from result import Result, Row

COMPARTMENTS = 4
CONDUCTANCE, WEIGHT = 500, 10 * 31
PUBLISHED = np.array([[80, 50, 37, 28], [59, 71, 53, 47], [46, 49, 70, 58], [38, 43, 65, 92]])
"""MADC LSB; rows are where the input goes to, columns where the membrane is recorded."""

TEXT = f"""\
Four compartments of two circuits each. The second circuit of a compartment reaches the first one of the next over the
soma line, through its conductance (bias {CONDUCTANCE}). Ten synapses of weight 31 are active at once, at one
compartment after the other; each panel is what one compartment sees of one input. One circuit of a compartment leaks
and has a capacitance, the other one is a wire only."""


def build(bench: Bench) -> None:
    """Connects circuits 0 .. 7 of the upper row to the chain."""
    for circuit in range(2 * COMPARTMENTS):
        neuron, second = bench.neuron(circuit), circuit % 2
        neuron.leak.i_bias, neuron.leak.enable_division = (0, True) if second else (150, False)
        neuron.membrane_capacitance.capacitance = 0 if second else 63
        joints = neuron.multicompartment
        joints.i_bias_nmda = CONDUCTANCE
        joints.connect_right = not second
        joints.connect_soma = not second and circuit > 0
        joints.enable_conductance = joints.connect_soma_right = second and circuit < 2 * COMPARTMENTS - 1


def responses(bench: Bench) -> list[list[Trace]]:
    """Traces from 10 us before an input; row by row where it goes to, column by column where it is recorded."""
    every = range(0, 2 * COMPARTMENTS, 2)
    return [[bench.stimulate(at, us=80, weight=WEIGHT, excitatory=[10], watch=seen) for seen in every] for at in every]


def smooth(trace: Trace) -> np.ndarray:
    """The potential against its rest, without most of the noise."""
    padded = np.pad(trace.values, 7, mode="edge")
    return np.convolve(padded, np.ones(15) / 15, mode="valid") - trace.values[trace.times < 8].mean()


def measure() -> Result:
    """Builds the chain on a chip without mismatch and measures all sixteen potentials."""
    with Bench(mode="ideal", calibration="spiking") as bench:
        build(bench)
        grid = responses(bench)
    curves = [[smooth(trace) for trace in row] for row in grid]
    heights = np.array([[curve.max() for curve in row] for row in curves])
    delays = [trace.times[curve.argmax()] - 10 for trace, curve in zip(grid[-1], curves[-1], strict=True)]
    seen = reversed(range(COMPARTMENTS))
    rows = [Row(f"input at 4, height in {number + 1}", heights[-1, number], PUBLISHED[-1, number], "MADC LSB") for number in seen]
    rows += [Row("input at 4, peak after, in 4", delays[-1], 8, "us"), Row("input at 4, peak after, in 1", delays[0], 20, "us")]

    def draw(figure: Figure) -> None:
        axes = figure.subplots(COMPARTMENTS, COMPARTMENTS, sharex=True, sharey=True)
        for panel, trace, curve, height, published in zip(
            axes.flat, chain.from_iterable(grid), chain.from_iterable(curves), heights.flat, PUBLISHED.flat, strict=True
        ):
            panel.plot(trace.times - 10, curve, linewidth=0.7)
            panel.text(0.95, 0.9, f"{height:.0f} ({published})", transform=panel.transAxes, ha="right", va="top", fontsize="small")
            panel.set(xlim=(-8, 60))
        figure.supxlabel("time after the input [us]")
        figure.supylabel("membrane [MADC LSB]; height, in brackets the published one")

    return Result("Potentials along a chain of compartments", TEXT, rows, draw)
