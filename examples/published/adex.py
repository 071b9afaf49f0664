"""Adaptation and firing patterns of one neuron that gets a constant current from 100 to 700 us."""

from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure

from hicannx.lab import Bench, Trace
from result import Result, Row

CURRENT, START, STOP, END = 300, 100.0, 700.0, 1000.0
TEXT = """\
A constant current of code 300 onto a neuron with adaptation: below threshold, where the membrane overshoots and then
adapts; with an exponential term and steps of the adaptation at each spike, firing ever more slowly; and with a reset
potential so high that spikes come in bursts. All codes are those of the published example but for the potentials of
exponential term and reset, which are put where its figures have them."""


@dataclass(frozen=True)
class Pattern:
    """A setting: codes of the adaptation's strengths, and of the potentials of exponential term and reset."""

    name: str
    a: int
    b: int
    v_exp: int | None
    v_reset: int


PATTERNS = (Pattern("below threshold", 10, 0, None, 600), Pattern("adapting", 0, 200, 850, 739), Pattern("bursting", 0, 200, 902, 851))


def set_up(bench: Bench, pattern: Pattern) -> None:
    """Neuron 0."""
    for backend in bench.chip.neuron_block.backends:
        backend.clock_scale_adaptation_pulse = 7
        backend.clock_scale_fast = backend.clock_scale_slow = 3
    neuron = bench.neuron(0)
    neuron.leak.v_leak, neuron.leak.i_bias = 700, 70
    neuron.threshold.enable, neuron.threshold.v_threshold = True, 620
    neuron.reset.v_reset = pattern.v_reset
    neuron.refractory_period.refractory_time, neuron.refractory_period.enable_pause = 30, True
    neuron.constant_current.i_offset = CURRENT
    neuron.exponential.enable, neuron.exponential.v_exp, neuron.exponential.i_bias = pattern.v_exp is not None, pattern.v_exp or 0, 300
    adaptation = neuron.adaptation
    adaptation.enable = adaptation.enable_pulse = True
    adaptation.v_ref = adaptation.v_leak = 500
    adaptation.i_bias_tau, adaptation.i_bias_a, adaptation.i_bias_b = 100, pattern.a, pattern.b


def mean(trace: Trace, start: float, stop: float) -> float:
    """Of a trace between two times."""
    return float(trace.values[(trace.times > start) & (trace.times < stop)].mean())


def smooth(trace: Trace) -> np.ndarray:
    """A trace without most of its noise."""
    return np.convolve(trace.values, np.ones(31) / 31, mode="valid")


def measure() -> Result:
    """Membrane and adaptation of the three patterns, on a chip without mismatch."""
    traces: dict[str, tuple[Trace, Trace]] = {}
    with Bench(mode="ideal") as bench:
        for pattern in PATTERNS:
            set_up(bench, pattern)
            membrane, adaptation = (bench.step(0, END, START, STOP, source=source) for source in ("membrane", "adaptation"))
            traces[pattern.name] = membrane, adaptation
    v, w = traces["below threshold"]
    rest, during = mean(v, 50, 95), mean(v, 650, 695)
    adapting, bursting = (np.diff(traces[name][0].spikes) for name in ("adapting", "bursting"))
    jumps = traces["adapting"][1]
    first = traces["adapting"][0].spikes[0]
    rows = [
        Row("overshoot of the membrane", smooth(v).max() - rest, 130, "MADC LSB"),
        Row("adapted membrane", during - rest, 95, "MADC LSB"),
        Row("undershoot", smooth(v).min() - rest, -38, "MADC LSB"),
        Row("adaptation, rise", mean(w, 650, 695) - mean(w, 50, 95), 73, "MADC LSB"),
        Row("step of the adaptation at a spike", mean(jumps, first + 2, first + 5) - mean(jumps, 50, 95), 55, "MADC LSB"),
        Row("adapting: spikes", len(adapting) + 1, 12, ""),
        Row("adapting: first interval", adapting[0], 23, "us"),
        Row("adapting: last interval", adapting[-1], 55, "us"),
        Row("bursting: spikes", len(bursting) + 1, 11, ""),
        Row("bursting: spikes of the first burst", 1 + int(np.argmax(bursting > 40)), 3, ""),
        Row("bursting: between later bursts", float(bursting[5:].max()), 122, "us"),
        Row("bursting: within later bursts", float(bursting[5:].min()), 14, "us"),
    ]

    def draw(figure: Figure) -> None:
        panels = figure.subplots(len(PATTERNS), 2, width_ratios=(2, 1), squeeze=False)
        for (time, phase), (name, (membrane, adaptation)) in zip(panels, traces.items(), strict=True):
            time.plot(membrane.times, membrane.values, linewidth=0.6, label="membrane")
            time.plot(adaptation.times, adaptation.values, linewidth=0.6, label="adaptation")
            time.set(title=name, ylim=(200, 750), ylabel="MADC LSB")
            both = min(len(membrane.values), len(adaptation.values))
            phase.plot(membrane.values[:both:7], adaptation.values[:both:7], ",", color="black")
            phase.set(xlim=(200, 750), ylim=(200, 750), ylabel="adaptation")
        panels[0, 0].legend(loc="upper right", fontsize="small")
        panels[-1, 0].set_xlabel("time [us]")
        panels[-1, 1].set_xlabel("membrane")

    return Result("Adaptation and bursts", TEXT, rows, draw)
