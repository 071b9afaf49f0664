"""What `hicannx calibration` shows of stored objects: one line per entry of a list, and one per field that differs."""

from __future__ import annotations

from argparse import Namespace
from collections import Counter
from collections.abc import Iterator
from typing import Any

from haldls import Container
from haldls.differences import changes, differences
from hicannx.calibration.store import beside, was_replaced
from hicannx.stored.opening import StoredFileError, open_stored
from stadls import DumperDone, PlaybackProgram, PlaybackProgramBuilderDumper

WIDTH = 200
"""Characters of a line, unless all are asked for."""

Key = tuple[Any, int]
"""A coordinate, and how often it came before."""


def main(chosen: Namespace) -> int:
    """Shows one file, or the differences between two."""
    lines = diff(chosen) if chosen.action == "diff" else show(chosen)
    count = 0
    for line in lines:
        print(line if chosen.all or len(line) <= WIDTH else f"{line[: WIDTH - 3]}...")
        count += 1
    return int(chosen.action == "diff" and count > 0)


def show(chosen: Namespace) -> Iterator[str]:
    """What is in a file: a headline, then everything that is not as in a default object."""
    stored = open_stored(chosen.file, chosen.kind)
    content = stored.content
    yield f"{type(content).__name__}, {stored.format}{f', {len(_pairs(content))} entries' if _is_list(content) else ''}"
    if known := beside(chosen.file):
        yield f"calibration: {known}{'; this file was changed or replaced since' if was_replaced(chosen.file, known) else ''}"
    if _is_list(content):
        for coordinate, container in _pairs(content):
            yield f"{_flat(coordinate)}  {_summary(container)}"
    elif isinstance(content, PlaybackProgram):
        yield from str(content).splitlines()
    else:
        yield from (f"{path}: {value}" for path, _, value in changes(content))


def _is_list(content: Any) -> bool:
    return isinstance(content, DumperDone | PlaybackProgramBuilderDumper)


def _pairs(content: DumperDone | PlaybackProgramBuilderDumper) -> list[tuple[Any, Any]]:
    return list(content._pairs)


def _flat(thing: Any) -> str:
    """Its representation in one line."""
    return " ".join(repr(thing).split())


def _summary(container: Any) -> str:
    """A container in one line: what is not as in a default one."""
    if not isinstance(container, Container):
        return repr(container)
    changed = list(changes(container))
    if hasattr(container, "__len__") or any("." in path or "[" in path for path, _, _ in changed):
        return f"{type(container).__qualname__}({', '.join(f'{path}={value}' for path, _, value in changed)})"
    return repr(container)


def diff(chosen: Namespace) -> Iterator[str]:
    """What is in one of two files only (-, +), and the fields that differ between them."""
    one, other = open_stored(chosen.one, chosen.kind), open_stored(chosen.other, chosen.kind)
    if _is_list(one.content) and _is_list(other.content):
        yield from _of_lists(_by_coordinate(one.content), _by_coordinate(other.content))
    elif type(one.content) is type(other.content) and not isinstance(one.content, PlaybackProgram):
        yield from map(str, differences(one.content, other.content))
    else:
        names = (f"{path} a {type(stored.content).__name__}" for path, stored in ((chosen.one, one), (chosen.other, other)))
        raise StoredFileError(f"only lists, and containers of one class, can be compared: {', '.join(names)}")


def _by_coordinate(content: Any) -> dict[Key, Any]:
    """The entries of a list. What stands on one coordinate is told apart by its order."""
    seen: Counter[Any] = Counter()
    entries = {}
    for coordinate, container in _pairs(content):
        entries[coordinate, seen[coordinate]] = container
        seen[coordinate] += 1
    return entries


def _of_lists(one: dict[Key, Any], other: dict[Key, Any]) -> Iterator[str]:
    for key, container in one.items():
        place = f"{_flat(key[0])}{f' (entry {key[1] + 1})' if key[1] else ''}"
        if type(container) is type(other.get(key)):
            yield from (f"{place} {difference}" for difference in differences(container, other[key]))
            continue
        yield f"- {place}  {_summary(container)}"
        if key in other:
            yield f"+ {place}  {_summary(other[key])}"
    yield from (f"+ {_flat(key[0])}  {_summary(container)}" for key, container in other.items() if key not in one)
    if [key for key in one if key in other] != [key for key in other if key in one]:
        yield "the entries stand in another order"
