"""Containers, structures and coordinates as text and bytes, in the original's formats.

The functions are called as the original's, and what they write is what it writes, byte for byte. Nothing in it says of which class the
object is: whoever reads has to know. Files in the emulator's earlier own format are recognized and read (`earlier`).

    classes.txt, coordinates.txt    names, order and widths of everything that is stored      table, layouts    how a class is stored
    nodes, _binary, _json_writer, _json_reader    the formats, along trees of nodes           special           what is not a table
"""

from __future__ import annotations

from typing import Any

from haldls.errors import SerializationError
from haldls.serialization import earlier
from haldls.serialization._binary import BinaryReader, BinaryWriter
from haldls.serialization._json_reader import JSONReader
from haldls.serialization._json_writer import JSONWriter
from haldls.serialization.layouts import layout_of

__all__ = [
    "BinaryReader",
    "BinaryWriter",
    "JSONReader",
    "JSONWriter",
    "Reader",
    "Writer",
    "from_json",
    "from_portablebinary",
    "read_value",
    "require",
    "to_json",
    "to_portablebinary",
    "write_value",
]

Writer = BinaryWriter | JSONWriter
Reader = BinaryReader | JSONReader
"""Both formats are written and read with the same calls."""


def to_json(stored: Any) -> str:
    """All fields as JSON. Raises SerializationError for an object that has no stored form.

    >>> from haldls import SystimeSync
    >>> print(to_json(SystimeSync()))
    {
        "value0": {
            "cereal_class_version": 0,
            "value.m_do_sync": true
        }
    }
    """
    archive = JSONWriter()
    write_value(archive, "value0", stored)
    return archive.done()


def from_json(stored: Any, text: str) -> None:
    """Overwrites an object with what `to_json` gave for one of its class.

    Raises SerializationError, naming line and member, for text that is not of this form or holds what a field cannot hold. The object then
    stays as it was.
    """
    if earlier.is_text(require(text, str)):
        earlier.from_json(stored, text)
    else:
        _read(JSONReader(text), stored)


def to_portablebinary(stored: Any) -> bytes:
    """All fields as bytes, without a mark of the class. Raises SerializationError for an object that has no stored form.

    >>> from haldls import CapMemCell
    >>> cell = CapMemCell()
    >>> from_portablebinary(cell, to_portablebinary(CapMemCell(5)))
    >>> cell
    CapMemCell(5)
    """
    archive = BinaryWriter()
    write_value(archive, "value0", stored)
    return archive.done()


def from_portablebinary(stored: Any, data: bytes) -> None:
    """Overwrites an object with what `to_portablebinary` gave for one of its class. Errors as `from_json`, naming the byte."""
    data = bytes(require(data, bytes, bytearray, memoryview))
    if earlier.is_binary(data):
        earlier.from_portablebinary(stored, data)
    else:
        _read(BinaryReader(data), stored)


def require(data: Any, *kinds: type) -> Any:
    """What is to be read, if it is of one of these types. Raises SerializationError otherwise."""
    if not isinstance(data, kinds):
        raise SerializationError(f"what is read has to be {kinds[0].__name__}, not {type(data).__name__}")
    return data


def write_value(archive: Writer, name: str, stored: Any) -> None:
    """Writes an object as a member."""
    layout = layout_of(type(stored))
    archive.value(name, layout.node, layout.give(stored))


def read_value(archive: Reader, name: str, kind: Any) -> Any:
    """A new object of a class, read from a member."""
    layout, made = layout_of(kind), kind()
    layout.take(made, archive.value(name, layout.node))
    return made


def _read(archive: Reader, stored: Any) -> None:
    layout = layout_of(type(stored))
    values = archive.value("value0", layout.node)
    archive.done()
    layout.take(stored, values)
