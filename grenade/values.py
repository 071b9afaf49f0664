"""Base of everything that users fill in: attributes that are checked when they are assigned, compared and printed by value.

    @dataclass
    class Neuron(Entity):
        enable_record_spikes: bool = attribute(truth, default=False)

`attribute` names what makes a given value one of the attribute's kind, or raises TypeError; a failed assignment changes nothing, and a
misspelt name is an AttributeError. Lists and mappings are copied on assignment, what is in them is not.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar

from halco.value import shown, truth

__all__ = ["Entity", "attribute", "count", "exactly", "listed", "made", "mapped", "optional", "truth"]

T = TypeVar("T")
K = TypeVar("K")
Kind = Callable[[Any], T]


def attribute(kind: Kind[T], **options: Any) -> Any:
    """A field of an `Entity` whose values `kind` makes or refuses; `options` are those of `dataclasses.field`."""
    return dataclasses.field(metadata={"kind": kind}, **options)


def exactly(cls: type[T]) -> Kind[T]:
    """Instances of a class, as they are."""

    def kind(value: Any) -> T:
        if isinstance(value, cls):
            return value
        raise TypeError(f"a {cls.__qualname__} is needed, not {shown(value)}")

    return kind


def made(cls: type[T]) -> Kind[T]:
    """Instances of a class, or what its constructor takes."""
    return lambda value: value if isinstance(value, cls) else cls(value)  # type: ignore[call-arg]


def count(value: Any) -> int:
    """A number of things, or the position of one."""
    number = int(value.__index__()) if hasattr(value, "__index__") else -1
    if number < 0:
        raise TypeError(f"an integer of 0 or more is needed, not {shown(value)}")
    return number


def listed(kind: Kind[T]) -> Kind[list[T]]:
    """A list of its own, made of any iterable."""

    def list_of(values: Any) -> list[T]:
        if isinstance(values, str | bytes) or not isinstance(values, Iterable):
            raise TypeError(f"a list is needed, not {shown(values)}")
        return [kind(value) for value in values]

    return list_of


def mapped(key: Kind[K], kind: Kind[T]) -> Kind[dict[K, T]]:
    """A dictionary of its own, in the order of its keys, made of any mapping."""

    def dict_of(values: Any) -> dict[K, T]:
        if not isinstance(values, Mapping):
            raise TypeError(f"a mapping is needed, not {shown(values)}")
        found = {key(name): kind(value) for name, value in values.items()}
        return dict(sorted(found.items())) if len(found) > 1 else found

    return dict_of


def optional(kind: Kind[T]) -> Kind[T | None]:
    """None, or what another kind takes."""
    return lambda value: None if value is None else kind(value)


class Entity:
    """Base of value classes; subclasses are dataclasses."""

    _kinds: ClassVar[dict[str, Kind[Any]]] = {}

    def __init_subclass__(cls, **others: Any) -> None:
        super().__init_subclass__(**others)
        own = {name: field.metadata["kind"] for name, field in vars(cls).items() if isinstance(field, dataclasses.Field)}
        cls._kinds = {**cls._kinds, **own}

    if not TYPE_CHECKING:  # a checker would take any name

        def __setattr__(self, name: str, value: Any) -> None:
            kind = self._kinds.get(name)
            if kind is None:
                raise AttributeError(f"a {type(self).__qualname__} has no attribute {name!r}; it has {', '.join(self._kinds)}")
            try:
                object.__setattr__(self, name, kind(value))
            except (TypeError, OverflowError) as error:
                raise type(error)(f"{type(self).__qualname__}.{name}: {error}") from None

    def __copy__(self) -> Self:
        other = object.__new__(type(self))
        for name in self._kinds:
            object.__setattr__(other, name, _copied(getattr(self, name)))
        return other

    def __deepcopy__(self, memo: Any) -> Self:
        return self.__copy__()


def _copied(value: Any) -> Any:
    """A copy of what can be changed: entities, lists, mappings and sets, with what is in them. Everything else is immutable."""
    if isinstance(value, Entity):
        return value.__copy__()
    if isinstance(value, list):
        return [_copied(one) for one in value]
    if isinstance(value, dict):
        return {name: _copied(one) for name, one in value.items()}
    return set(value) if isinstance(value, set) else value
