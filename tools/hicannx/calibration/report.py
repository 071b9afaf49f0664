"""A page about calibrations: what they make of every parameter, before and after, on all chips, and what did not succeed, by place."""

from __future__ import annotations

import html
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from hicannx.calibration.errors import CalibrationError
from hicannx.calibration.kinds import Kind
from hicannx.calibration.quantities import Quantity, quantities
from hicannx.calibration.store import Store, Stored
from hicannx_sim import VirtualChip

__all__ = ["write"]

BEFORE, AFTER, FAILED = "#c8c8c8", "#0b6e99", "#c1121f"
PLACES = {"neurons": (2, 256, "column"), "drivers": (2, 128, "driver"), "channels": (4, 256, "column"), "quadrants": (2, 2, "west, east")}
"""Rows and columns of circuits in the pictures of failures, and what is counted from left to right."""
LEGEND = (
    "Grey: every circuit with the median of all codes. Blue: as calibrated. Dashed: the target. Each histogram is as high as the others. "
    "What is shown follows from the codes and the model's numbers; of a threshold the largest of many reads, as calix sees it."
)
STYLE = """\
body { font: 15px/1.5 system-ui, sans-serif; max-width: 75em; margin: 2em auto; padding: 0 1em; color: #222 }
img { max-width: 100% } table { border-collapse: collapse }
td, th { padding: .2em .8em; border-bottom: 1px solid #ddd; text-align: right; white-space: nowrap }
td:first-child, th:first-child { text-align: left } .note { color: #666 }
"""


def write(store: Store, kinds: list[Kind], chips: list[VirtualChip], folder: Path) -> Path:
    """Writes pictures and a page on the stored calibrations. Raises CalibrationError if matplotlib is not installed."""
    if find_spec("matplotlib") is None:
        raise CalibrationError("a report needs matplotlib: pip install 'hicannx[calix]'")
    folder.mkdir(parents=True, exist_ok=True)
    sections = [_section(store, kind, chips, folder) for kind in kinds if any(store.known(kind, chip) for chip in chips)]
    page = folder / "index.html"
    numbers = ", ".join(str(chip.serial) for chip in chips)
    head = f"<!doctype html><html lang=en><meta charset=utf-8><title>Calibrations</title><style>{STYLE}</style><h1>Calibrations</h1>"
    page.write_text(f"{head}<p>Virtual chips {numbers}, {chips[0].mode.value}. {LEGEND}</p>{''.join(sections)}</html>\n", "utf-8")
    return page


def _section(store: Store, kind: Kind, chips: list[VirtualChip], folder: Path) -> str:
    known = {chip: found for chip in chips if (found := store.known(kind, chip))}
    values = {chip: quantities(kind, chip, store.get(kind, chip)) for chip in known}
    _draw_distributions(list(values.values()), folder / f"{kind.name}.png")
    engines = ", ".join(sorted({one.engine for one in known.values()}))
    return (
        f"<h2>{kind.name}</h2><p>For {html.escape(kind.summary)}. Found by: {engines}.</p>"
        f"<img src='{kind.name}.png' alt='distributions before and after'>{_table(values)}"
        f"<h3>What did not succeed</h3>{_failures(known, folder, f'{kind.name}-failures.png')}"
    )


def _table(values: dict[VirtualChip, list[Quantity]]) -> str:
    """Spreads of each quantity, on each chip before and after."""
    heads = "".join(f"<th>chip {chip.serial}" for chip in values)
    rows = []
    for number, first in enumerate(next(iter(values.values()))):
        spreads = [f"<td>{np.std(one[number].before):.2g} &rarr; {np.std(one[number].after):.2g}" for one in values.values()]
        target = "" if first.target is None else f"{first.target:.3g}"
        rows.append(f"<tr><td>{html.escape(first.name)} [{first.unit}]<td>{target}{''.join(spreads)}")
    return f"<table><tr><th>standard deviation, before &rarr; after<th>target{heads}{''.join(rows)}</table>"


def _failures(known: dict[VirtualChip, Stored], folder: Path, picture: str) -> str:
    """How many circuits of each chip, and a picture of their places if there are any."""
    calibrations = list(known.values())
    circuits = sorted({name for one in calibrations for name in one.failed})
    failed = [name for name in circuits if any(one.failed.get(name) for one in calibrations)]
    if not failed:
        return f"<p>Nothing: {', '.join(circuits)} all have codes inside their ranges.</p>"
    _draw_failures(calibrations, failed, folder / picture)
    heads = "".join(f"<th>chip {chip.serial}" for chip in known)
    rows = [f"<tr><td>{name}{''.join(f'<td>{len(one.failed.get(name, []))}' for one in calibrations)}" for name in circuits]
    return f"<img src='{picture}' alt='failures by place'><table><tr><th>failed{heads}{''.join(rows)}</table>"


