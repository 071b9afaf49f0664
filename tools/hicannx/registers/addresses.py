"""Address rules as formulas and as nested arrays, found from the addresses themselves."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

SAMPLES = 4096


@dataclass(frozen=True)
class Axis:
    """`count` instances, one every `stride` words; `name` says which part of the coordinate counts them."""

    name: str
    count: int
    stride: int


@dataclass(frozen=True)
class Pattern:
    """Words that repeat together: the address of word w of an instance is offset[w] plus stride times position along each axis.

    words     which words of the register, in access order
    offsets   their addresses at coordinate 0
    axes      innermost first; empty if there is only one instance
    """

    words: tuple[int, ...]
    offsets: tuple[int, ...]
    axes: tuple[Axis, ...]

    @property
    def first(self) -> int:
        """Lowest address."""
        return min(self.offsets) + sum(min(0, (axis.count - 1) * axis.stride) for axis in self.axes)

    @property
    def last(self) -> int:
        """Highest address."""
        return max(self.offsets) + sum(max(0, (axis.count - 1) * axis.stride) for axis in self.axes)

    def formula(self) -> str:
        """The rule as text."""
        return " ".join([_offsets(self.offsets), *(_term(axis) for axis in self.axes if axis.stride)])


def _term(axis: Axis) -> str:
    size = abs(axis.stride)
    return f"{'-' if axis.stride < 0 else '+'} {'' if size == 1 else f'{size:#x} * '}{axis.name}"


def _offsets(offsets: Sequence[int]) -> str:
    """The addresses at coordinate 0: "0x10", "(0x10, 0x14)", "(0x10, 0x11 ... 0x1f)"."""
    if len(offsets) == 1 or set(offsets) == {offsets[0]}:
        return f"{offsets[0]:#x}"
    shown = [f"{one:#x}" for one in offsets]
    even = len(set(np.diff(offsets).tolist())) == 1
    return f"({shown[0]}, {shown[1]} ... {shown[-1]})" if even and len(shown) > 4 else f"({', '.join(shown)})"


@cache
def parts_of(coordinate: Any) -> tuple[tuple[str, int], ...]:
    """(name, size) of the parts that number a coordinate, innermost first: its number is a mixed-radix number of them."""
    if hasattr(coordinate, "local_type"):
        return parts_of(coordinate.local_type) + parts_of(coordinate.mixed_in_type)
    if hasattr(coordinate, "x_type") and coordinate.size == coordinate.x_type.size * coordinate.y_type.size:
        return parts_of(coordinate.x_type) + parts_of(coordinate.y_type)
    return ((coordinate.__name__, coordinate.size),)


def patterns(layout: Any, write: bool) -> list[Pattern]:
    """The address rule of a layout. Raises ValueError if it is not made of arrays."""
    coordinate = layout.container.coordinate
    if coordinate.is_interval or not (layout.n_write if write else layout.n_read):
        return []
    rows = layout.addresses(_sample(coordinate.size, SAMPLES), write).astype(np.int64)
    found: dict[bytes, list[int]] = {}
    for word, steps in enumerate((rows - rows[0]).T):
        found.setdefault(steps.tobytes(), []).append(word)
    return [Pattern(tuple(words), tuple(int(rows[0, word]) for word in words), _axes(layout, write, words[0])) for words in found.values()]


def _sample(size: int, most: int) -> NDArray[np.int64]:
    """All numbers below `size`, or some of them and always 0 first."""
    return np.arange(size) if size <= most else np.append(0, np.random.default_rng(0).integers(0, size, most))


def _axes(layout: Any, write: bool, word: int) -> tuple[Axis, ...]:
    coordinate = layout.container.coordinate
    parts = parts_of(coordinate)
    by_parts = tuple(axis for axis in _linear(layout, write, word, parts) if axis.count > 1)
    if _holds(layout, write, word, parts):
        return by_parts
    return _by_number(layout, write, word)


def _by_number(layout: Any, write: bool, word: int) -> tuple[Axis, ...]:
    """Nested arrays over the coordinate's number, found at its beginning if it is very large."""
    coordinate = layout.container.coordinate
    known = min(coordinate.size, 16 * SAMPLES)
    axes = _radix(_at(layout, write, word, np.arange(known)), coordinate.__name__)
    if known < coordinate.size:
        axes = (*axes[:-1], replace(axes[-1], count=axes[-1].count * (coordinate.size // known)))
        if not _holds(layout, write, word, [(axis.name, axis.count) for axis in axes]):
            raise ValueError(f"the addresses over {coordinate.__name__} are not made of arrays")
    return axes


def _linear(layout: Any, write: bool, word: int, parts: Sequence[tuple[str, int]]) -> list[Axis]:
    weights = np.cumprod([1, *(size for _, size in parts)])[:-1]
    at = [_at(layout, write, word, [weight if size > 1 else 0])[0] for weight, (_, size) in zip(weights, parts, strict=True)]
    zero = _at(layout, write, word, [0])[0]
    return [Axis(name, size, int(one - zero)) for (name, size), one in zip(parts, at, strict=True)]


def _holds(layout: Any, write: bool, word: int, parts: Sequence[tuple[str, int]]) -> bool:
    """Whether the address is linear in the parts: at all positions, of very many at a sample."""
    size = int(np.prod([size for _, size in parts]))
    enums = _sample(size, 16 * SAMPLES)
    expected: NDArray[np.int64] = np.full(len(enums), _at(layout, write, word, [0])[0])
    rest: NDArray[np.int64] = enums
    for axis in _linear(layout, write, word, parts):
        expected, rest = expected + axis.stride * (rest % axis.count), rest // axis.count
    return bool((_at(layout, write, word, enums) == expected).all())


def _at(layout: Any, write: bool, word: int, enums: Any) -> NDArray[np.int64]:
    return layout.addresses(enums, write)[:, word].astype(np.int64)  # type: ignore[no-any-return]


def _radix(addresses: NDArray[np.int64], name: str, weight: int = 1) -> tuple[Axis, ...]:
    """Splits a sequence of addresses into nested arrays of equal steps."""
    if len(addresses) == 1:
        return ()
    steps = np.diff(addresses)
    other = np.flatnonzero(steps != steps[0])
    run = int(other[0]) + 1 if len(other) else len(addresses)
    count = next(one for one in range(run, 0, -1) if len(addresses) % one == 0)
    rows = addresses.reshape(-1, count)
    if count == 1 or not (rows - rows[:, :1] == rows[0] - rows[0, 0]).all():
        raise ValueError(f"the addresses over {name} are not made of arrays")
    label = (f"{name} // {weight}" if weight > 1 else name) + (f" % {count}" if count < len(addresses) else "")
    axis = Axis(f"({label})" if " " in label else label, count, int(steps[0]))
    return (axis, *_radix(rows[:, 0], name, weight * count))
