"""How a composed container is declared: its attributes, and the ordered table of the registers they stand in.

    class SynapseWeightRow(Composed):
        coordinate = SynapseWeightRowOnDLS
        values = Numbers(SynapseOnSynapseRow, SynapseWeightQuad.Value)
        parts = (Part(SynapseWeightQuad, at=QUADS_OF_ROW, source={"values": ("values", COLUMNS)}),)

Each `Part` is one register container, or several of a kind, in the order in which they are written and read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, TypeVar

import numpy as np
from numpy.typing import NDArray

from haldls import container
from haldls.container import Container, K, container_on
from haldls.fields import Field
from haldls.layout import register
from haldls.lola._composite import CompositeLayout, Composition, Step, slots_of
from haldls.lola._dump import dump
from haldls.lola._paths import Place, place
from haldls.lola.members import Coded, Member, Members, Numbers

T = TypeVar("T")
Numbering = NDArray[np.int64]
Source = str | list[str] | tuple[str, Any]

__all__ = ["Coded", "Composed", "Member", "Members", "Numbers", "Part", "Preset", "Struct"]


class Part:
    """One row of the table.

    container   class of the registers: a leaf container or another composed one
    at          where: a conversion of the own coordinate, a function from its numbers [n] to numbers [n] or [n, count], or fixed
                coordinates
    source      name of the attribute that is such a container (or an array of them), or where each of its fields comes from:
                {field: attribute}, {field: [attributes one after the other]} or {field: (array attribute, order of its elements)}.
                Fields that are not named keep their default.
    """

    def __init__(self, container: Any, at: Any, source: str | Mapping[str, Source] | None = None) -> None:
        self.container, self.source = container, source
        self.at = _numbers_of(at)

    def step(self, owner: type, backend: str) -> Step:
        """The row compiled for the class that holds it."""
        layout = self.container.layout(backend)
        index = np.full((self.at(np.zeros(1, dtype=np.int64)).shape[1], layout.n_slots), -1, dtype=np.int64)
        if isinstance(self.source, str):
            index[:] = place(owner, self.source).slots.reshape(index.shape)
            return Step(layout, self.at, index)
        bits: dict[int, tuple[int, int]] = {}
        for field, source in (self.source or {}).items():
            own, slots = _resolve(owner, source), place(self.container, field).slots.ravel()
            index[:, slots] = own.slots.reshape(len(index), len(slots))
            if own.mask >= 0:
                bits.update(dict.fromkeys(slots.tolist(), (own.shift, own.mask)))
        if not bits:
            return Step(layout, self.at, index)
        places = [bits.get(slot, (0, -1)) for slot in range(layout.n_slots)]
        return Step(layout, self.at, index, [shift for shift, _ in places], [mask for _, mask in places])


def _resolve(owner: type, source: Source) -> Place:
    if isinstance(source, str):
        return place(owner, source)
    if isinstance(source, list):
        return Place(np.concatenate([place(owner, one).slots.ravel() for one in source]), 0, -1)
    return Place(place(owner, source[0]).slots[np.asarray(source[1])], 0, -1)


def _numbers_of(at: Any) -> Callable[[Numbering], Numbering]:
    """Numbers [n, count] of the parts from the numbers [n] of the whole."""
    if isinstance(at, Sequence) or not (callable(at) or hasattr(at, "convert")):
        places = at if isinstance(at, Sequence) else [at]
        fixed = np.arange(at.start, at.stop, at.step) if isinstance(at, range) else np.array([int(one) for one in places], dtype=np.int64)
        return lambda enums: np.broadcast_to(fixed, (len(enums), len(fixed)))
    rule = at.convert if hasattr(at, "convert") else at
    return lambda enums: np.asarray(rule(enums), dtype=np.int64).reshape(len(enums), -1)


class Struct(container.Struct):
    """A value with named parts inside a composed container."""

    def __str__(self) -> str:
        return dump(self)


class Composed(Container[K]):
    """Base of all composed containers. The class body holds the attributes, `coordinate`, `parts` and, as for single registers,
    `backends`, `no_write_on`, `no_read_on`; the base `DifferentialWriteTrait` marks those that can be written against a reference.
    """

    parts: ClassVar[Sequence[Part]] = ()

    def __init_subclass__(cls, **others: Any) -> None:
        super(Container, cls).__init_subclass__(**others)
        if "parts" not in vars(cls):
            return  # a user's subclass of a finished container
        cls.differential = issubclass(cls, container.DifferentialWriteTrait)
        fields = [value for base in reversed(cls.__mro__) for value in vars(base).values() if isinstance(value, Field)]
        register(cls, Composition(cls, [], tuple(cls.backends)).build(fields, cls.parts))
        container_on.setdefault(cls.coordinate, cls)

    @classmethod
    def _layout(cls, backend: str) -> CompositeLayout:
        """Compiles the layout over one backend; called on first use."""
        steps = [part.step(cls, backend) for part in cls.parts]
        return CompositeLayout(cls, backend, [], None, None, {}).build(slots_of(cls), steps)

    def _part(self, container: Any) -> Any:
        """The (first) part of a class as container of its own."""
        return _composed_layout(self).step(container).made_from(self)

    def _take(self, container: Any) -> None:
        """Takes the fields of the (first) part of that class over."""
        _composed_layout(self).step(type(container)).read_into(self, container)

    def __str__(self) -> str:
        return dump(self)


def _composed_layout(container: Composed) -> CompositeLayout:
    layout = container.layout()
    assert isinstance(layout, CompositeLayout)  # for the type checker: every composed container has one
    return layout


class Preset:
    """A ready-made instance as class attribute: `enabled = Preset(enable_digital=True)`. Every access gives a fresh copy."""

    def __init__(self, make: Callable[[Any], None] | None = None, **fields: Any) -> None:
        self.make, self.fields = make, fields

    def __get__(self, instance: Any, owner: type[T]) -> T:
        made = owner(**self.fields)
        if self.make is not None:
            self.make(made)
        return made
