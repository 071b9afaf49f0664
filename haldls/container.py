"""How a class body becomes a container: the table's header rows (coordinate, addresses, backends) beside its fields."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from inspect import Signature
from types import GenericAlias
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Never

import numpy as np
from numpy.typing import NDArray

from haldls.describe import html, signature
from haldls.fields import Field, flat_tree, tree_of
from haldls.layout import Container as Slots
from haldls.layout import Layout, Schema, get_slots, has_schema, register, registered, set_slots

__all__ = ["BlockUntil", "Container", "DifferentialWriteTrait", "Encodable"]

if TYPE_CHECKING:
    from typing_extensions import TypeVar  # the type checkers' own: it knows defaults

    K = TypeVar("K", default=Any)

    class _Placed(Generic[K]):
        """Base of what stands on coordinates of the class K."""

else:
    from typing import TypeVar

    K = TypeVar("K")

    class _Placed:  # the same without what Generic does for each of some 200 classes
        __slots__ = ()
        __class_getitem__ = classmethod(GenericAlias)


OMNIBUS: tuple[str, ...] = ("Omnibus", "OmnibusChipOverJTAG")
"""Backends of everything on the chip's omnibus."""

FPGA: tuple[str, ...] = ("Omnibus",)
"""Backend of everything on the FPGA's omnibus."""


class Address:
    """Where the words of a container stand: `base + sum(stride * component) + offset` for each offset.

    The components are those of the coordinate, innermost first (`halco` `components`): `Address(0x1A1000, stride=(4, 0x8000), words=4)`
    puts neuron n of block b at 0x1A1000 + 4 n + 0x8000 b and the three words that follow. Where the address is not linear in the
    components, `rule` gives the distance from the base as a function of the coordinate's number, for all words or for each.
    """

    def __init__(
        self,
        base: int,
        stride: int | Sequence[int] = (),
        words: int = 1,
        offsets: Sequence[int] | NDArray[np.int64] | None = None,
        rule: Callable[[NDArray[np.int64]], NDArray[np.int64]] | None = None,
    ) -> None:
        self.base = base
        self.stride = (stride,) if isinstance(stride, int) else tuple(stride)
        self.rule = rule
        self.offsets: Sequence[int] | NDArray[np.int64] = range(words) if offsets is None else offsets
        self.words = len(self.offsets)

    def of(self, coordinate: Any, enums: NDArray[np.int64]) -> NDArray[np.int64]:
        """Addresses [n, words] of the given coordinate enums."""
        start: Any
        if self.rule is not None:
            start = self.base + self.rule(enums)
        elif self.stride:
            start = self.base + sum(step * part for step, part in zip(self.stride, _components(coordinate, enums), strict=False))
        else:
            start = np.full(enums.shape, self.base, dtype=np.int64)
        return np.asarray(start).reshape(len(enums), -1 if len(enums) else 1) + np.asarray(self.offsets, dtype=np.int64)


def _components(coordinate: Any, enums: NDArray[np.int64]) -> tuple[NDArray[np.int64], ...]:
    return coordinate.components(enums) if hasattr(coordinate, "components") else (enums,)


container_on: dict[type, type] = {}
"""The container class that stands on each coordinate class: what a read of that coordinate returns."""


class DifferentialWriteTrait:
    """Marks containers of which a write against a reference configuration sends only the words that differ."""

    __slots__ = ()


class Encodable:
    """Base of everything that a program can write, read or wait for."""

    __slots__ = ()

    def __init__(self, *_: Any, **__: Any) -> None:
        raise TypeError(f"{type(self).__name__} is abstract: construct a container or a condition, for example NeuronConfig() or Barrier()")


class BlockUntil(Encodable):
    """Base of the conditions that `block_until` can wait for: `Timer.Value`, `Barrier`, `PollingOmnibusBlock`."""

    __slots__ = ()


class Table(type):
    """Class of container classes: instances take no attribute that is not in the table, so a misspelt field is an error."""

    def __new__(cls, name: str, bases: tuple[type, ...], body: dict[str, Any], **others: Any) -> Table:
        body.setdefault("__slots__", ())
        return super().__new__(cls, name, bases, body, **others)

    @property
    def __signature__(cls) -> Signature:
        """For `help` and `inspect.signature`."""
        if cls.__init__ is Slots.__init__ and has_schema(cls):  # type: ignore[misc]
            return signature(cls)
        raise AttributeError("__signature__")  # that of its own constructor


