"""Which container and coordinate an address belongs to, over every backend: the way back from words to names.

For listings and the texts of errors. The tables are made when somebody first asks.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from fisch.backends import Backend
from haldls import Barrier, PollingOmnibusBlock
from haldls import containers as registers
from haldls.container import Address, Container
from haldls.lola import containers as composed

INSTANCES_MAX = 1 << 17
"""Registers with more instances are single words at consecutive addresses; their numbers are computed."""

_BYTES = 4  # of a word


class Place(NamedTuple):
    """One word of one container: its class, the number of its coordinate, and which of its words it is."""

    container: Any
    enum: int
    word: int

    @property
    def coordinate(self) -> Any:
        return self.container.coordinate(self.enum)

    def __str__(self) -> str:
        return f"{self.container.__name__} at {self.coordinate!r}"


class Table(NamedTuple):
    """Rows sorted by address; equal addresses in the order in which the containers are listed."""

    address: NDArray[np.uint32]
    owner: NDArray[np.int16]
    enum: NDArray[np.int64]
    word: NDArray[np.int32]


def _is_listed(container: Any, backend: str) -> bool:
    return backend in container.backends and not hasattr(container, "get_subblock")  # blocks of memory are many single words


@cache
def _containers() -> tuple[Any, ...]:
    return tuple(registers)


@cache
def _table(backend: str, write: bool) -> Table:
    """All words of all registers with few enough instances."""
    parts: list[tuple[NDArray[Any], ...]] = []
    for number, container in enumerate(_containers()):
        if not _is_listed(container, backend) or container.coordinate.size > INSTANCES_MAX:
            continue
        rows = container.layout(backend).addresses(None, write)
        enum, word = np.indices(rows.shape)
        parts.append((rows.ravel(), np.full(rows.size, number), enum.ravel(), word.ravel()))
    columns = zip(*parts, strict=True) if parts else [(np.zeros(0, np.int64),)] * 4
    address, owner, enums, words = (np.concatenate(column) for column in columns)
    order = np.argsort(address, kind="stable")
    return Table(address[order].astype(np.uint32), owner[order].astype(np.int16), enums[order], words[order].astype(np.int32))


@cache
def _large(backend: str) -> tuple[tuple[Any, Address], ...]:
    """Registers with too many instances for a table that are one word each, at consecutive addresses."""
    found = [container for container in _containers() if _is_listed(container, backend) and container.coordinate.size > INSTANCES_MAX]
    rules = [(container, getattr(container, "address", None)) for container in found]
    return tuple((container, rule) for container, rule in rules if isinstance(rule, Address))


def places(address: int, backend: Backend = Backend.Omnibus, write: bool = True) -> list[Place]:
    """All registers that have a word at `address` of `backend`, for writing or for reading; none beyond 32 bits."""
    if address >> 32:
        return []
    table = _table(backend.name, write)
    wanted = np.uint32(address)  # of the table's type: otherwise all of it would be converted for each search
    first, end = int(np.searchsorted(table.address, wanted)), int(np.searchsorted(table.address, wanted, "right"))
    found = [Place(_containers()[table.owner[row]], int(table.enum[row]), int(table.word[row])) for row in range(first, end)]
    return found + list(_large_places(address, backend.name))


def _large_places(address: int, backend: str) -> Iterator[Place]:
    for container, rule in _large(backend):
        each = _BYTES if container.byte_lane else 1
        first = (address - rule.base) * each
        if 0 <= first < container.coordinate.size and int(container.layout(backend).addresses([first])[0, 0]) == address:
            yield from (Place(container, first + lane, 0) for lane in range(each))


def place(address: int, backend: Backend = Backend.Omnibus) -> Place | None:
    """The register with the fewest words at `address`, not a single byte, for writing if there is one; None if there is none."""
    writable, readable = (places(address, backend, write) for write in (True, False))
    if writable:
        writable = [one for one in writable if not one.container.byte_lane] or writable
        return min(writable, key=lambda one: int(one.container.layout(backend.name).n_write))
    return min(readable, key=lambda one: int(one.container.layout(backend.name).n_read), default=None)


def locate(address: int, backend: Backend = Backend.Omnibus) -> str:
    """Container and coordinate of a word, `NeuronConfig at NeuronConfigOnDLS(...)`, or an empty string.

    >>> locate(0x88000005)
    'EventRecordingConfig at EventRecordingConfigOnFPGA(0)'
    """
    found = place(address, backend)
    return str(found) if found is not None else ""


def container_named(name: str) -> Any:
    """The container class of that name, register, condition or composed; None if there is none."""
    return _by_name().get(name)


@cache
def _by_name() -> dict[str, Any]:
    every: list[type[Container]] = [*registers, *composed, Barrier, PollingOmnibusBlock]
    return {container.__name__: container for container in every}


__all__ = ["INSTANCES_MAX", "Place", "container_named", "locate", "place", "places"]
