"""The parameter card: what every code of a neuron does, measured as an experiment would, through MADC and spikes."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from hicannx.lab import Bench, Trace, plain
from result import Result

TEXT = """\
One parameter after the other is swept on one neuron of a chip without mismatch; everything else stays as on a plain
bench. Codes are 0 .. 1022 where nothing else is said."""

CODES = np.linspace(100, 1000, 7).round().astype(int)


@dataclass(frozen=True)
class Sweep:
    """A parameter: its name, unit of what is measured, codes, how one code is set and measured."""

    name: str
    unit: str
    codes: np.ndarray
    measure: Callable[[Bench, int], float]
    logarithmic: bool = False


def settings(bench: Bench) -> Any:
    """Of the neuron that is measured."""
    return bench.neuron(0)


def decay(trace: Trace, start: float, rest: float) -> float:
    """Time constant of the way back to rest from `start` on, by the area below it."""
    later = trace.times >= start
    way = trace.values[later] - rest
    return float(np.trapezoid(way, trace.times[later]) / np.median(way[:5]))


def level(bench: Bench, name: str, part: str, code: int) -> float:
    """Mean of the membrane at a code of a potential."""
    setattr(getattr(settings(bench), part), name, code)
    return float(bench.record(0, us=40).values.mean())


def leak(bench: Bench, code: int) -> float:
    return level(bench, "v_leak", "leak", code)


def firing(bench: Bench) -> None:
    """Leak above threshold."""
    neuron = settings(bench)
    neuron.leak.v_leak, neuron.threshold.enable = 1000, True


def reset(bench: Bench, code: int) -> float:
    """Lowest membrane of a neuron that fires."""
    firing(bench)
    settings(bench).threshold.v_threshold, settings(bench).reset.v_reset = 400, code
    trace = bench.record(0, us=60)
    return float(np.percentile(trace.values, 2))


def threshold(bench: Bench, code: int) -> float:
    """Highest membrane of a neuron that fires."""
    firing(bench)
    settings(bench).threshold.v_threshold, settings(bench).reset.v_reset = code, 400
    return float(np.percentile(bench.record(0, us=100).values, 99))


def refractory(bench: Bench, code: int) -> float:
    """Interval between spikes: the refractory time, and the way from the reset to the threshold."""
    firing(bench)
    neuron = settings(bench)
    neuron.threshold.v_threshold, neuron.reset.v_reset, neuron.refractory_period.refractory_time = 300, 600, code
    return float(np.diff(bench.record(0, us=200).spikes).mean())


def membrane_tau(bench: Bench, code: int) -> float:
    """After a small current ends."""
    neuron = settings(bench)
    neuron.leak.v_leak, neuron.leak.i_bias = 650, code
    neuron.constant_current.i_offset = min(max(code // 2, 20), 1000)
    trace = bench.step(0, us=700, start=0, stop=400)
    return decay(trace, 400.5, trace.values[-300:].mean())


def capacitance(bench: Bench, code: int) -> float:
    """Time constant of the membrane over its capacitance."""
    settings(bench).membrane_capacitance.capacitance = code
    return membrane_tau(bench, 100)


def current(bench: Bench, code: int) -> float:
    """First rise of the membrane."""
    settings(bench).constant_current.i_offset = code
    settings(bench).leak.v_leak, settings(bench).leak.i_bias = 500, 20
    trace = bench.step(0, us=30, start=10, stop=30)
    rise = (trace.times > 10.5) & (trace.times < 13.5)
    return float(np.polyfit(trace.times[rise], trace.volts[rise] * 1e3, 1)[0])


def potential(bench: Bench, **inputs: Any) -> float:
    """Height of the potential that one event causes, mean of some samples around the peak."""
    trace = bench.stimulate(0, us=120, excitatory=[40], **inputs)
    smooth = np.convolve(trace.values, np.ones(31) / 31, mode="valid")
    return float(smooth.max() - trace.values[trace.times < 39].mean())


def weight(bench: Bench, code: int) -> float:
    return potential(bench, weight=code)


def strength(bench: Bench, code: int) -> float:
    settings(bench).excitatory_input.i_bias_gm = code
    return potential(bench)


def converter(bench: Bench, code: int) -> float:
    for block in bench.chip.synapse_blocks:
        block.i_bias_dac.fill(code)
    return potential(bench)


def line_tau(bench: Bench, code: int) -> float:
    """Of the synaptic line, as its readout shows it."""
    line = settings(bench).excitatory_input
    line.i_bias_tau, line.enable_high_resistance = code, True
    trace = bench.stimulate(0, us=150, weight=400, source="exc_synin", excitatory=[20])
    return decay(trace, 20.5, trace.values[trace.times < 19].mean())


def shift(bench: Bench, code: int) -> float:
    """Of the resting membrane, against an input that is off."""
    off = bench.record(0, us=40).values.mean()
    settings(bench).excitatory_input.i_shift_reference, settings(bench).excitatory_input.enable = code, True
    on = bench.record(0, us=40).values.mean()
    settings(bench).excitatory_input.enable = False
    return float(on - off)


def coupling(bench: Bench, code: int) -> float:
    """Part of a potential that reaches the right neighbour through the conductance."""
    first, second = bench.neuron(0).multicompartment, bench.neuron(1).multicompartment
    first.i_bias_nmda, first.enable_conductance, first.connect_soma_right, second.connect_soma = code, True, True, True
    heights = []
    for seen in (0, 1):
        trace = bench.stimulate(0, us=120, weight=250, excitatory=[40], watch=seen)
        heights.append(float(np.sum(trace.values - trace.values[trace.times < 39].mean())))
    return heights[1] / heights[0]


def slew(bench: Bench, code: int) -> float:
    """Steepest fall of the membrane in a reset."""
    firing(bench)
    neuron = settings(bench)
    neuron.threshold.v_threshold, neuron.reset.v_reset, neuron.reset.i_bias = 500, 500, code
    trace = bench.record(0, us=100)
    falls = -np.diff(trace.volts) / np.diff(trace.times)
    return float(np.percentile(falls, 99.5))


def adapting(bench: Bench, a: int = 0, b: int = 0, v_ref: int = 500) -> None:
    """A neuron with adaptation."""
    adaptation = settings(bench).adaptation
    adaptation.enable = adaptation.enable_pulse = True
    adaptation.v_ref, adaptation.v_leak = v_ref, 500
    adaptation.i_bias_tau, adaptation.i_bias_a, adaptation.i_bias_b = 200, a, b
    for backend in bench.chip.neuron_block.backends:
        backend.clock_scale_adaptation_pulse = 7


def adaptation_rest(bench: Bench, code: int) -> float:
    adapting(bench, v_ref=code)
    return float(bench.record(0, us=40, source="adaptation").values.mean())


def following(bench: Bench, code: int) -> float:
    """Change of the adaptation over the change of the membrane."""
    adapting(bench, a=code)
    ends = []
    for source in ("membrane", "adaptation"):
        settings(bench).constant_current.i_offset = 200
        trace = bench.step(0, us=800, start=50, stop=800, source=source)
        ends.append(trace.values[-1000:].mean() - trace.values[trace.times < 48].mean())
    return float(ends[1] / ends[0])


def jump(bench: Bench, code: int) -> float:
    """Of the adaptation at a spike."""
    adapting(bench, b=code)
    settings(bench).threshold.enable, settings(bench).threshold.v_threshold = True, 380
    trace = bench.stimulate(0, us=60, weight=250, source="adaptation", excitatory=[20])
    after = trace.values[(trace.times > trace.spikes[0] + 1.2) & (trace.times < trace.spikes[0] + 2.2)].mean()
    return float(after - trace.values[trace.times < 19].mean())


def adaptation_tau(bench: Bench, code: int) -> float:
    """Of the adaptation, after a spike."""
    adapting(bench, b=400)
    settings(bench).adaptation.i_bias_tau = code
    settings(bench).threshold.enable, settings(bench).threshold.v_threshold = True, 380
    trace = bench.stimulate(0, us=900, weight=250, source="adaptation", excitatory=[20])
    return decay(trace, trace.spikes[-1] + 3, trace.values[trace.times < 19].mean())


SWEEPS = (
    Sweep("leak.v_leak", "membrane at rest [MADC LSB]", np.arange(400, 1000, 100), leak),
    Sweep("reset.v_reset", "membrane after a reset [MADC LSB]", np.arange(450, 650, 50), reset),
    Sweep("threshold.v_threshold", "membrane at a spike [MADC LSB]", np.arange(250, 550, 50), threshold),
    Sweep("leak.i_bias", "time constant of the membrane [us]", np.array([50, 100, 200, 400, 800]), membrane_tau, True),
    Sweep("membrane_capacitance.capacitance", "time constant of the membrane [us]", np.array([10, 20, 40, 63]), capacitance),
    Sweep("constant_current.i_offset", "rise of the membrane [mV/us]", np.arange(200, 1001, 200), current),
    Sweep("refractory_period.refractory_time", "interval between spikes [us]", np.arange(150, 256, 35), refractory),
    Sweep("synapse weight", "height of a potential [MADC LSB]", np.arange(10, 127, 20), weight),
    Sweep("excitatory_input.i_bias_gm", "height of a potential [MADC LSB]", CODES, strength),
    Sweep("synapse_blocks.i_bias_dac", "height of a potential [MADC LSB]", CODES, converter),
    Sweep("excitatory_input.i_bias_tau", "time constant of the line [us]", np.array([60, 100, 200, 400, 800]), line_tau, True),
    Sweep("excitatory_input.i_shift_reference", "shift of the resting membrane [MADC LSB]", np.arange(250, 376, 25), shift),
    Sweep("multicompartment.i_bias_nmda", "part of a potential next door", np.array([30, 60, 125, 250, 500, 1000]), coupling),
    Sweep("reset.i_bias", "steepest fall in a reset [V/us]", np.arange(200, 1001, 200), slew),
    Sweep("adaptation.v_ref", "adaptation at rest [MADC LSB]", np.arange(400, 801, 100), adaptation_rest),
    Sweep("adaptation.i_bias_a", "change of the adaptation per change of the membrane", np.arange(0, 26, 5), following),
    Sweep("adaptation.i_bias_b", "step of the adaptation at a spike [MADC LSB]", np.arange(100, 501, 100), jump),
    Sweep("adaptation.i_bias_tau", "time constant of the adaptation [us]", np.array([80, 150, 300, 600]), adaptation_tau, True),
)


def measure(sweeps: Iterable[Sweep] = SWEEPS) -> Result:
    """Sweeps every parameter, each on a chip as it was at first."""
    found: list[tuple[Sweep, list[float]]] = []
    with Bench(mode="ideal") as bench:
        for sweep in sweeps:
            bench.chip = plain()
            found.append((sweep, [sweep.measure(bench, int(code)) for code in sweep.codes]))

    def draw(figure: Figure) -> None:
        panels = figure.subplots(-(-len(found) // 4), 4, squeeze=False)
        for panel in panels.flat[len(found) :]:
            panel.axis("off")
        for panel, (sweep, values) in zip(panels.flat, found, strict=False):
            panel.plot(sweep.codes, values, "o-", markersize=4)
            panel.set(xlabel=sweep.name, ylabel=sweep.unit)
            if sweep.logarithmic:
                panel.set(xscale="log", yscale="log")
                panel.set_xticks(sweep.codes, sweep.codes, minor=False)
                panel.set_xticks([], minor=True)

    return Result("Parameter card", TEXT, [], draw)
