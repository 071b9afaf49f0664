"""The page of coordinates: what counts what, how many there are, and which converts into which."""

import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import numpy as np

import halco
from halco.conversions import each, to
from hicannx.registers.markdown import code, paragraphs, sentence, table

INTRODUCTION = """\
Every coordinate is one number, its position in the enumeration of its class (`int(c)`). A linear coordinate is just that; a grid counts
row by row (`y * width + x`); a part of a whole counts the local position inside the unit (`unit * size of local + local`); an interval
holds its bounds. A conversion `toX` leads to the coordinate X; "4 x X" means one for each of four.
"""


KINDS = ("halco.kinds", "halco.value")
"""Modules of what coordinates are made of."""


def coordinates() -> dict[ModuleType, list[Any]]:
    """All coordinates and ranged numbers of halco, by module."""
    found: dict[ModuleType, list[Any]] = {}
    for name, kind in vars(halco).items():
        if isinstance(kind, type) and issubclass(kind, halco.Value) and not name.startswith("_") and kind.__module__ not in KINDS:
            found.setdefault(sys.modules[kind.__module__], []).append(kind)
    return {module: found[module] for module in sorted(found, key=lambda module: module.__name__)}


def page() -> str:
    """The page."""
    sections = []
    for module, kinds in coordinates().items():
        rows = [(code(kind.__name__), size_of(kind), kind_of(kind), meaning_of(kind), ", ".join(conversions(kind))) for kind in kinds]
        heading = f"## {module.__name__.rpartition('.')[2]}\n\n{paragraphs(module.__doc__)}\n"
        sections.append(f"{heading}\n{table(('coordinate', 'size', 'kind', 'meaning', 'converts to'), rows)}")
    return f"# Coordinates\n\n{INTRODUCTION}\n" + "\n".join(sections)


def meaning_of(kind: Any) -> str:
    """First line of the docstring."""
    return sentence(paragraphs(kind.__doc__).split("\n")[0])


def size_of(kind: Any) -> str:
    """Number of positions, and the range where it does not start at 0."""
    size, low = getattr(kind, "size", None), getattr(kind, "min", 0)
    if size is None:
        return f"up to {kind.max}" if hasattr(kind, "max") else ""
    return f"{size}" if low == 0 else f"{size} ({low} ... {kind.max})"


def kind_of(kind: Any) -> str:
    """How the number comes about."""
    if hasattr(kind, "local_type"):
        return f"{code(kind.local_type.__name__)} in {code(kind.mixed_in_type.__name__)}"
    if hasattr(kind, "x_type"):
        sparse = "" if kind.size == kind.x_type.size * kind.y_type.size else ", sparse"
        return f"{code(kind.x_type.__name__)} x {code(kind.y_type.__name__)}{sparse}"
    if kind.is_interval:
        return f"interval of {code(kind.bound_type.__name__)}"
    return "linear" if issubclass(kind, halco.Linear) else "number"


def conversions(kind: Any) -> Iterator[str]:
    """Where the conversions of a class lead, its own and those of its family."""
    for name in sorted(dir(kind)):
        found = next((vars(base)[name] for base in kind.__mro__ if name in vars(base)), None)
        if isinstance(found, each):
            yield f"{found.convert(np.array([kind.min])).shape[-1]} x {code(found.target)}"
        elif isinstance(found, to):
            yield code(found.target)
