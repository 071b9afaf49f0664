"""Opening files of stored objects.

The formats do not say what is stored; lists do by what is in them. So everything that has a stored form is tried, lists first.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import haldls
from haldls import lola
from haldls.serialization import earlier
from haldls.serialization.layouts import layout_of
from hicannx.errors import HicannxError
from stadls import DumperDone, PlaybackProgram, PlaybackProgramBuilderDumper, SerializationError, from_json, from_portablebinary

LISTS: tuple[type[Any], ...] = (DumperDone, PlaybackProgramBuilderDumper, PlaybackProgram)
CONTAINERS: tuple[type[Any], ...] = (*haldls.containers, haldls.Barrier, haldls.PollingOmnibusBlock, *lola.containers)
GZIP = b"\x1f\x8b"
LARGEST = 1 << 30
"""Bytes that a file may have when it is unpacked."""

HEAD = 4096
"""Characters among which the name of the first member is looked for."""

MARKS: dict[str, type[Any]] = {
    '"value.m_builder_impl"': PlaybackProgramBuilderDumper,
    '"value.m_program_impl"': PlaybackProgram,
    '"polymorphic_id"': DumperDone,
}
"""What only JSON texts of lists have in their first lines, in the order in which it is looked for."""


class StoredFileError(HicannxError):
    """A file in which nothing is stored, or of which one has to say what it is."""


class Stored(NamedTuple):
    """What was in a file: the object and the name of the format."""

    content: Any
    format: str


def open_stored(path: Path, name: str | None = None) -> Stored:
    """The object that is stored in a file, compressed with gzip or not.

    name   the class of the object, for one that several classes could have written

    Raises StoredFileError for anything else, OSError for a file that cannot be read.
    """
    data = _unpacked(path)
    form, text = "portable binary", None
    if data.lstrip()[:1] == b"{":
        form, text = "JSON", _decoded(data, path)
    if earlier.is_binary(data) or (text is not None and earlier.is_text(text)):
        form = f"earlier {form}"
    found = _found(data, text, list(_candidates(name, text)))
    if len(found) == 1:
        return Stored(found[0], form)
    if found:
        names = ", ".join(type(made).__name__ for made in found)
        raise StoredFileError(f"{path} could be any of {names}: say which one with --class")
    raise StoredFileError(f"{path} is not the stored form of {name or 'anything'}: {_reason(name, data, text)}")


def _found(data: bytes, text: str | None, kinds: list[type[Any]]) -> list[Any]:
    """The object as each of the classes that could have written it; as a list if that is possible."""
    for kind in kinds:
        if kind in LISTS and (made := _read(kind, data, text)) is not None:
            return [made]
    found = [made for kind in kinds if kind not in LISTS and (made := _read(kind, data, text)) is not None]
    if len(found) > 1 and text is not None:  # readers pass over members that they do not know: what writes the same text is meant
        return [made for made in found if haldls.to_json(made) == text.rstrip()] or found
    return found


def _unpacked(path: Path) -> bytes:
    data = path.read_bytes()
    if not data.startswith(GZIP):
        return data
    try:
        with gzip.open(path) as file:
            data = file.read(LARGEST + 1)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise StoredFileError(f"{path} is damaged: {error}") from error
    if len(data) > LARGEST:
        raise StoredFileError(f"{path} takes up more than {LARGEST} bytes when it is unpacked")
    return data


def _decoded(data: bytes, path: Path) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise StoredFileError(f"{path} is not text: {error}") from error


def _candidates(name: str | None, text: str | None) -> Iterator[type[Any]]:
    """The classes that an object can be of; without a name, and among JSON, the list it is, or those whose first member occurs early."""
    marked = next((kind for mark, kind in MARKS.items() if mark in (text or "")[:HEAD]), None)
    if name is None and marked is not None:
        yield marked
        return
    kinds = [kind for kind in (*LISTS, *CONTAINERS) if name is None or name == kind.__name__]
    if not kinds:
        raise StoredFileError(f"nothing that can be stored is called {name!r}")
    for kind in kinds:
        first = () if kind in LISTS or text is None or earlier.is_text(text) else (layout_of(kind).node.names or ())[:1]
        if all(f'"{member.decode()}"' in str(text)[:HEAD] for member in first):
            yield kind


def _read(kind: type[Any], data: bytes, text: str | None) -> Any:
    """The object, if it is of that class."""
    try:
        return _must_read(kind, data, text)
    except haldls.ContainerError:
        return None


def _must_read(kind: type[Any], data: bytes, text: str | None) -> Any:
    made = kind()
    if kind in LISTS:
        from_portablebinary(made, data) if text is None else from_json(made, text)
    elif text is None:
        haldls.from_portablebinary(made, data)
    else:
        haldls.from_json(made, text)
    return made


def _reason(name: str | None, data: bytes, text: str | None) -> str:
    """Why it cannot be read as what it was said to be, as what it looks like, or as the most usual."""
    try:
        _must_read(next(_candidates(name, None if name else text)), data, text)
    except (SerializationError, haldls.ContainerError) as error:
        return str(error)
    return "it holds values out of range"
