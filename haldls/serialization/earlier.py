"""Reading what the emulator stored before it spoke the original's formats: classes and fields by their Python names."""

from __future__ import annotations

import json
import re
import zlib
from typing import Any

from haldls.errors import SerializationError

MAGIC = b"hicannx "
LARGEST = 1 << 26
"""Bytes that a stored object may take up when it is unpacked."""


def is_text(text: str) -> bool:
    """Whether a text is of the earlier form: its first member is called as a class."""
    return re.match(r'\s*\{\s*"[A-Z]', text) is not None


def is_binary(data: bytes) -> bool:
    """Whether bytes are of the earlier form."""
    return data.startswith(MAGIC)


def from_json(container: Any, text: str) -> None:
    """Sets all fields of a container. Raises SerializationError for another class, ContainerError for other fields."""
    try:
        ((name, state),) = json.loads(text).items()
    except (ValueError, AttributeError, TypeError, RecursionError) as error:
        raise SerializationError(f"this is not the JSON of a container: {text[:40]!r}") from error
    if name != type(container).__name__:
        raise SerializationError(f"a {name} cannot be read into a {type(container).__name__}")
    container._take_state(state)


def from_portablebinary(container: Any, data: bytes) -> None:
    """Sets all fields of a container. Raises SerializationError for another class, one that had other fields, or damaged data."""
    header, _, state = data.partition(b"\0")
    kind = type(container)
    if not hasattr(kind, "_fingerprint") or header != MAGIC + f"{kind.__name__} {kind._fingerprint():08x}".encode():
        raise SerializationError(f"a {header[len(MAGIC) :][:60].decode(errors='replace')} cannot be read into a {kind.__name__}")
    try:
        container.__setstate__(unpacked(state))
    except zlib.error as error:
        raise SerializationError(f"the {len(data)} bytes of this {kind.__name__} are damaged: {error}") from error


def unpacked(data: bytes) -> bytes:
    """Decompressed bytes. Raises zlib.error for damaged ones, SerializationError for more than `LARGEST`."""
    decompressor = zlib.decompressobj()
    state = decompressor.decompress(data, LARGEST)
    if decompressor.unconsumed_tail:
        raise SerializationError(f"it takes up more than {LARGEST} bytes")
    if not decompressor.eof:
        raise zlib.error("it ends too early")
    return state