def _draw_distributions(chips: list[list[Quantity]], path: Path) -> None:
    """A histogram of each quantity, of all chips together and thin lines of each after, and below it the codes."""
    pyplot: Any = import_module("matplotlib.figure")
    count = len(chips[0])
    columns = min(4, count)
    rows = -(-count // columns)
    figure = pyplot.Figure(figsize=(3.4 * columns, 3.6 * rows), layout="constrained")
    for number, cell in enumerate(figure.subfigures(rows, columns, squeeze=False).flat):
        if number < count:
            _draw_quantity(cell, [one[number] for one in chips])
    figure.savefig(path, dpi=110)


def _draw_quantity(cell: Any, chips: list[Quantity]) -> None:
    first = chips[0]
    values, codes = cell.subplots(2, 1, height_ratios=(2, 1))
    before, after = (np.concatenate([getattr(one, name) for one in chips]) for name in ("before", "after"))
    edges = _edges(np.concatenate([before, after]), first.target)
    for numbers, colour in ((before, BEFORE), (after, AFTER)):
        counts, _ = np.histogram(np.clip(numbers, edges[0], edges[-1]), edges)
        values.stairs(counts / max(counts.max(), 1), edges, fill=True, color=colour, alpha=0.75)
    if first.target is not None:
        values.axvline(first.target, color="black", linewidth=0.8, linestyle="--")
    values.set_title(first.name, fontsize=9)
    values.set_xlabel(first.unit, fontsize=8)
    found = np.concatenate([one.codes for one in chips])
    width = -(-(found.max() - found.min() + 1) // 40)  # a bin has the same number of codes as the others
    codes.hist(found, np.arange(found.min() - 0.5, found.max() + width, width), color=AFTER)
    if found.min() == found.max():  # as on an ideal chip
        codes.set_xlim(found.min() - 5, found.max() + 5)
    codes.set_xlabel("code", fontsize=8)
    codes.xaxis.get_major_locator().set_params(integer=True)
    for axes in (values, codes):
        axes.tick_params(labelsize=7)
        axes.locator_params(axis="x", nbins=7)
        axes.set_yticks([])
        axes.spines[["left", "top", "right"]].set_visible(False)


def _edges(values: Any, target: float | None) -> Any:
    """Bins that show all but a thousandth of the values, and a hundredth of them around those that are alike."""
    finite = values[np.isfinite(values)]
    low, high = np.quantile(finite, (0.0005, 0.9995)) if len(finite) else (0.0, 1.0)
    low, high = (min(low, target), max(high, target)) if target is not None else (low, high)
    margin = max(0.03 * (high - low), 0.01 * max(abs(low), abs(high))) or 0.5
    return np.linspace(low - margin, high + margin, 60)


def _draw_failures(known: list[Stored], circuits: list[str], path: Path) -> None:
    """Where circuits did not succeed: the larger, the more often."""
    pyplot: Any = import_module("matplotlib.figure")
    heights = [2 + PLACES[name][0] for name in circuits]
    figure = pyplot.Figure(figsize=(11, 0.3 * sum(heights)), layout="constrained")
    axes_of = figure.subplots(len(circuits), 1, squeeze=False, height_ratios=heights).flat
    for axes, name in zip(axes_of, circuits, strict=True):
        rows, columns, across = PLACES[name]
        times = np.bincount(np.concatenate([np.array(one.failed.get(name, []), int) for one in known]), minlength=rows * columns)
        axes.set_xlim(-0.01 * columns - 0.5, 1.01 * columns - 0.5)
        axes.set_ylim(rows - 0.5, -0.5)
        places = np.flatnonzero(times)
        axes.scatter(places % columns, places // columns, s=14 * times[places], color=FAILED, marker="s")
        axes.set_title(f"{name}: {times.sum()} of {rows * columns * len(known)}", fontsize=9, loc="left")
        axes.set_yticks(range(rows), labels=_names(rows), fontsize=7)
        axes.set_xlabel(across, fontsize=8)
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.tick_params(labelsize=7)
        axes.grid(axis="y", color="#eeeeee")
        axes.set_axisbelow(True)
        axes.spines[["top", "right", "left"]].set_visible(False)
    figure.savefig(path, dpi=110)


def _names(rows: int) -> list[str]:
    return ["top", "bottom"] if rows == 2 else ["top causal", "top acausal", "bottom causal", "bottom acausal"]
