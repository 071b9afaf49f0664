"""How each class is stored: the tree of what its stored form consists of, and the way between an object and the values of that tree.

Of a container it is which of its slots comes at which place; `special` has the objects that are not tables.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from halco.value import Value
from haldls.errors import SerializationError
from haldls.fields import Array, Field
from haldls.layout import get_slots, set_slots
from haldls.serialization import nodes
from haldls.serialization._overwrite import overwrite
from haldls.serialization.nodes import Node
from haldls.serialization.table import Row, Type, classes, coordinates, python_path

Values = NDArray[np.int64]


class Layout(NamedTuple):
    """How a class is stored.

    name    the original's name of the class
    node    what the stored form consists of
    give    the values of an object, int64[n]
    take    overwrites an object with values
    """

    name: str
    node: Node
    give: Callable[[Any], Values]
    take: Callable[[Any, Values], None]


# ----------------------------------------------------------------------------------------------------------------------------- nodes
def node_of(type: Type, kind: Any = None, codes: Mapping[Any, int] | None = None) -> Node:
    """The node of a type that stands for something of a Python type.

    kind     bool, a ranged number or coordinate class, an IntEnum, a tuple of alternatives, or (of a map) of key and element; None if any
             number will do
    codes    value of each member of an enumeration, where that is not the member's own number
    """
    if type.kind in ("array", "row"):
        return getattr(nodes, type.kind)(type.size, node_of(type.parts[0], kind, codes))  # type: ignore[no-any-return]
    if type.kind == "list":
        return nodes.sequence(node_of(type.parts[0], kind, codes))
    if type.kind == "class":
        return structure(type.name, kind)[0]
    if type.kind in _COMPOSED:
        return _COMPOSED[type.kind](type, kind)
    return _scalar(type, kind, codes)


def _map(type: Type, kind: Any) -> Node:
    return nodes.mapping(node_of(type.parts[0], kind[0]), node_of(type.parts[1], kind[1]))


def _grid(type: Type, kind: Any) -> Node:
    xs, ys = kind.components(np.arange(kind.size))
    x, y, e = (node_of(part, one) for part, one in zip(type.parts, (kind.x_type, kind.y_type, kind), strict=True))
    return nodes.grid(x, y, e, np.asarray(xs), np.asarray(ys))


def _interval(type: Type, kind: Any) -> Node:
    return nodes.interval(node_of(type.parts[0], kind.bound_type), kind.bound_type.size)


def _oneof(type: Type, kind: Any) -> Node:
    make = nodes.choice if type.parts[0].kind.startswith("u") else nodes.variant
    return make([node_of(part, one) for part, one in zip(type.parts, kind or (None, None), strict=True)])


_COMPOSED: dict[str, Callable[[Type, Any], Node]] = {"map": _map, "grid": _grid, "interval": _interval, "oneof": _oneof}


def _scalar(type: Type, kind: Any, codes: Mapping[Any, int] | None) -> Node:
    coding = None if codes is None else {int(member): value for member, value in codes.items()}
    if type.kind == "bool":
        return nodes.flag(coding)
    width, is_signed = int(type.kind[1:]) // 8, type.kind[0] == "i"
    low, high = _bounds(kind, width, is_signed)
    return nodes.number(width, is_signed, low, high, type.size, coding)


def _bounds(kind: Any, width: int, is_signed: bool) -> tuple[int, int]:
    """What a number may be: the range of its class; of an enumeration what a register of its size can hold; or what fits."""
    if hasattr(kind, "__members__"):
        return 0, (1 << max(1, int(max(kind)).bit_length())) - 1
    if kind is not None:
        return kind.min, kind.max
    return (-1 << 8 * width - 1, (1 << 8 * width - 1) - 1) if is_signed else (0, (1 << min(63, 8 * width)) - 1)


# ------------------------------------------------------------------------------------------------------------------------- containers
@cache
def structure(name: str, kind: Any) -> tuple[Node, Values]:
    """The node of a class, and of its Python class (None if there is none) the slot of each of its values."""
    members, slots = [], [np.zeros(0, dtype=np.int64)]
    for row in classes()[name].rows:
        node, places = _member(row, kind)
        members.append((row.stored, node))
        slots.append(places)
    return nodes.struct(name, members), np.concatenate(slots)


def _member(row: Row, kind: Any) -> tuple[Node, Values]:
    if kind is None:
        return node_of(row.type), np.zeros(0, dtype=np.int64)
    if row.stored == "value0":  # what the class inherits
        return structure(row.type.name, kind)
    field = vars(kind).get(row.name) or getattr(kind, row.name)
    inner = np.zeros(1, dtype=np.int64)
    count, element = _innermost(row.type)
    if element.kind == "class":
        inner = structure(element.name, field.type)[1]
    slots = field.slot + (np.arange(count)[:, None] * (field.count // count) + inner).ravel()
    if element.kind != "class" and len(slots) != field.count:
        raise SerializationError(f"{kind.__qualname__}.{row.name} has {field.count} values, its stored form {len(slots)}")
    return node_of(row.type, field.type, _codes(field, element)), slots


def _innermost(type: Type) -> tuple[int, Type]:
    """Number and type of the elements of an array, whatever its dimensions; 1 for what is none."""
    if type.kind not in ("array", "row"):
        return 1, type
    count, element = _innermost(type.parts[0])
    return type.size * count, element


def _codes(field: Field[Any, Any], type: Type) -> Mapping[Any, int] | None:
    """Values of the stored numbers where they differ from them: a choice stored as several bits, or a flag that stands for two values."""
    if hasattr(field, "codes"):
        return field.codes  # type: ignore[no-any-return]
    if type.kind == "bool" and field.type is not bool and not isinstance(field, Array) and field.allowed:
        return dict(enumerate(sorted(field.allowed)))
    return None


def _of_container(name: str, kind: Any) -> Layout:
    node, slots = structure(name, kind)
    order = None if np.array_equal(slots, np.arange(len(slots))) else slots

    def give(container: Any) -> Values:
        values = get_slots(container)
        return values if order is None else values[order]

    def take(container: Any, values: Values) -> None:
        if order is not None:
            taken = get_slots(container)
            taken[order] = values
            if (taken[order] != values).any():
                raise SerializationError(f"a field of a {name} that is stored twice has two values")
            values = taken
        set_slots(container, values)

    return Layout(name, node, give, take)


# -------------------------------------------------------------------------------------------------------------------- coordinates
def _of_coordinate(name: str, kind: Any) -> Layout:
    def take(coordinate: Value, values: Values) -> None:
        if kind.is_interval and kind.components(values[0])[0] > kind.components(values[0])[1]:
            raise SerializationError(f"{values[0]} is the number of an interval that ends before it begins")
        overwrite(coordinate, int(values[0]))

    return Layout(name, node_of(coordinates()[name], kind), lambda coordinate: np.array([int(coordinate)]), take)


# --------------------------------------------------------------------------------------------------------------------------- by name
@cache
def _python_classes() -> dict[str, Any]:
    """The Python class of each of the original's, as far as there is one."""
    paths = {name: described.path for name, described in classes().items()} | {name: python_path(name) for name in coordinates()}
    found = {name: _at(path) for name, path in paths.items()}
    return {name: kind for name, kind in found.items() if kind is not None}


