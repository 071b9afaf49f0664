"""Pictures of both networks."""

from typing import Any

import numpy as np
from emulation import Spikes
from experiments import Mapped, Point
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from network import Network

CHIPS, NEST, SHOWN_MS = "tab:blue", "tab:orange", 150.0


def raster(axes: Axes, network: Network, spikes: Spikes, begin: float) -> None:
    """Spikes of all populations for a while, the first one on top."""
    within = (spikes.times >= begin) & (spikes.times < begin + SHOWN_MS)
    for number, (name, one) in enumerate(network.members().items()):
        mine = within & (spikes.neurons >= one.start) & (spikes.neurons < one.stop)
        colour = "tab:red" if "i" in name[-1] or name == "inhibitory" else "tab:blue"
        axes.plot(spikes.times[mine], spikes.neurons[mine], ".", color=colour, markersize=1.2, alpha=0.6, rasterized=True)
        axes.text(begin - 2, (one.start + one.stop) / 2, name, ha="right", va="center", fontsize=8)
        if number:
            axes.axhline(one.start, color="0.8", linewidth=0.5)
    axes.set(xlabel="time [ms]", xlim=(begin, begin + SHOWN_MS), ylim=(network.neurons, 0), yticks=[])


def random_network(figure: Figure, mapped: Mapped, begin: float) -> None:
    """Rates and irregularity over the external rate, for all g; spikes of the first point."""
    rates, irregular, spikes = figure.subplots(1, 3, width_ratios=(1, 1, 1.4))
    of: dict[str, list[Point]] = {}
    for point in mapped.points:
        of.setdefault(point.name.split(", ")[1], []).append(point)
    for number, (g, points) in enumerate(of.items()):
        etas, colour = [float(point.name.split()[-1]) for point in points], f"C{number}"
        for axes, what in ((rates, "rate"), (irregular, "cv")):
            axes.plot(etas, [point.chips[what] for point in points], "o-", color=colour, label=g)
            both = [(eta, point.nest[what]) for eta, point in zip(etas, points, strict=True) if point.nest]
            axes.plot(*zip(*both, strict=True), "x--", color=colour) if both else None
    rates.set(xlabel="external rate / threshold rate", ylabel="rate [Hz]", yscale="log", title="mean rate: chips o, NEST x")
    irregular.set(xlabel="external rate / threshold rate", ylabel="CV", title="irregularity of intervals")
    rates.legend(fontsize=8)
    shown = next((point for point in mapped.points if "g 8," in point.name), mapped.points[0])
    raster(spikes, mapped.network, shown.spikes, begin)
    spikes.set_title(f"on {mapped.chips} chips: {shown.name.partition(', ')[2]}")


def microcircuit(figure: Figure, mapped: Mapped, begin: float) -> None:
    """Rates of the populations, and spikes."""
    bars, spikes = figure.subplots(1, 2, width_ratios=(1, 1.4))
    (point,) = mapped.points
    names = list(mapped.network.populations)
    _bars(bars, names, point.chips, -0.2, CHIPS, f"{mapped.chips} chips")
    if point.nest:
        _bars(bars, names, point.nest, 0.2, NEST, f"NEST {point.nest['version']}")
    bars.set(xticks=range(len(names)), xticklabels=names, ylabel="rate [Hz]", title="mean rates of the populations")
    bars.legend()
    raster(spikes, mapped.network, point.spikes, begin)
    spikes.set_title("spikes on the chips")


def _bars(axes: Axes, names: list[str], found: dict[str, Any], shift: float, colour: str, label: str) -> None:
    axes.bar(np.arange(len(names)) + shift, [found["populations"][name] for name in names], 0.4, color=colour, label=label)
