"""`hicannx sweep script.py:function --grid name=values ...`"""

import csv
import sys
from argparse import Namespace
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from hicannx.sweeps.points import SweepError
from hicannx.sweeps.results import Results
from hicannx.sweeps.run import sweep


def main(chosen: Namespace) -> int:
    """Exit status 1 if a point failed."""
    function = function_of(chosen.function)
    axes = dict(axis(text) for text in chosen.grid)
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
    function: Callable[[Any, Any], Any] | None = getattr(import_module(path.stem), name, None)
    if not callable(function):
        raise SweepError(f"{path} has no function {name!r}")
    return function


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
        if count < 1:
            raise ValueError
        return name, [start + index * by if isinstance(start + by, int) else round(start + index * by, 12) for index in range(count)]
    except (ValueError, ZeroDivisionError) as error:
        raise SweepError(f"--grid {text}: values are written as name=1,4,8 or name=first..last/step") from error


def number(text: str) -> int | float:
    """An integer if it is written as one."""
    try:
        return int(text, 0)
    except ValueError:
        return float(text)


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
