"""What stands in the words of a register: every value with its bits, range, default and meaning."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from haldls.bits import parse
from haldls.fields import Array, Field, Group
from haldls.layout import set_slots

PROBES = 512


class Bits(NamedTuple):
    """Bits high..low of a word, which hold the bits of the value from `source` on."""

    word: int
    high: int
    low: int
    source: int
    inverted: bool = False


@dataclass(frozen=True)
class Value:
    """One number of a register: a field, or an element of an array or of a structure.

    row       name of the field it belongs to
    name      the same with index and, in structures, the name inside: `clock_output[0].enable_bypass`
    field     range, unit and meaning
    write, read   where it stands; `write_map`, `read_map` the same in the notation of `haldls.bits` ("" nowhere)
    default   raw integer
    """

    row: str
    name: str
    field: Field[Any, Any]
    write: tuple[Bits, ...]
    read: tuple[Bits, ...]
    write_map: str
    read_map: str
    default: int

    @property
    def is_computed(self) -> bool:
        """Code places it, no bit map does."""
        return not self.write_map and not self.read_map


def element_of(container: Any) -> Any:
    """The container itself, or what it is many of."""
    fields = container.fields()
    return fields[0].type if len(fields) == 1 and fields[0].repeat > 1 else container


@cache
def values_of(container: Any) -> tuple[Value, ...]:
    """All values of a register container (of one element, if it is many of another one)."""
    return tuple(value for field in element_of(container).fields() for value in _values(field))


def _values(field: Field[Any, Any]) -> Iterator[Value]:
    for index, (name, leaf) in enumerate(_names(field)):
        write, read = (bits[index] if bits else "" for bits in (field.write_bits, field.read_bits))
        yield Value(field.name, name, leaf, _pieces(write), _pieces(read), write, read, field.defaults[index])


def _names(field: Field[Any, Any]) -> Iterator[tuple[str, Field[Any, Any]]]:
    """(name, field that describes it) of each slot."""
    if isinstance(field, Group):
        for element in range(field.count // sum(part.count for part in field.parts)):
            yield from ((f"{field.name}[{element}].{name}", leaf) for part in field.parts for name, leaf in _names(part))
    elif isinstance(field, Array):
        yield from ((f"{field.name}[{index}]", field) for index in range(field.count))
    else:
        yield field.name, field


def _pieces(text: str) -> tuple[Bits, ...]:
    return tuple(
        Bits(piece.word, piece.target + piece.width - 1, piece.target, piece.source, piece.inverted)
        for piece in reversed(parse(text))
        if piece.word >= 0 and not piece.lane
    )


def bounds(field: Any) -> tuple[int, int]:
    """Smallest and largest raw integer of a field."""
    if field.type is bool:
        return 0, 1
    if field.choices is not None:
        return min(field.choices), max(field.choices)
    types = field.type if isinstance(field.type, tuple) else (field.type,)
    return min(getattr(one, "min", 0) for one in types), max(one.max for one in types)


@cache
def computed_bits(container: Any) -> tuple[Bits, ...]:
    """Bits that code sets rather than a bit map, found by trying random settings."""
    values = values_of(container)
    if not hasattr(container, "_encode_hook") or not any(value.is_computed for value in values):
        return ()
    layout, random, seen = container.layout(), np.random.default_rng(0), np.zeros(container.layout().n_write, np.uint32)
    ranges = np.array([bounds(value.field) for value in values])
    for _ in range(PROBES):
        slots, made = random.integers(ranges[:, 0], ranges[:, 1] + 1), container()
        set_slots(made, slots)
        seen |= made.encode() ^ layout.encode_array(slots)[0]
    return tuple(bits for word, mask in enumerate(seen.tolist()) for bits in _runs(word, mask))


def _runs(word: int, mask: int) -> Iterator[Bits]:
    """Runs of ones in a mask."""
    for low in range(32):
        if mask >> low & 1 and not (low and mask >> low - 1 & 1):
            width = (~(mask >> low) & (mask >> low) + 1).bit_length() - 1
            yield Bits(word, low + width - 1, low, 0)
