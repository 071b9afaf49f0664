"""All container classes with their nested structures, and all their fields: what tests of whole kinds go over."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import Any

import haldls
from haldls import lola
from haldls.fields import Array, Group
from haldls.lola.members import Member, Members, Numbers


def _with_parts(cls: Any) -> Iterator[Any]:
    yield cls
    for field in cls.fields():
        if isinstance(field, (Member, Members, Group)):
            yield from _with_parts(field.type)


_roots = [
    *haldls.containers,
    haldls.Barrier,
    haldls.PollingOmnibusBlock,
    *(one for one in lola.containers if one is not lola.LogicalNeuron),
    lola.MCSafeAtomicNeuron,
]
CLASSES: list[Any] = list(dict.fromkeys(part for root in _roots for part in _with_parts(root)))
"""Every class that has fields of its own, or could."""


def single_fields(cls: Any) -> list[Any]:
    """The fields with one value that can be assigned."""
    return [one for one in cls.fields() if not isinstance(one, (Member, Members, Group, Array, Numbers)) and not one.readonly]


def arrays(cls: Any) -> list[Any]:
    """The arrays of values."""
    return [one for one in cls.fields() if isinstance(one, (Array, Numbers))]


def is_enumeration(field: Any) -> bool:
    """Whether the values are members of an enumeration."""
    return isinstance(field.type, type) and issubclass(field.type, Enum)


def is_number(field: Any) -> bool:
    """Whether the values are ranged numbers or coordinates."""
    return field.type is not bool and not is_enumeration(field)


def range_of(field: Any) -> tuple[int, int]:
    """Smallest and largest plain integer that a field of numbers takes."""
    kind = field.type[0] if isinstance(field.type, tuple) else field.type
    return getattr(kind, "min", -(2**63)), getattr(kind, "max", 2**63 - 1)