def _at(path: str) -> Any:
    """The class at a path. The rooms' packages are imported only now: most programs store nothing."""
    room, *names = path.split(".")
    found: Any = import_module("haldls.lola" if room == "lola" else room)
    for name in names:
        found = getattr(found, name, None)
    return found


@cache
def _names() -> dict[Any, str]:
    return {kind: name for name, kind in _python_classes().items()}


def name_of(kind: type[Any]) -> str | None:
    """The original's name of a class, or of the one that it is derived from; None if it has no stored form."""
    names = _names()
    return names.get(kind) or next((names[base] for base in kind.__mro__ if base in names), None)


def class_named(name: str) -> Any:
    """The class that the original calls by that name; None if there is none."""
    return _python_classes().get(name)


def layout_of(kind: type[Any]) -> Layout:
    """How a class is stored. Raises SerializationError for one that has no stored form."""
    name = name_of(kind)
    if name is None:
        raise SerializationError(f"a {kind.__qualname__} has no stored form")
    return _layout_named(name)


@cache
def _layout_named(name: str) -> Layout:
    special = import_module("haldls.serialization.special").LAYOUTS.get(name)  # only now, as it needs the logical layer
    if special is not None:
        return special(name)  # type: ignore[no-any-return]
    return _of_coordinate(name, class_named(name)) if name in coordinates() else _of_container(name, class_named(name))
