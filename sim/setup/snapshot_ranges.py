"""Ranges of the numbers in a snapshot: what the model can go on from.

Unsigned numbers are registers, random states and plain bytes, of which every value is one. Signed ones are times, counts and positions, and have the
range of their type here unless a line says otherwise. NEVER is a time, too.
"""

from collections.abc import Mapping
from fnmatch import fnmatchcase
from functools import cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from hicannx_sim.base.errors import SnapshotError

NEVER: Final = 1 << 62
LONGEST: Final = 1 << 45
"""Ticks, cycles, and counts: 19.5 h of hardware time, when the FPGA's time wraps around. (facts: transport 2.5)"""
BY_TYPE: Final = {"i1": (-(1 << 7), (1 << 7) - 1), "i2": (-1, (1 << 15) - 1), "i4": (-1, 1 << 30), "i8": (-1, LONGEST)}

RANGES: Final[dict[str, tuple[float, float]]] = {
    "*.systime_offset": (-LONGEST, LONGEST),
    "*trace.offset": (-LONGEST, LONGEST),
    "pll.words": (0, (1 << 32) - 1),
}
"""{block.name, as a pattern: (lowest, highest)}; the first one that fits counts."""


@cache
def range_of(entry: str, kind: str) -> tuple[float, float]:
    """The range of an entry of a type such as "i8"."""
    return next((limits for pattern, limits in RANGES.items() if fnmatchcase(entry, pattern)), BY_TYPE.get(kind, (-1e19, 1e19)))


def require_in_range(state: Mapping[str, Mapping[str, NDArray[Any]]]) -> None:
    """Raises SnapshotError for the first number out of its range."""
    for block, arrays in state.items():
        for name, array in arrays.items():
            if array.dtype.kind in "if" and array.size:
                _require(f"{block}.{name}", array)


def _require(entry: str, array: NDArray[Any]) -> None:
    low, high = range_of(entry, array.dtype.str[1:])
    fits = (array >= low) & (array <= high) | (array == NEVER) | (array != array)  # the last: not a number, a voltage that nobody sets
    if not fits.all():
        raise SnapshotError(f"{entry} is {array[~fits].flat[0]}, and has to be {low:.15g} .. {high:.15g}")
