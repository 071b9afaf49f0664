"""The tables of the original's stored forms, read from the text files beside this module: a tree of types for every class."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

COORDINATES = "halco::hicann_dls::vx::"
SCALAR = re.compile(r"(<*)(bool|[ui](?:8|16|32|64))(>*)$")
COUNTED = re.compile(r"([\[{])(\d+)[\]}] (.*)$")
INNER = re.compile(r"(grid|interval|oneof)\((.*)\)$")


class Type(NamedTuple):
    """Something that is stored.

    kind     bool, a number as u8 or i64, array, row, list, map, grid, interval, oneof, or class
    size     of a number: the objects around it in JSON; of an array: its elements
    parts    what it consists of
    name     of a class: its name
    """

    kind: str
    size: int = 0
    parts: tuple[Type, ...] = ()
    name: str = ""


ANALOG = Type("oneof", parts=(Type("u64", 1), Type("u64", 1)))


class Row(NamedTuple):
    """One field of a class: the name under which it is stored, its Python name, and its type."""

    stored: str
    name: str
    type: Type


class Class(NamedTuple):
    """A class: the path of the Python class that stands for it (such as "haldls.ADPLL"), and its fields."""

    path: str
    rows: tuple[Row, ...]


def parsed(text: str) -> Type:
    """The type that a text in the notation of the tables means.

    >>> parsed("[2] <u8>")
    Type(kind='array', size=2, parts=(Type(kind='u8', size=1, parts=(), name=''),), name='')
    """
    if text == "analog":
        return ANALOG
    if scalar := SCALAR.match(text):
        return Type(scalar[2], len(scalar[1]))
    if counted := COUNTED.match(text):
        return Type("array" if counted[1] == "[" else "row", int(counted[2]), (parsed(counted[3]),))
    if inner := INNER.match(text):
        return Type(inner[1], parts=tuple(map(parsed, re.split(r", | \| ", inner[2]))))
    if text.startswith("list "):
        return Type("list", parts=(parsed(text[5:]),))
    if text.startswith("map "):
        key, _, element = text[4:].partition(" -> ")
        return Type("map", parts=(parsed(key), parsed(element)))
    return Type("class", name=text)


def _lines(name: str) -> Iterator[str]:
    for line in (Path(__file__).parent / name).read_text().splitlines():
        if line and not line.startswith("#"):
            yield line


def python_path(name: str) -> str:
    """Where the Python class of one of the original's is found: "haldls.Timer.Value"."""
    return ".".join(part for part in name.split("::") if part not in ("vx", "v3", "detail", "hicann_dls"))


@cache
def classes() -> dict[str, Class]:
    """All classes by the original's names."""
    found: dict[str, tuple[str, list[Row]]] = {}
    rows: list[Row] = []
    for line in _lines("classes.txt"):
        if not line.startswith(" "):
            name, _, python = line.partition(" = ")
            rows = []
            found[name] = (f"{name.split('::')[0]}.{python}" if python else python_path(name), rows)
            continue
        names, _, text = line.strip().partition(": ")
        stored, _, python = names.partition(" = ")
        rows.append(Row(stored, python or re.sub(r"^(value\.)?(m_)?", "", stored), parsed(text)))
    return {name: Class(path, tuple(rows)) for name, (path, rows) in found.items()}


@cache
def coordinates() -> dict[str, Type]:
    """All coordinates by the original's names."""
    found: dict[str, Type] = {}
    kind = Type("u64", 1)
    for line in _lines("coordinates.txt"):
        if not line.startswith(" "):
            kind = parsed(line)
        for name in line.split() if line.startswith(" ") else ():
            found[name if name.startswith("haldls::") else COORDINATES + name] = kind
    return found
