"""How far a single volley moves the membrane, over the weight of its synapses."""

import numpy as np
from matplotlib.figure import Figure

from hicannx.lab import Bench, Trace
from result import Result, Row

WEIGHTS = np.arange(0, 289, 32)
PUBLISHED = {
    "excitatory": (262, 286, 310, 335, 361, 385, 411, 434, 460, 488),
    "inhibitory": (246, 231, 204, 181, 163, 147, 138, 128, 122, 117),
}
"""MADC LSB at these weights."""

TEXT = """\
One event at synapses of growing weight, beyond 63 on several rows. Excitation grows in proportion; inhibition
saturates, as the membrane comes near its lower rail. The published values are means over eight calibrated neurons,
with a spread of 5 to 8; here is one calibrated neuron without mismatch whose leak potential lies where theirs does."""


def extreme(trace: Trace, receptor: str) -> float:
    """Largest or smallest value of the membrane, without most of the noise."""
    values = np.convolve(trace.values, np.ones(5) / 5, mode="valid")
    return float(values.max() if receptor == "excitatory" else values.min())


def measure() -> Result:
    """Sweeps both receptors on a chip without mismatch."""
    found: dict[str, list[float]] = {}
    with Bench(mode="ideal", calibration="spiking") as bench:
        bench.neuron(0).leak.v_leak, bench.neuron(0).threshold.enable = 550, False
        for receptor in PUBLISHED:
            stimulated = [bench.stimulate(0, us=150, weight=int(weight), **{receptor: [50.0]}) for weight in WEIGHTS[1:]]
            traces = [bench.record(0, us=150), *stimulated]
            found[receptor] = [extreme(trace, receptor) for trace in traces]
    rows = [
        Row(f"{receptor}, weight {WEIGHTS[index]}", found[receptor][index], PUBLISHED[receptor][index], "MADC LSB")
        for receptor in PUBLISHED
        for index in (0, 5, 9)
    ]

    def draw(figure: Figure) -> None:
        axes = figure.subplots()
        for number, (receptor, values) in enumerate(found.items()):
            axes.plot(WEIGHTS, values, "o-", color=f"C{number}", label=receptor)
            axes.plot(WEIGHTS, PUBLISHED[receptor], "x", color=f"C{number}", markersize=10, label="published")
        axes.set(xlabel="weight", ylabel="extreme of the membrane [MADC LSB]")
        axes.legend()

    return Result("Dynamic range of the synapses", TEXT, rows, draw)
