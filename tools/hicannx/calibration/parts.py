"""What options and targets consist of: a base class with declared members, and the kinds of members.

A member knows its default, what can be assigned to it and how it is stored. As in the original, assigning a part or an array copies it, and
reading gives the part itself, so that `target.neuron_target.leak.fill(80)` changes the target.
"""

from __future__ import annotations

import copy
from enum import Enum
from typing import Any, ClassVar, Generic, Self, TypeVar, overload

import numpy as np

from halco import AtomicNeuronOnDLS, TypedArray, Value
from haldls import SerializationError
from hicannx.calibration.archive import ArchiveReader, ArchiveWriter
from hicannx.calibration.arrays import IntegerArray, OptionalArray, RealArray
from hicannx.calibration.values import real

__all__ = ["Array", "Choice", "Flag", "Maybe", "Member", "Number", "OneOf", "Part", "Place", "Real", "Struct"]

T = TypeVar("T")


class Member(Generic[T]):
    """One member. Assigning something that does not fit raises TypeError, ValueError or RangeError; the old value stays."""

    stored = True
    """Whether the original's stored form has it."""
    name: str

    def __init__(self, default: Any) -> None:
        self._default = default

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, instance: None, owner: type) -> Self: ...
    @overload
    def __get__(self, instance: Struct, owner: type) -> T: ...
    def __get__(self, instance: Struct | None, owner: type) -> Any:
        return self if instance is None else instance._values[self.name]

    def __set__(self, instance: Struct, value: Any) -> None:
        try:
            instance._values[self.name] = self.taken(value)
        except (TypeError, ValueError, OverflowError) as error:
            raise type(error)(f"{type(instance).__name__}.{self.name}: {error}") from None

    def default(self) -> T:
        return self.taken(self._default)

    def taken(self, value: Any) -> T:
        """What an assigned value becomes."""
        raise NotImplementedError

    def save(self, archive: ArchiveWriter, value: Any) -> None:
        raise NotImplementedError

    def load(self, archive: ArchiveReader) -> T:
        raise NotImplementedError


class Struct:
    """Base of options and targets: `Member`s, a value for each, and the original's pickles.

    Equal if of the same class and with equal members. A copy shares nothing with what it was made of.
    """

    __slots__ = ("_values",)
    _members: ClassVar[dict[str, Member[Any]]] = {}
    _values: dict[str, Any]

    def __init_subclass__(cls) -> None:
        cls._members = {name: one for base in reversed(cls.__mro__) for name, one in vars(base).items() if isinstance(one, Member)}

    def __init__(self) -> None:
        self._values = {name: member.default() for name, member in self._members.items()}

    def __eq__(self, other: object) -> bool:
        return self._values == other._values if type(other) is type(self) else NotImplemented

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"{type(self).__qualname__}({', '.join(f'{name}={_shown(value)}' for name, value in self._values.items())})"

    def __getstate__(self) -> tuple[Any, ...]:
        archive = ArchiveWriter()
        self._save(archive)
        return bytes(archive.data), getattr(self, "__dict__", {}), self._unstored()

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        """Takes what `__getstate__` gave, also the original's. Raises SerializationError for anything else; then nothing changes."""
        data, attributes, unstored = (*state, {}, {})[:3] if isinstance(state, tuple) and state else (None, {}, {})
        if not isinstance(data, bytes):
            raise SerializationError(f"no stored form of {type(self).__name__}: calix before e573081 pickled targets in another way")
        archive, made = ArchiveReader(data), type(self).__new__(type(self))
        made._load(archive)
        archive.done()
        made._take_unstored(unstored)
        if not isinstance(attributes, dict) or (attributes and not hasattr(self, "__dict__")):
            raise SerializationError(f"{attributes!r} are no attributes of a {type(self).__name__}")
        self._values = made._values
        if attributes:
            self.__dict__.update(attributes)

    @classmethod
    def _original(cls) -> type[Struct]:
        """The class that the stored form knows, for one that a user derived from it."""
        return next(one for one in cls.__mro__ if one.__module__ == "pyccalix")

    def _save(self, archive: ArchiveWriter) -> None:
        archive.version(self._original())
        for name, member in self._members.items():
            if member.stored:
                member.save(archive, self._values[name])

    def _load(self, archive: ArchiveReader) -> None:
        archive.version(self._original())
        self._values = {}
        for name, member in self._members.items():
            start = archive.offset
            try:
                self._values[name] = member.load(archive) if member.stored else member.default()
            except SerializationError:
                raise
            except (RuntimeError, TypeError, ValueError, OverflowError) as error:
                raise SerializationError(f"{type(self).__qualname__}.{name}: {error}", name, start) from error

    def _unstored(self) -> dict[str, Any]:
        """Members that the original forgets, also those of parts: {name: value or that of the part}."""
        own = {name: self._values[name] for name, member in self._members.items() if not member.stored}
        inner = {name: value._unstored() for name, value in self._values.items() if isinstance(value, Struct)}
        return {name: value for name, value in {**own, **inner}.items() if value not in (None, {})}

    def _take_unstored(self, values: Any) -> None:
        try:
            for name, value in values.items():
                if self._members[name].stored:
                    self._values[name]._take_unstored(value)
                else:
                    setattr(self, name, value)
        except SerializationError:
            raise
        except (AttributeError, KeyError, TypeError, ValueError, OverflowError) as error:
            raise SerializationError(f"{values!r} does not fit into a {type(self).__name__}: {error}") from error


