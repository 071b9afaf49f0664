"""Reading what the emulator stored before it spoke the original's formats: classes and fields by their Python names."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Callable
from typing import Any

from haldls.errors import SerializationError
from haldls.serialization._binary import BinaryReader, BinaryWriter
from haldls.serialization.layouts import layout_of

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
    """Sets all fields of a container. Raises SerializationError for another class, other fields or values out of range."""
    try:
        ((name, state),) = json.loads(text).items()
    except (ValueError, AttributeError, TypeError, RecursionError) as error:
        raise SerializationError(f"this is not the JSON of a container: {text[:40]!r}") from error
    if name != type(container).__name__:
        raise SerializationError(f"a {name[:60]} cannot be read into a {type(container).__name__}")
    replace(container, lambda made: made._take_state(state))


def from_portablebinary(container: Any, data: bytes) -> None:
    """Sets all fields of a container. Raises SerializationError for another class, one that had other fields, or damaged data."""
    header, _, state = data.partition(b"\0")
    kind = type(container)
    if not hasattr(kind, "_fingerprint") or header != MAGIC + f"{kind.__name__} {kind._fingerprint():08x}".encode():
        raise SerializationError(f"a {header[len(MAGIC) :][:60].decode(errors='replace')} cannot be read into a {kind.__name__}")
    replace(container, lambda made: made.__setstate__(unpacked(state)))


def replace(container: Any, fill: Callable[[Any], None]) -> None:
    """Fills a new container, refuses what could not be stored again, and takes its fields over."""
    made = type(container)()
    layout = layout_of(type(container))
    try:
        fill(made)
        archive = BinaryWriter()
        archive.value("value0", layout.node, layout.give(made))
        BinaryReader(archive.done()).value("value0", layout.node)
    except SerializationError:
        raise
    except (RuntimeError, TypeError, ValueError, zlib.error, RecursionError) as error:
        raise SerializationError(f"this {type(container).__name__} cannot be read: {error}") from error
    container.__setstate__(made.__getstate__())


def unpacked(data: bytes) -> bytes:
    """Decompressed bytes. Raises zlib.error for damaged ones, SerializationError for more than `LARGEST`."""
    decompressor = zlib.decompressobj()
    state = decompressor.decompress(data, LARGEST)
    if decompressor.unconsumed_tail:
        raise SerializationError(f"it takes up more than {LARGEST} bytes")
    if not decompressor.eof:
        raise zlib.error("it ends too early")
    return state
