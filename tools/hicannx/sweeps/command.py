"""`hicannx sweep script.py:function --grid name=values ...`"""

import csv
import math
import sys
from argparse import Namespace
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from hicannx.doctor import print_error
from hicannx.sweeps.points import MOST_POINTS, SweepError
from hicannx.sweeps.results import Results
from hicannx.sweeps.run import sweep


def main(chosen: Namespace) -> int:
    """Exit status 1 if a point failed."""
    axes = grid(chosen.grid)
    try:
        function = function_of(chosen.function)
    except Exception as error:
        if isinstance(error, SweepError):
            raise
        print_error(error, Path(chosen.function.rpartition(":")[0]))
        return 1
    given = {name: getattr(chosen, name) for name in ("chips", "mode", "seed", "workers", "store", "retries")}
    results = sweep(function, axes, **given)
    write(results, chosen.output)
    for one in results.failed:
        print(f"{one.point}: {one.error.strip().splitlines()[-1] if one.error else ''}", file=sys.stderr)
    return 1 if results.failed else 0


def function_of(text: str) -> Callable[[Any, Any], Any]:
    """The function `name` of `script.py:name`. Raises SweepError if there is none."""
    file, _, name = text.rpartition(":")
    path = Path(file)
    if not path.is_file() or path.suffix != ".py":
        raise SweepError(f"{text}: a script and a function in it are needed, as in script.py:function")
    sys.path.insert(0, str(path.resolve().parent))
    module = import_module(path.stem) if path.stem.isidentifier() else None
    if module is None or Path(getattr(module, "__file__", None) or "").resolve() != path.resolve():
        raise SweepError(f"{path}: workers cannot import a script of this name; give it a name that no module has")
    function: Callable[[Any, Any], Any] | None = getattr(module, name, None)
    if not callable(function):
        raise SweepError(f"{path} has no function {name!r}")
    return function


def grid(texts: list[str]) -> dict[str, list[Any]]:
    """The axes that are written so. Raises SweepError for one that is there twice."""
    axes: dict[str, list[Any]] = {}
    for name, values in map(axis, texts):
        if name in axes:
            raise SweepError(f"--grid {name}: there twice; all values of an axis stand together, as in {name}=1,4,8")
        axes[name] = values
    return axes


def axis(text: str) -> tuple[str, list[Any]]:
    """A name and its values: `g=1,4,8`, or `eta=0.8..3.2/0.8` with both ends."""
    name, _, values = text.partition("=")
    try:
        if not name or not values:
            raise ValueError
        if ".." not in values:
            return name, [number(value) for value in values.split(",")]
        first, _, rest = values.partition("..")
        last, _, step = rest.partition("/")
        start, stop, by = number(first), number(last), number(step or "1")
        count = int(np.floor((stop - start) / by + 1e-9)) + 1
        if not 1 <= count <= MOST_POINTS:
            raise ValueError
        return name, [start + index * by if isinstance(start + by, int) else round(start + index * by, 12) for index in range(count)]
    except (ValueError, ArithmeticError) as error:
        form = f"values are finite numbers, written as name=1,4,8 or name=first..last/step, {MOST_POINTS} of them at most"
        raise SweepError(f"--grid {text}: {form}") from error


def number(text: str) -> int | float:
    """An integer if it is written as one."""
    try:
        return int(text, 0)
    except ValueError:
        found = float(text)
    if not math.isfinite(found):
        raise ValueError(f"{text} is no finite number")
    return found


def write(results: Results, output: Path | None) -> None:
    """As comma-separated values on standard output or into a file; a file *.nc gets the labelled table of xarray."""
    if output is not None and output.suffix == ".nc":
        results.to_xarray().to_netcdf(output)
        return
    columns = results.table()
    with output.open("w", newline="", encoding="utf-8") if output else open(sys.stdout.fileno(), "w", closefd=False) as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(columns)
        table.writerows(zip(*columns.values(), strict=True))