def _shown(value: Any) -> str:
    """An array that is the same everywhere as this one value, and a longer one by its first elements."""
    if not isinstance(value, TypedArray | RealArray) or len(value) < 5:
        return repr(value)
    flat = value.to_numpy().reshape(-1).tolist()
    if all(one == flat[0] for one in flat):
        return f"{flat[0]!r} everywhere"
    return f"[{', '.join(map(repr, flat[:4]))}, ...]"


class Number(Member[T]):
    """A ranged integer or a coordinate with one number; `code` is its width in the stored form."""

    def __init__(self, kind: type[T], code: str, default: Any = 0) -> None:
        super().__init__(default)
        self._kind, self._code = kind, code

    def taken(self, value: Any) -> T:
        if isinstance(value, Value) and type(value) is not self._kind:
            raise TypeError(f"takes a {self._kind.__qualname__} or an integer, not {value!r}")
        return self._kind(value)  # type: ignore[call-arg]

    def save(self, archive: ArchiveWriter, value: Any) -> None:
        archive.number(self._code, int(value))

    def load(self, archive: ArchiveReader) -> T:
        return self.taken(archive.number(self._code))


class Place(Member[AtomicNeuronOnDLS]):
    """A neuron: stored as column, row and number."""

    def __init__(self) -> None:
        super().__init__(0)

    def taken(self, value: Any) -> AtomicNeuronOnDLS:
        if not isinstance(value, AtomicNeuronOnDLS):
            raise TypeError(f"takes an AtomicNeuronOnDLS, not {value!r}")
        return value

    def save(self, archive: ArchiveWriter, value: Any) -> None:
        for part in (value.x(), value.y(), value.toEnum()):
            archive.number("Q", int(part))

    def load(self, archive: ArchiveReader) -> AtomicNeuronOnDLS:
        x, y, number = (archive.number("Q") for _ in range(3))
        place = AtomicNeuronOnDLS(number)
        if (int(place.x()), int(place.y())) != (x, y):
            raise ValueError(f"neuron {number} is not at x {x}, y {y}")
        return place


class Real(Member[T]):
    """A float or a `RealNumber`."""

    def __init__(self, kind: type[T], default: float) -> None:
        super().__init__(default)
        self._kind = kind

    def taken(self, value: Any) -> T:
        return self._kind(real(value, self._kind))  # type: ignore[call-arg]

    def save(self, archive: ArchiveWriter, value: Any) -> None:
        archive.number("d", float(value))

    def load(self, archive: ArchiveReader) -> T:
        return self.taken(archive.number("d"))


class Flag(Member[bool]):
    """A truth value."""

    def taken(self, value: Any) -> bool:
        if not isinstance(value, bool | np.bool_):
            raise TypeError(f"takes True or False, not {value!r}")
        return bool(value)

    def save(self, archive: ArchiveWriter, value: Any) -> None:
        archive.number("?", value)

    def load(self, archive: ArchiveReader) -> bool:
        return archive.flag()


