"""Names of fields inside a container, and the slots they mean.

"leak.v_leak"                  a field of a structure
"synapse_drivers"              everything in an array of containers
"channels_causal.offset"       one field of each element of an array
"ramp.v_offset[1]"             one element of an array
"bayesian.operation:0"         bit 0 of a number
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from haldls.fields import Array, Group
from haldls.lola._composite import slots_of
from haldls.lola.members import Members, Numbers


class Place(NamedTuple):
    """Slots [elements of the outermost array on the path, slots per element], and which of their bits are meant."""

    slots: NDArray[np.int64]
    shift: int
    mask: int


def place(container: Any, path: str) -> Place:
    """The slots that `path` means in a container class. Raises AttributeError for a name that is not in its table."""
    names, _, bit = path.partition(":")
    slots: NDArray[np.int64] = np.zeros((1, 1), dtype=np.int64)
    for name in names.split("."):
        container, slots = _step(container, slots, name)
    if container is not None:
        slots = _within(slots, np.arange(slots_of(container)))
    return Place(slots, int(bit), 1) if bit else Place(slots, 0, -1)


def field_of(container: Any, name: str) -> Any:
    """The field called `name`. Raises AttributeError if there is none."""
    for field in container.fields():
        if field.name == name:
            return field
    raise AttributeError(f"{container.__name__} has no field {name!r}")


def _step(container: Any, slots: NDArray[np.int64], name: str) -> tuple[Any, NDArray[np.int64]]:
    """One name further: the class reached (None: numbers) and the slots where its instances begin."""
    name, _, element = name.partition("[")
    field = field_of(container, name)
    inner = None if isinstance(field, (Array, Numbers)) or field.choices is not None else field.type
    inner = inner if hasattr(inner, "fields") else None
    size = slots_of(inner) if inner is not None else 1
    starts = field.slot + size * np.arange(field.count // size if size else 1)
    if element:
        starts = starts[[int(element.rstrip("]"))]]
    if slots.size == 1 and isinstance(field, (Array, Numbers, Members, Group)):
        return inner, slots[0, 0] + starts[:, None]
    return inner, _within(slots, starts)


def _within(slots: NDArray[np.int64], offsets: NDArray[np.int64]) -> NDArray[np.int64]:
    return (slots[:, :, None] + offsets).reshape(len(slots), -1)
