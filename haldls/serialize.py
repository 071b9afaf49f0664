"""Containers as text and bytes.

The functions are called as the original's; the formats are our own, since the original's depend on the version of its archive
library. What was written here can be read here, and a container that has changed since is refused rather than misread.
"""

from __future__ import annotations

import json
import zlib
from typing import Any

from haldls.errors import ContainerError

MAGIC = b"hicannx"


def to_json(container: Any) -> str:
    """The class and the plain integers of all fields as JSON.

    >>> from haldls import CapMemCell
    >>> to_json(CapMemCell(5))
    '{"CapMemCell": {"value": 5}}'
    """
    return json.dumps({type(container).__name__: container._state()})


def from_json(container: Any, text: str) -> None:
    """Sets all fields of a container from what `to_json` gave.

    Raises ContainerError for another class or other fields, RangeError for a value out of range; the container then stays as it was.
    """
    try:
        ((name, state),) = json.loads(text).items()
    except (ValueError, AttributeError, TypeError, RecursionError) as error:
        raise ContainerError(f"this is not the JSON of a container: {str(text)[:40]!r}") from error
    if name != type(container).__name__:
        raise ContainerError(f"a {name} cannot be read into a {type(container).__name__}")
    container._take_state(state)


def to_portablebinary(container: Any) -> bytes:
    """All fields of a container, compressed, with the name of the class and a checksum.

    >>> from haldls import CapMemCell
    >>> cell = CapMemCell()
    >>> from_portablebinary(cell, to_portablebinary(CapMemCell(5)))
    >>> cell
    CapMemCell(5)
    """
    return b"\0".join([_header(container), zlib.compress(container.__getstate__(), 1)])


def _header(container: Any) -> bytes:
    return MAGIC + f" {type(container).__name__} {container._fingerprint():08x}".encode()


def from_portablebinary(container: Any, data: bytes) -> None:
    """Sets all fields of a container from what `to_portablebinary` gave.

    Raises ContainerError for another class, one whose fields were others when it was stored, or damaged data; the container then
    stays as it was.
    """
    header, _, state = bytes(data).partition(b"\0")
    if not header.startswith(MAGIC):
        raise ContainerError(f"these {len(data)} bytes are not a container")
    if header != _header(container):
        found, wanted = (" of layout ".join(one.decode(errors="replace").split(" ")[1:]) for one in (header, _header(container)))
        raise ContainerError(f"a {found} cannot be read into a {wanted}")
    try:
        container.__setstate__(zlib.decompress(state))
    except zlib.error as error:
        raise ContainerError(f"the {len(data)} bytes of this {type(container).__name__} are damaged: {error}") from error
