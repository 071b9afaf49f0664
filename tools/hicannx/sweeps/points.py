"""Points of a sweep: what is different from one run of an experiment to the next, and the chip and seed that each of them gets."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import product
from math import prod
from operator import index as index_of
from typing import Any

import numpy as np

from fisch.environment import SEEDS, SERIALS, Whole
from hicannx.errors import HicannxError

Point = dict[str, Any]
CHIP = "chip"
"""Name in a point that chooses its chip."""
MOST_POINTS = 10_000_000


class SweepError(HicannxError, ValueError):
    """A sweep cannot be done as it was asked for."""


@dataclass(frozen=True)
class Task:
    """A point with its place in the sweep, its chip (serial number) and the seed of its trial noise."""

    index: int
    point: Point
    chip: int
    seed: int


def grid(axes: Mapping[str, Iterable[Any]]) -> list[Point]:
    """All combinations, the last axis fastest.

    >>> grid({"g": [1, 4], "eta": [0.8, 1.6]})
    [{'g': 1, 'eta': 0.8}, {'g': 1, 'eta': 1.6}, {'g': 4, 'eta': 0.8}, {'g': 4, 'eta': 1.6}]
    """
    values = [_values(name, axis) for name, axis in axes.items()]
    if (count := prod(map(len, values))) > MOST_POINTS:
        raise SweepError(f"points: {count} combinations of {', '.join(map(str, axes))}; a sweep has at most {MOST_POINTS}")
    return [dict(zip(axes, combination, strict=True)) for combination in product(*values)]


def _values(name: Any, axis: Any) -> list[Any]:
    try:
        values = None if isinstance(axis, str | bytes) else iter(axis)
    except TypeError:
        values = None
    if values is None:
        raise SweepError(f"points: {name}: {axis!r} is no list of values")
    return [_plain(value) for value in values]


def tasks(points: Any, chips: Sequence[int], seed: int) -> list[Task]:
    """Of a grid (mapping of names to values), mappings, or a structured array. Chips take turns where a point does not choose its own."""
    every = _points(points)
    turns = [whole("chips", chip, SERIALS) for chip in chips] if isinstance(chips, Iterable) else []
    if not turns:
        raise SweepError(f"chips: a sweep needs a list of at least one serial number, not {chips!r}")
    seed = whole("seed", seed, SEEDS)
    chosen = [whole("chip", point[CHIP], SERIALS) if CHIP in point else turns[index % len(turns)] for index, point in enumerate(every)]
    return [Task(index, point, chip, seed_of(seed, index)) for index, (point, chip) in enumerate(zip(every, chosen, strict=True))]


def whole(name: str, value: Any, values: Whole) -> int:
    """A whole number of a range. Raises SweepError that names it."""
    try:
        number = index_of(value)
    except TypeError:
        raise SweepError(f"{name}: {value!r} is not {values}") from None
    if not values.low <= number <= values.high:
        raise SweepError(f"{name}: {number} is not {values}")
    return number


def seed_of(seed: int, index: int) -> int:
    """The trial noise of a point: of seed and place alone, so neither order nor number of workers matters."""
    return int.from_bytes(blake2b(f"{seed} {index}".encode(), digest_size=8).digest(), "little")


def _points(points: Any) -> list[Point]:
    if isinstance(points, Mapping):
        return grid(points)
    if isinstance(points, np.ndarray):
        if points.dtype.names is None:
            raise SweepError(f"points: an array of {points.dtype} has no names; a structured array has")
        return [{name: _plain(row[name]) for name in points.dtype.names} for row in points.ravel()]
    if not isinstance(points, Iterable):
        raise SweepError(f"points: {points!r} is neither a grid nor a list of mappings")
    every = list(points)
    if wrong := [one for one in every if not isinstance(one, Mapping) or not all(isinstance(name, str) for name in one)]:
        raise SweepError(f"points: {wrong[0]!r} is no mapping of names to values")
    return [{name: _plain(value) for name, value in one.items()} for one in every]


def _plain(value: Any) -> Any:
    """A scalar of numpy as Python's."""
    return value.item() if isinstance(value, np.generic) else value
