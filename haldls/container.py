"""How a class body becomes a container: the table's header rows (coordinate, addresses, backends) beside its fields."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from haldls._core import Container as Slots
from haldls._core import Layout, Schema, get_slots, register, registered, set_slots
from haldls.errors import ContainerError
from haldls.fields import Field

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
        return np.asarray(start).reshape(len(enums), -1) + np.asarray(self.offsets, dtype=np.int64)


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


class BlockUntil(Encodable):
    """Base of the conditions that `block_until` can wait for: `Timer.Value`, `Barrier`, `PollingOmnibusBlock`."""

    __slots__ = ()


class Table(type):
    """Class of container classes: instances take no attribute that is not in the table, so a misspelt field is an error."""

    def __new__(cls, name: str, bases: tuple[type, ...], body: dict[str, Any], **others: Any) -> Table:
        body.setdefault("__slots__", ())
        return super().__new__(cls, name, bases, body, **others)


class Container(Slots, Encodable, metaclass=Table):
    """Base of all register containers. The class body holds

    coordinate    the coordinate class it stands on
    address       an `Address`, or one per backend; `write_address` / `read_address` if the two differ (None: no such access)
    backends      names of the backends, the default one first
    constants     bits of the written words that are always set, per word
    unread_over   backends over which the words read mean nothing and leave the fields as they are
    no_write_on, no_read_on   targets ("hardware", "simulation") that refuse the access
    constructor   fields that may be given by position
    """

    coordinate: ClassVar[Any] = None
    backends: ClassVar[Sequence[str]] = OMNIBUS
    address: ClassVar[Address | Mapping[str, Address] | None] = None
    constants: ClassVar[Mapping[int, int]] = {}
    unread_over: ClassVar[Sequence[str]] = ()
    differential: ClassVar[bool] = False
    no_write_on: ClassVar[Sequence[str]] = ()
    no_read_on: ClassVar[Sequence[str]] = ()
    gray_words: ClassVar[bool] = False
    byte_lane: ClassVar[bool] = False
    constructor: ClassVar[Sequence[str]] = ()

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

    def _state(self) -> dict[str, Any]:
        """The raw integers of each field, by its name."""
        slots = get_slots(self).tolist()
        return {
            field.name: slots[field.slot] if field.count == 1 else slots[field.slot : field.slot + field.count] for field in self.fields()
        }

    def _take_state(self, state: Mapping[str, Any]) -> None:
        """Takes over what `_state` gave. Raises ContainerError for other fields, RangeError for values out of range."""
        if set(state) != {field.name for field in self.fields()}:
            raise ContainerError(f"{type(self).__name__} has other fields than {', '.join(state) or 'none'}")
        set_slots(self, np.array([number for field in self.fields() for number in np.atleast_1d(state[field.name])], dtype=np.int64))

    @classmethod
    def _address(cls, backend: str, kind: str) -> Address | None:
        rule = getattr(cls, kind, cls.address)
        return rule.get(backend) if isinstance(rule, Mapping) else rule


class Struct(Container):
    """A value with named parts that has no place of its own: nested in a container through `Group`."""
