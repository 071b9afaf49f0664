"""Register arrays in an address space: nested arrays as SystemRDL knows them, none of which overlaps another.

An array whose instances lie far apart encloses other registers; its outermost dimension is then split into instances of their own.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from math import prod

from hicannx.registers.addresses import Axis, Pattern


@dataclass(frozen=True)
class Register:
    """One word; `kind` is the name of its type."""

    kind: str
    size: int = 1


@dataclass(frozen=True)
class Bundle:
    """Words or arrays of words at fixed distances: (name, distance from the first, what)."""

    parts: tuple[tuple[str, int, "Node"], ...]

    @property
    def size(self) -> int:
        """Extent in words."""
        return max(distance + part.size for _, distance, part in self.parts)


@dataclass(frozen=True)
class Repeated:
    """`counts` instances (outermost first), one every `stride` words without gaps between the dimensions."""

    what: "Node"
    counts: tuple[int, ...]
    stride: int

    @property
    def size(self) -> int:
        """Extent in words."""
        return self.stride * (prod(self.counts) - 1) + self.what.size


Node = Register | Bundle | Repeated


@dataclass(frozen=True)
class Item:
    """Something at an address (in words)."""

    name: str
    address: int
    what: Node
    end: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "end", self.address + self.what.size)


def items_of(name: str, kinds: Sequence[str], pattern: Pattern) -> list[Item]:
    """The words of a register, `kinds` their types, at all of its instances."""
    if any(axis.stride <= 0 for axis in pattern.axes):
        return _unrolled(name, kinds, pattern)
    axes = sorted(pattern.axes, key=lambda axis: axis.stride)
    words = sorted(zip(pattern.offsets, pattern.words, kinds, strict=True))
    inner = _axes_inside(axes, [offset for offset, _, _ in words])
    if inner is None:
        alone = [(f"{name}_word{word}", [kind], Pattern((word,), (offset,), pattern.axes)) for offset, word, kind in words]
        return [item for one in alone for item in items_of(*one)]
    first = words[0][0]
    inside = axes[:inner]
    parts = tuple((f"word{word}", offset - first, _repeat(Register(kind), inside)) for offset, word, kind in words)
    return [Item(name, first, _repeat(parts[0][2] if len(parts) == 1 else Bundle(parts), axes[inner:]))]


def _unrolled(name: str, kinds: Sequence[str], pattern: Pattern) -> list[Item]:
    """An axis that counts downwards has no counterpart: one instance each."""
    down = next(axis for axis in pattern.axes if axis.stride <= 0)
    others = tuple(axis for axis in pattern.axes if axis is not down)
    made = []
    for position in range(down.count):
        offsets = tuple(offset + position * down.stride for offset in pattern.offsets)
        made += items_of(f"{name}_{position}", kinds, replace(pattern, offsets=offsets, axes=others))
    return made


def _axes_inside(axes: Sequence[Axis], offsets: Sequence[int]) -> int | None:
    """How many of the axes repeat each word for itself rather than all words together; None if the words cannot be bundled."""
    span = offsets[-1] - offsets[0]
    gap = min((b - a for a, b in pairwise(offsets)), default=1 << 32)
    for inside in range(len(axes) + 1):
        extent = 1 + sum((axis.count - 1) * axis.stride for axis in axes[:inside])
        if extent <= gap and (inside == len(axes) or span + extent <= axes[inside].stride):
            return inside
    return None


def _repeat(what: Node, axes: Sequence[Axis]) -> Node:
    for axis in axes:
        contiguous = isinstance(what, Repeated) and axis.stride == what.stride * prod(what.counts)
        what = Repeated(what.what, (axis.count, *what.counts), what.stride) if contiguous else Repeated(what, (axis.count,), axis.stride)  # type: ignore[union-attr]
    return what


def apart(items: Sequence[Item]) -> list[Item]:
    """The same registers in address order, split until none overlaps another. Raises ValueError if single words do."""
    waiting, done = sorted(items, key=lambda item: item.address), list[Item]()
    while waiting:
        item = waiting.pop(0)
        if done and done[-1].end > item.address:
            former = done.pop()
            wide, other = (former, item) if former.what.size >= item.what.size else (item, former)
            waiting = sorted([*waiting, *split(wide), other], key=lambda item: item.address)
        else:
            done.append(item)
    return done


def split(item: Item) -> list[Item]:
    """The instances of the outermost dimension, or the words of a bundle."""
    if isinstance(item.what, Repeated):
        outer, *inner = item.what.counts
        part: Node = Repeated(item.what.what, tuple(inner), item.what.stride) if inner else item.what.what
        step = item.what.stride * prod(inner)
        return [Item(f"{item.name}_{position}", item.address + position * step, part) for position in range(outer)]
    if isinstance(item.what, Bundle):
        return [Item(f"{item.name}_{name}", item.address + distance, part) for name, distance, part in item.what.parts]
    raise ValueError(f"{item.name} at {item.address:#x} overlaps another register")
