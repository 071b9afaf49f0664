"""In which fields two containers differ, by the names under which Python reaches them.

>>> from haldls.lola import AtomicNeuron
>>> one, other = AtomicNeuron(), AtomicNeuron()
>>> other.leak.v_leak = 700
>>> [str(difference) for difference in differences(one, other)]
['leak.v_leak: 0 -> 700']
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from haldls.container import Container
from haldls.fields import Field
from haldls.layout import get_slots


class Difference(NamedTuple):
    """A field that is not the same: its name, empty for the whole, and both values as text."""

    path: str
    one: str
    other: str

    def __str__(self) -> str:
        return f"{self.path}: {self.one} -> {self.other}" if self.path else f"{self.one} -> {self.other}"


def differences(one: Any, other: Any) -> Iterator[Difference]:
    """All fields in which two objects of one class differ; of what is no table, its elements. Raises TypeError for two classes."""
    if type(one) is not type(other):
        raise TypeError(f"a {type(one).__qualname__} has other fields than a {type(other).__qualname__}")
    if hasattr(one, "collapse_neuron"):
        yield from _of_neurons(one, other)
    elif isinstance(one, Container) and type(one).fields():
        yield from _of_tables(one, other)
    elif hasattr(one, "to_numpy"):
        yield from _of_arrays(one.to_numpy(), other.to_numpy())
    elif one != other:
        yield Difference("", repr(one), repr(other))


def changes(thing: Any) -> Iterator[Difference]:
    """All fields of an object that are not as in a default one; of several neuron circuits, as in default circuits."""
    if hasattr(thing, "collapse_neuron"):
        for index, circuits in thing.collapse_neuron().items():
            for number, circuit in enumerate(circuits):
                yield from _inside(index, number, changes(circuit))
    else:
        yield from differences(type(thing)(len(thing)) if hasattr(thing, "__len__") else type(thing)(), thing)


def _of_tables(one: Container, other: Container) -> Iterator[Difference]:
    first, second = get_slots(one), get_slots(other)
    for slot in np.flatnonzero(first != second).tolist():
        path, field = _place(type(one), slot)
        yield Difference(path, _text(field, int(first[slot])), _text(field, int(second[slot])))


def _of_arrays(one: Any, other: Any) -> Iterator[Difference]:
    """Of blocks of words or bytes."""
    if len(one) != len(other):
        yield Difference("size", str(len(one)), str(len(other)))
    both = min(len(one), len(other))
    for i in np.flatnonzero(one[:both] != other[:both]).tolist():
        yield Difference(f"[{i}]", str(one[i]), str(other[i]))


def _of_neurons(one: Any, other: Any) -> Iterator[Difference]:
    """Of logical neurons: circuit by circuit, if they have the same compartments."""
    first, second = one.collapse_neuron(), other.collapse_neuron()
    if [len(some) for some in first.values()] != [len(some) for some in second.values()] or list(first) != list(second):
        yield Difference("", repr(one), repr(other))
        return
    for index, circuits in first.items():
        for number, circuit in enumerate(circuits):
            yield from _inside(index, number, differences(circuit, second[index][number]))


def _inside(index: Any, number: int, found: Iterator[Difference]) -> Iterator[Difference]:
    """The differences of a circuit, by its compartment and its number."""
    return (Difference(f"[{int(index)}, {number}].{path}", one, other) for path, one, other in found)


def _place(container: Any, slot: int) -> tuple[str, Field[Any, Any]]:
    """Name of the field that a slot belongs to, and its field."""
    field = next(field for field in container.fields() if field.slot <= slot < field.slot + field.count)
    offset = slot - field.slot
    if not hasattr(field.type, "fields"):
        return field.name + _index(field, offset), field
    size = sum(inner.count for inner in field.type.fields())
    path, innermost = _place(field.type, offset % size)
    return f"{field.name}{f'[{offset // size}]' if hasattr(field, 'index') else ''}.{path}", innermost


def _index(field: Field[Any, Any], offset: int) -> str:
    """The index of an element: one number, or one for each dimension."""
    if not hasattr(field, "index"):
        return ""
    return "".join(f"[{number}]" for number in np.unravel_index(offset, getattr(field, "shape", (field.count,))))


def _text(field: Field[Any, Any], value: int) -> str:
    """A value as one writes it: a number, a truth value, or the name of a choice."""
    if field.type is bool:
        return str(bool(value))
    for member, code in getattr(field, "codes", {}).items():
        if code == value:
            return str(member.name)
    choice = (field.choices or {}).get(value)
    return str(value) if choice is None else str(choice.name)
