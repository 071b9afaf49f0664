"""Stored lists of coordinates and containers: what dumpers collect, and what calibrations are kept in. (facts: serialization 5)

Coordinate and container stand under the original's names of their classes, each of them with the whole name at its first use and with a
number afterwards.
"""

from __future__ import annotations

from typing import Any

from haldls.serialization import Reader, Writer, read_value, write_value
from haldls.serialization.layouts import class_named, layout_of
from stadls.dumper import DumperDone, Pair, PlaybackProgramBuilderDumper, stands_on
from stadls.serialization.targets import read_targets, write_targets

DONE = "stadls::vx::v3::DumperDone"
DUMPER = "stadls::vx::detail::Dumper<stadls::vx::v3::DumperDone>"
BUILDER = "stadls::vx::v3::PlaybackProgramBuilderDumper"

NAMED = 1 << 31
"""Bit of a class' number that says that its name follows."""

LEAST = 8
"""Bytes of a pair at least: the two numbers."""


class _Classes:
    """The numbers of the classes of one file."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}
        self.kinds: dict[int, Any] = {}

    def write(self, archive: Writer, name: str, stored: Any) -> None:
        """An object with the name or number of its class."""
        archive.open(name)
        kind = layout_of(type(stored)).name
        number = self.numbers.setdefault(kind, len(self.numbers) + 1)
        if number == len(self.kinds) + 1:
            self.kinds[number] = kind
            archive.number("polymorphic_id", number | NAMED, 4)
            archive.text("polymorphic_name", kind)
        else:
            archive.number("polymorphic_id", number, 4)
        archive.open("ptr_wrapper")
        archive.number("valid", 1, 1)
        write_value(archive, "data", stored)
        archive.close()
        archive.close()

    def read(self, archive: Reader, name: str) -> Any:
        """The object that `write` was given."""
        archive.open(name)
        kind = self._kind(archive, archive.number("polymorphic_id", 4))
        archive.open("ptr_wrapper")
        if archive.number("valid", 1) != 1:
            archive.fail("there is no object where one is needed")
        made = read_value(archive, "data", kind)
        archive.close()
        archive.close()
        return made

    def _kind(self, archive: Reader, number: int) -> Any:
        if number & NAMED:
            name = archive.text("polymorphic_name")
            self.kinds[number & ~NAMED] = class_named(name)
            if self.kinds[number & ~NAMED] is None:
                archive.fail(f"there is no class {name[:80]!r}")
        if number & ~NAMED not in self.kinds:
            archive.fail(f"no class was given the number {number}")
        return self.kinds[number & ~NAMED]


# ------------------------------------------------------------------------------------------------------------------------------- lists
def write_pairs(archive: Writer, name: str, pairs: list[Pair]) -> None:
    """A list as DumperDone."""
    classes = _Classes()
    archive.open(name)
    archive.version(DONE)
    archive.sequence("values", len(pairs))
    for coordinate, content in pairs:
        archive.open()
        classes.write(archive, "first", coordinate)
        classes.write(archive, "second", content)
        archive.close()
    archive.close()
    archive.close()


def read_pairs(archive: Reader, name: str) -> list[Pair]:
    """The list that `write_pairs` was given."""
    classes, pairs = _Classes(), []
    archive.open(name)
    archive.version(DONE)
    archive.sequence("values", LEAST)
    while archive.more():
        archive.open()
        coordinate, content = classes.read(archive, "first"), classes.read(archive, "second")
        if type(coordinate) is not _place_of(content):
            archive.fail(f"a {type(content).__qualname__} does not stand on a {type(coordinate).__qualname__}")
        pairs.append((coordinate, content))
        archive.close()
    archive.close()
    return pairs


def _place_of(content: Any) -> Any:
    """Coordinate class of what can be in a list; None for anything else."""
    try:
        return stands_on(content)
    except TypeError:
        return None


def write_dumper(archive: Writer, name: str, pairs: list[Pair]) -> None:
    """A list as the collecting part of a builder."""
    archive.open(name)
    archive.version(DUMPER)
    write_pairs(archive, "m_dumpit", pairs)
    archive.close()


def read_dumper(archive: Reader, name: str) -> list[Pair]:
    """The list that `write_dumper` was given."""
    archive.open(name)
    archive.version(DUMPER)
    pairs = read_pairs(archive, "m_dumpit")
    archive.close()
    return pairs


# ---------------------------------------------------------------------------------------------------------------------------- objects
def write_done(archive: Writer, done: DumperDone) -> None:
    """A DumperDone."""
    write_pairs(archive, "value0", done._pairs)


def read_done(archive: Reader, done: DumperDone) -> None:
    """Replaces everything in a DumperDone."""
    pairs = read_pairs(archive, "value0")
    archive.done()
    done._pairs = pairs


def write_builder(archive: Writer, builder: PlaybackProgramBuilderDumper) -> None:
    """A dumper."""
    archive.open("value0")
    archive.version(BUILDER)
    archive.open("value.m_builder_impl")
    archive.open("ptr_wrapper")
    archive.number("valid", 1, 1)
    write_dumper(archive, "data", builder._pairs)
    archive.close()
    archive.close()
    write_targets(archive, builder._unsupported_targets)
    archive.close()


def read_builder(archive: Reader, builder: PlaybackProgramBuilderDumper) -> None:
    """Replaces everything in a dumper."""
    archive.open("value0")
    archive.version(BUILDER)
    archive.open("value.m_builder_impl")
    archive.open("ptr_wrapper")
    if archive.number("valid", 1) != 1:
        archive.fail("the builder was moved from: there is nothing in it")
    pairs = read_dumper(archive, "data")
    archive.close()
    archive.close()
    targets = read_targets(archive)
    archive.close()
    archive.done()
    builder._pairs, builder._unsupported_targets = pairs, targets
