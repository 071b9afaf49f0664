"""Data classes that hold typed numbers: what is assigned to a field becomes one of its type, or is refused."""

from __future__ import annotations

from dataclasses import MISSING, fields
from typing import TYPE_CHECKING, Any, ClassVar, Self

from halco.value import RangeError, Value, shown, truth


class Record:
    """Base of data classes whose fields keep the types of their defaults: flags, ranged numbers and coordinates.

    A plain integer in range becomes a number of the field's type. Raises TypeError or RangeError that names the field, AttributeError
    for a name that is none; nothing changes then.
    """

    _kinds: ClassVar[dict[str, Any]]

    @classmethod
    def of(cls, **values: Any) -> Self:
        """An instance with all its fields, which are of their types already: nothing is looked at."""
        made = object.__new__(cls)
        made.__dict__.update(values)
        return made

    if not TYPE_CHECKING:  # a checker would take any name

        def __setattr__(self, name: str, value: Any) -> None:
            cls = type(self)
            if "_kinds" not in cls.__dict__:
                cls._kinds = {one.name: one.default_factory if one.default is MISSING else type(one.default) for one in fields(cls)}  # type: ignore[arg-type]
            kind = cls._kinds.get(name)
            if kind is None:
                raise AttributeError(f"{cls.__qualname__} has no field {name!r}")
            object.__setattr__(self, name, value if type(value) is kind else taken(kind, value, f"{cls.__qualname__}.{name}"))


def taken(kind: Any, value: Any, place: str) -> Any:
    """A user's value as a `kind` (bool, a ranged number or a coordinate). Raises TypeError or RangeError that names the place."""
    try:
        if kind is bool:
            return truth(value)
        if type(value) is kind:
            return value
        if isinstance(value, Value):
            raise TypeError("a number of another kind")
        return kind(value)
    except RangeError as error:
        raise RangeError(f"{str(error).partition(' (')[0]} ({place} takes {kind.min} to {kind.max})") from None
    except TypeError:
        wanted = "True or False" if kind is bool else f"a {kind.__qualname__} or an integer from {kind.min} to {kind.max}"
        raise TypeError(f"{place} takes {wanted}, not {shown(value)}") from None
