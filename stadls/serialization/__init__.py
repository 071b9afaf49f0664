"""Dumped writes and whole programs as text and bytes, in the original's formats.

The functions are called as the original's, and what they write is what it writes, byte for byte. Two things are different: programs that
have run are stored in an own format, since the original's form of responses is not known (`earlier`), and lists that the original itself
can neither write nor read, because it registers some coordinates in part or not at all, are written by the same rules and read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import haldls
from haldls.serialization import BinaryReader, BinaryWriter, JSONReader, JSONWriter, Reader, Writer, require
from stadls.dumper import DumperDone, PlaybackProgramBuilderDumper
from stadls.errors import SerializationError
from stadls.program import PlaybackProgram
from stadls.serialization import earlier
from stadls.serialization.lists import read_builder, read_done, write_builder, write_done
from stadls.serialization.programs import read_program, write_program

__all__ = ["from_json", "from_portablebinary", "to_json", "to_portablebinary"]

Storable = DumperDone | PlaybackProgramBuilderDumper | PlaybackProgram


class _Way(NamedTuple):
    write: Callable[[Writer, Any], None]
    read: Callable[[Reader, Any], None]


_WAYS: dict[type, _Way] = {
    DumperDone: _Way(write_done, read_done),
    PlaybackProgramBuilderDumper: _Way(write_builder, read_builder),
    PlaybackProgram: _Way(write_program, read_program),
}


def to_json(stored: Storable) -> str:
    """Everything in a dumper or program as JSON.

    >>> from halco import TimerOnDLS
    >>> from haldls import Timer
    >>> print(to_json(DumperDone()))
    {
        "value0": {
            "cereal_class_version": 0,
            "values": []
        }
    }
    """
    way = _way(stored)
    if _has_run(stored):
        return earlier.to_json(stored)  # type: ignore[arg-type]
    archive = JSONWriter()
    way.write(archive, stored)
    return archive.done()


def from_json(stored: Storable, text: str) -> None:
    """Overwrites a dumper or program with what `to_json` gave for one of its class.

    Raises SerializationError, naming line and member, for text that is not of this form or holds what a container cannot hold; the object
    then stays as it was.
    """
    way = _way(stored)
    with _errors_of(stored):
        if earlier.is_text(require(text, str)):
            earlier.from_json(stored, text)
        else:
            way.read(JSONReader(text), stored)


def to_portablebinary(stored: Storable) -> bytes:
    """Everything in a dumper or program as bytes, without a mark of the class."""
    way = _way(stored)
    if _has_run(stored):
        return earlier.to_portablebinary(stored)  # type: ignore[arg-type]
    archive = BinaryWriter()
    way.write(archive, stored)
    return archive.done()


def from_portablebinary(stored: Storable, data: bytes) -> None:
    """Overwrites a dumper or program with what `to_portablebinary` gave for one of its class. Errors as `from_json`, naming the byte."""
    way = _way(stored)
    with _errors_of(stored):
        data = bytes(require(data, bytes, bytearray, memoryview))
        if earlier.is_binary(data):
            earlier.from_portablebinary(stored, data)
        else:
            way.read(BinaryReader(data), stored)


def _way(stored: Any) -> _Way:
    """How an object is stored. Raises SerializationError for other objects than dumpers and programs."""
    for kind, way in _WAYS.items():
        if isinstance(stored, kind):
            return way
    raise SerializationError(f"a DumperDone, PlaybackProgramBuilderDumper or PlaybackProgram is needed, not {stored!r}")


def _has_run(stored: Storable) -> bool:
    return isinstance(stored, PlaybackProgram) and stored.ran


@contextmanager
def _errors_of(stored: Storable) -> Iterator[None]:
    """What the containers' readers raise becomes the error of this package."""
    try:
        yield
    except haldls.SerializationError as error:
        if isinstance(error, SerializationError):
            raise
        raise SerializationError(f"this {type(stored).__name__} cannot be read: {error}", error.path, error.offset, error.line) from error
