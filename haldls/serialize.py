"""Containers as text and bytes.

The functions are called as the original's; the formats are our own, since the original's depend on the version of its archive
library. What was written here can be read here, and a container that has changed since is refused rather than misread.
"""

from __future__ import annotations

import json
import zlib

from haldls.container import Container
from haldls.errors import ContainerError


def to_json(container: Container) -> str:
    """The class and the plain integers of all fields as JSON.

    >>> from haldls import CapMemCell
    >>> to_json(CapMemCell(5))
    '{"CapMemCell": {"value": 5}}'
    """
    return json.dumps({type(container).__name__: container._state()})


def from_json(container: Container, text: str) -> None:
    """Sets all fields of a container from what `to_json` gave.

    Raises ContainerError for another class or other fields, RangeError for a value out of range; the container then stays as it was.
    """
    try:
        ((name, state),) = json.loads(text).items()
    except (ValueError, AttributeError) as error:
        raise ContainerError(f"this is not the JSON of a container: {text[:40]!r}") from error
    if name != type(container).__name__:
        raise ContainerError(f"a {name} cannot be read into a {type(container).__name__}")
    container._take_state(state)


def to_portablebinary(container: Container) -> bytes:
    """The same as `to_json`, compressed."""
    return zlib.compress(to_json(container).encode())


def from_portablebinary(container: Container, data: bytes) -> None:
    """Sets all fields of a container from what `to_portablebinary` gave. Errors as `from_json`."""
    try:
        text = zlib.decompress(data).decode()
    except (zlib.error, UnicodeDecodeError) as error:
        raise ContainerError(f"these {len(data)} bytes are not a container") from error
    from_json(container, text)
