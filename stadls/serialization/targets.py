"""The targets that refuse something of a program, as the original stores them."""

from __future__ import annotations

from collections.abc import Iterable

from fisch import Target
from haldls.serialization import Reader, Writer

NAME = "value.m_unsupported_targets"


def write_targets(archive: Writer, targets: Iterable[Target]) -> None:
    """A set of targets. Its order is that of the original's library if they were added in the order of their numbers."""
    ordered = sorted(targets, reverse=True)
    archive.sequence(NAME, len(ordered))
    for target in ordered:
        archive.number(None, int(target), 4)
    archive.close()


def read_targets(archive: Reader) -> set[Target]:
    """The set that `write_targets` was given."""
    found: set[Target] = set()
    archive.sequence(NAME, 4)
    while archive.more():
        number = archive.number(None, 4)
        if number not in list(Target):
            archive.fail(f"there is no target {number}")
        found.add(Target(number))
    return found