class Choice(Member[T]):
    """One of an enumeration."""

    def taken(self, value: Any) -> T:
        if type(value) is not type(self._default):
            raise TypeError(f"takes a {type(self._default).__qualname__}, not {value!r}")
        return value  # type: ignore[no-any-return]

    def save(self, archive: ArchiveWriter, value: Any) -> None:
        archive.number("i", value.value)

    def load(self, archive: ArchiveReader) -> T:
        kind: type[Enum] = type(self._default)
        return kind(archive.number("i"))  # type: ignore[return-value]


class Array(Member[T]):
    """An array; `code` is the width of its elements in the stored form, and `default` stands in all of them."""

    def __init__(self, kind: type[T], code: str, default: Any = 0, stored: bool = True) -> None:
        super().__init__(default)
        self._kind, self._code, self.stored = kind, code, stored

    def default(self) -> T:
        return self.taken(np.full(self._kind().shape, self._default).tolist())  # type: ignore[attr-defined]

    def taken(self, value: Any) -> T:
        if isinstance(value, IntegerArray | RealArray) and not isinstance(value, self._kind):
            value = list(value)
        return copy.copy(value) if isinstance(value, self._kind) else self._kind(value)  # type: ignore[call-arg]

    def save(self, archive: ArchiveWriter, value: Any) -> None:
        if not isinstance(value, OptionalArray):
            return archive.numbers(self._code, value.to_numpy())
        for one in value.to_numpy().reshape(-1):
            _save_optional(archive, one, lambda: archive.number(self._code, one))  # noqa: B023
        return None

    def load(self, archive: ArchiveReader) -> T:
        made: Any = self._kind()
        count = int(np.prod(made.shape))
        if isinstance(made, OptionalArray):
            values: Any = np.array([None if archive.flag() else archive.number(self._code) for _ in range(count)], dtype=object)
        else:
            values = archive.numbers(self._code, count)
        return self._kind(values.reshape(made.shape).tolist())  # type: ignore[call-arg]


class Part(Member[T]):
    """A part with members of its own. `values` are what differs from its own defaults."""

    def __init__(self, kind: type[T], **values: Any) -> None:
        super().__init__(values)
        self._kind = kind

    def default(self) -> T:
        made = self._kind.__new__(self._kind)
        Struct.__init__(made)  # type: ignore[arg-type]
        for name, value in self._default.items():
            setattr(made, name, value)
        return made

    def taken(self, value: Any) -> T:
        if not isinstance(value, self._kind):
            raise TypeError(f"takes a {self._kind.__qualname__}, not {value!r}")
        return copy.copy(value)

    def save(self, archive: ArchiveWriter, value: Any) -> None:
        value._save(archive)

    def load(self, archive: ArchiveReader) -> T:
        made: Any = self._kind.__new__(self._kind)
        made._load(archive)
        return made  # type: ignore[no-any-return]


class Maybe(Member[T | None]):
    """A member that may be missing (None)."""

    def __init__(self, inner: Member[T], stored: bool = True) -> None:
        super().__init__(None)
        self._inner, self.stored = inner, stored

    def taken(self, value: Any) -> T | None:
        return None if value is None else self._inner.taken(value)

    def save(self, archive: ArchiveWriter, value: Any) -> None:
        _save_optional(archive, value, lambda: self._inner.save(archive, value))

    def load(self, archive: ArchiveReader) -> T | None:
        return None if archive.flag() else self._inner.load(archive)


def _save_optional(archive: ArchiveWriter, value: Any, save: Any) -> None:
    archive.number("?", value is None)
    if value is not None:
        save()


class OneOf(Member[T]):
    """A part of one of several classes."""

    def __init__(self, *kinds: Any, default: type[T]) -> None:
        super().__init__(default)
        self._parts = {kind: Part(kind) for kind in kinds}

    def default(self) -> T:
        return self._default()  # type: ignore[no-any-return]

    def taken(self, value: Any) -> T:
        if type(value) not in self._parts:
            raise TypeError(f"takes one of {', '.join(kind.__qualname__ for kind in self._parts)}, not {value!r}")
        return copy.copy(value)  # type: ignore[no-any-return]

    def save(self, archive: ArchiveWriter, value: Any) -> None:
        archive.number("i", list(self._parts).index(type(value)))
        value._save(archive)

    def load(self, archive: ArchiveReader) -> T:
        number = archive.number("i")
        if not 0 <= number < len(self._parts):
            raise ValueError(f"there are {len(self._parts)} alternatives, {number} is none of them")
        return list(self._parts.values())[number].load(archive)  # type: ignore[no-any-return]
