"""How a class body becomes a container: the table's header rows (coordinate, addresses, backends) beside its fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from haldls import _core
from haldls._core import Layout, Schema
from haldls.fields import Field

OMNIBUS = ("Omnibus", "OmnibusChipOverJTAG")
"""Backends of everything on the chip's omnibus."""

FPGA = ("Omnibus",)
"""Backend of everything on the FPGA's omnibus."""


class Address:
    """Where the words of a container stand: `base + sum(stride * component) + offset` for each offset.

    The components are those of the coordinate, innermost first (`halco.components`): `Address(0x1A1000, stride=(4, 0x8000), words=4)`
    puts neuron n of block b at 0x1A1000 + 4 n + 0x8000 b and the three words that follow.
    """

    def __init__(self, base: int, stride: int | Sequence[int] = (), words: int = 1, offsets: Sequence[int] | None = None) -> None:
        self.base = base
        self.stride = (stride,) if isinstance(stride, int) else tuple(stride)
        self.offsets = tuple(range(words)) if offsets is None else tuple(offsets)
        self.words = len(self.offsets)

    def of(self, coordinate: Any, enums: NDArray[np.int64]) -> NDArray[np.int64]:
        """Addresses [n, words] of the given coordinate enums."""
        start = self.base + sum(step * part for step, part in zip(self.stride, coordinate.components(enums), strict=False))
        return np.add.outer(np.broadcast_to(start, enums.shape), np.array(self.offsets, dtype=np.int64))


containers: dict[type, type] = {}
"""The container class that stands on each coordinate class: what a read of that coordinate returns."""


class Table(type):
    """Class of container classes: instances take no attribute that is not in the table, so a misspelt field is an error."""

    def __new__(cls, name: str, bases: tuple[type, ...], body: dict[str, Any], **others: Any) -> Table:
        body.setdefault("__slots__", ())
        return super().__new__(cls, name, bases, body, **others)


class Container(_core.Container, metaclass=Table):
    """Base of all register containers. The class body holds

    coordinate    the coordinate class it stands on
    address       an `Address`, or one per backend; `write_address` / `read_address` if the two differ (None: no such access)
    backends      names of the backends, the default one first
    constants     bits of the written words that are always set, per word
    differential  whether a write against a reference writes only the words that differ
    no_write_on, no_read_on   targets ("hardware", "simulation") that refuse the access
    constructor   fields that may be given by position
    """

    coordinate: ClassVar[Any] = None
    backends: ClassVar[Sequence[str]] = OMNIBUS
    address: ClassVar[Address | Mapping[str, Address] | None] = None
    constants: ClassVar[Mapping[int, int]] = {}
    differential: ClassVar[bool] = False
    no_write_on: ClassVar[Sequence[str]] = ()
    no_read_on: ClassVar[Sequence[str]] = ()
    gray_words: ClassVar[bool] = False
    byte_lane: ClassVar[bool] = False
    constructor: ClassVar[Sequence[str]] = ()

    def __init_subclass__(cls, **others: Any) -> None:
        super().__init_subclass__(**others)
        if "address" not in vars(cls) and any(base in _core.schemas() for base in cls.__mro__[1:]):
            return  # a user's subclass of a finished container
        fields = [value for base in reversed(cls.__mro__) for value in vars(base).values() if isinstance(value, Field)]
        _core.register(cls, Schema(cls, fields, [cls._layout(backend, fields) for backend in cls._backends()]))
        if cls.coordinate is not None:
            containers.setdefault(cls.coordinate, cls)

    @classmethod
    def _backends(cls) -> Sequence[str]:
        return cls.backends if cls.coordinate is not None else ()

    @classmethod
    def _layout(cls, backend: str, fields: list[Field]) -> Layout:
        write, read = (cls._address(backend, kind) for kind in ("write_address", "read_address"))
        return Layout(cls, backend, fields, write, read, dict(cls.constants), cls.gray_words, cls.byte_lane)

    @classmethod
    def _address(cls, backend: str, kind: str) -> Address | None:
        rule = getattr(cls, kind, cls.address)
        return rule.get(backend) if isinstance(rule, Mapping) else rule


class Struct(Container):
    """A value with named parts that has no place of its own: nested in a container through `Group`."""
