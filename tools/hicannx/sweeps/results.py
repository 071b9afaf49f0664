"""What a sweep gives: a result for each point, and all of them as a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np

from hicannx.sweeps.points import Point, SweepError


@dataclass(frozen=True)
class Result:
    """Of one point.

    value    what the function returned; None if it failed
    error    None, or what went wrong, with its traceback
    seconds  of the worker
    """

    index: int
    point: Point
    value: Any
    error: str | None
    seconds: float
    chip: int
    seed: int


class Results(Sequence[Result]):
    """All results, in the order of the points."""

    def __init__(self, results: list[Result]) -> None:
        self._results = results

    def __len__(self) -> int:
        return len(self._results)

    def __getitem__(self, index: Any) -> Any:
        return self._results[index]

    def __iter__(self) -> Iterator[Result]:
        return iter(self._results)

    def __repr__(self) -> str:
        failed = len(self.failed)
        return f"<{len(self)} results, {failed} failed>" if failed else f"<{len(self)} results>"

    @property
    def failed(self) -> list[Result]:
        """Those with an error."""
        return [one for one in self if one.error is not None]

    @property
    def values(self) -> list[Any]:
        """Of all points. Raises SweepError with the first error, if a point failed."""
        if self.failed:
            first = self.failed[0]
            raise SweepError(f"{len(self.failed)} of {len(self)} points failed, the first of them {first.point}:\n{first.error}")
        return [one.value for one in self]

    def table(self) -> dict[str, list[Any]]:
        """Columns: the names of the points, then those of values that are mappings (or `value`), then chip, seed, seconds, error."""
        columns: dict[str, list[Any]] = {name: [one.point.get(name) for one in self] for name in _names(one.point for one in self)}
        mappings = [one.value for one in self if isinstance(one.value, dict)]
        for name in _names(mappings) if mappings else ["value"]:
            columns[name] = [one.value.get(name) if isinstance(one.value, dict) else None if mappings else one.value for one in self]
        return columns | {name: [getattr(one, name) for one in self] for name in ("chip", "seed", "seconds", "error")}

    def to_xarray(self) -> Any:
        """An xarray.Dataset whose dimensions are the names of the points; where a combination is missing or failed, values are NaN.

        Raises SweepError without xarray, and for values that are no numbers or arrays of one shape.
        """
        try:
            xarray = import_module("xarray")
        except ModuleNotFoundError as error:
            raise SweepError("a labelled table needs xarray: pip install xarray; `table()` gives columns without it") from error
        names = _names(one.point for one in self)
        axes = {name: list(dict.fromkeys(one.point[name] for one in self)) for name in names}
        numbers = {name: column for name, column in self.table().items() if name not in (*axes, "chip", "seed", "error")}
        return xarray.Dataset({name: self._filled(name, column, axes) for name, column in numbers.items()}, axes)

    def _filled(self, name: str, column: list[Any], axes: dict[str, list[Any]]) -> tuple[tuple[str, ...], Any]:
        inner = next((np.shape(value) for value in column if value is not None), ())
        filled = np.full((*map(len, axes.values()), *inner), np.nan)
        for one, value in zip(self, column, strict=True):
            if value is not None:
                try:
                    filled[tuple(axes[axis].index(one.point[axis]) for axis in axes)] = value
                except (TypeError, ValueError) as error:
                    raise SweepError(f"{name} of {one.point}: {value!r:.80} is no number or array of shape {inner}") from error
        return (*axes, *(f"{name}_{dimension}" for dimension in range(len(inner)))), filled


def _names(mappings: Any) -> list[str]:
    return list(dict.fromkeys(name for one in mappings for name in one))
