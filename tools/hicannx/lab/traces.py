"""What a recording gives, and how it is drawn. Plots need matplotlib (`pip install 'hicannx[demo]'`) and return its Axes."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hicannx.lab.errors import LabError
from hicannx.lab.units import volts

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def _in_notebook() -> bool:
    """A kernel of Jupyter runs this code, which shows the figures of pyplot at the end of a cell."""
    return hasattr(getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)(), "kernel")


def axes_of(axes: Axes | None, title: str, across: str, up: str) -> Axes:
    """The given axes, or those of a new figure, with their labels; notebooks show it. Raises LabError where matplotlib is missing."""
    if axes is None:
        try:
            new = import_module("matplotlib.pyplot").figure if _in_notebook() else import_module("matplotlib.figure").Figure
        except ModuleNotFoundError as error:
            raise LabError("plots need matplotlib: pip install 'hicannx[demo]'") from error
        axes = new(figsize=(8, 4), layout="constrained").subplots()
    axes.set(title=title, xlabel=across, ylabel=up)
    return axes


@dataclass(frozen=True)
class Trace:
    """One potential of a neuron over time, as the MADC saw it, with what was sent and what fired.

    times    us of hardware time since the first sample, float, shape (samples,)
    values   MADC LSB 0 .. 1023, int, shape (samples,)
    spikes   us, float: spikes of this neuron that reached the host
    events   us, float: events that were sent to it
    """

    neuron: int
    source: str
    times: NDArray[np.float64]
    values: NDArray[np.int64]
    spikes: NDArray[np.float64]
    events: dict[str, NDArray[np.float64]] = field(default_factory=dict)

    @property
    def volts(self) -> Any:
        """The values in volts."""
        return volts(self.values)

    def plot(self, axes: Axes | None = None) -> Axes:
        """The trace, spikes as triangles above, events as lines below."""
        axes = axes_of(axes, f"Neuron {self.neuron}", "time [us]", f"{self.source} [MADC LSB]")
        axes.plot(self.times, self.values, linewidth=0.6)
        low, high = (float(self.values.min()), float(self.values.max())) if len(self.values) else (0.0, 1.0)
        step = max((high - low) / 15, 4)
        if len(self.spikes):
            axes.plot(self.spikes, np.full(len(self.spikes), high + step), "v", color="tab:red", markersize=4, label="spikes")
        for number, (name, times) in enumerate(self.events.items(), 1):
            axes.plot(times, np.full(len(times), low - number * step), "|", color=f"C{number + 1}", markersize=9, label=name)
        if len(self.spikes) or self.events:
            axes.legend(loc="upper right", fontsize="small")
        return axes


@dataclass(frozen=True)
class Curve:
    """What was measured over what was set, float arrays of one shape."""

    title: str
    across: str
    up: str
    x: NDArray[np.float64]
    y: NDArray[np.float64]

    def plot(self, axes: Axes | None = None, **style: Any) -> Axes:
        """A point for each measurement."""
        axes = axes_of(axes, self.title, self.across, self.up)
        look: dict[str, Any] = {"marker": "o", "markersize": 4} | style
        axes.plot(self.x, self.y, **look)
        return axes