class Container(Slots, Encodable, _Placed[K], metaclass=Table):
    """Base of all register containers. The class body holds

    coordinate    the coordinate class it stands on
    address       an `Address`, or one per backend; `write_address` / `read_address` if the two differ (None: no such access)
    backends      names of the backends, the default one first
    constants     bits of the written words that are always set, per word
    unread_over   backends over which the words read mean nothing and leave the fields as they are
    no_write_on, no_read_on   targets ("hardware", "simulation") that refuse the access
    constructor   fields that may be given by position
    keywords      other names under which the constructor takes fields: {keyword: field}
    """

    coordinate: ClassVar[Any] = None
    backends: ClassVar[Sequence[str]] = OMNIBUS
    address: ClassVar[Any] = None  # Address | Mapping[str, Address] | None, or a field of that name
    constants: ClassVar[Mapping[int, int]] = {}
    unread_over: ClassVar[Sequence[str]] = ()
    differential: ClassVar[bool] = False
    no_write_on: ClassVar[Sequence[str]] = ()
    no_read_on: ClassVar[Sequence[str]] = ()
    gray_words: ClassVar[bool] = False
    byte_lane: ClassVar[bool] = False
    constructor: ClassVar[Sequence[str]] = ()
    keywords: ClassVar[Mapping[str, str]] = {}

    def __init_subclass__(cls, **others: Any) -> None:
        super().__init_subclass__(**others)
        if "coordinate" not in vars(cls) and not any(isinstance(value, Field) for value in vars(cls).values()) and registered(cls):
            return  # a user's subclass of a finished container
        cls.differential = issubclass(cls, DifferentialWriteTrait)
        fields = {name: value for base in reversed(cls.__mro__) for name, value in vars(base).items() if isinstance(value, Field)}
        backends = tuple(cls.backends) if cls.coordinate is not None else ()
        register(cls, Schema(cls, list(fields.values()), backends))
        if cls.coordinate is not None and not issubclass(cls, BlockUntil):
            container_on.setdefault(cls.coordinate, cls)

    @classmethod
    def _layout(cls, backend: str) -> Layout:
        """Compiles the layout over one backend; called on first use."""
        write, read = (cls._address(backend, kind) for kind in ("write_address", "read_address"))
        ignore_read = backend in cls.unread_over
        return Layout(cls, backend, list(cls.fields()), write, read, dict(cls.constants), cls.gray_words, cls.byte_lane, ignore_read)

    def __dir__(self) -> list[str]:
        """What an instance is asked for: its fields and methods; what the class body holds besides is left to the class."""
        return [name for name in super().__dir__() if name not in _DECLARATIONS or name in _field_names(type(self))]

    def _repr_html_(self) -> str:
        """A table of the fields, for notebooks."""
        return html(self)

    def _state(self) -> dict[str, Any]:
        """The raw integers of each field, by its name, as plain numbers, lists and dictionaries."""
        return tree_of(type(self), get_slots(self))

    def _take_state(self, state: Any) -> None:
        """Takes over what `_state` gave. Raises ContainerError for other fields, RangeError for values out of range."""
        set_slots(self, flat_tree(type(self), state))

    @classmethod
    def _fingerprint(cls) -> int:
        """Number that changes with the names, order and ranges of the fields: what was stored before is not misread after."""
        return zlib.crc32(";".join(_signature(cls)).encode())

    @classmethod
    def _address(cls, backend: str, kind: str) -> Address | None:
        rule = getattr(cls, kind, cls.address)
        return rule.get(backend) if isinstance(rule, Mapping) else rule


_DECLARATIONS = {name for name in Container.__annotations__ if not name.startswith("_")} | {"parts", "write_address", "read_address"}
"""What the class body of a container declares besides its fields."""


@cache
def _field_names(cls: type[Container]) -> frozenset[str]:
    return frozenset(field.name for field in cls.fields())


def _signature(cls: type[Container]) -> list[str]:
    """One line per field: name, number of slots, ranges; those of nested structures where there are such."""
    lines = []
    for field in cls.fields():
        lines.append(f"{field.name}:{field.count}:{field.choices or ''}")
        for kind in field.type if isinstance(field.type, tuple) else (field.type,):
            lines += _signature(kind) if hasattr(kind, "fields") else [f"{getattr(kind, 'min', '')}..{getattr(kind, 'max', '')}"]
    return lines


class Struct(Container[Never]):
    """A value with named parts that has no place of its own: nested in a container through `Group`."""

    def __dir__(self) -> list[str]:
        """Its parts, and the types and ready-made instances that stand in its class: what belongs to registers means nothing here."""
        of_registers = {name for name in dir(Container) if not name.startswith("__")}
        return [name for name in object.__dir__(self) if name not in of_registers or name in _field_names(type(self))]
