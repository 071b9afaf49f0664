"""The page of the composed containers: their attributes, and the registers they stand in."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from haldls import lola
from haldls.fields import Array, Group
from haldls.lola.members import Member, Members, Numbers
from hicannx.registers.blocks import blocks, count, defaults_of, page_of, values_text
from hicannx.registers.markdown import anchor, code, link, paragraphs, sentence, table
from hicannx.trust import accuracy

SOURCES_SHOWN = 6


def page() -> str:
    """The page."""
    rows = [(link(code(one.__name__), f"#{anchor(one.__name__)}"), paragraphs(one.__doc__).split("\n")[0]) for one in lola.containers]
    text = "Containers of `haldls.lola`: the chip as one thinks of it. Each is written and read as the registers it is composed of."
    return f"# Composed containers\n\n{text}\n\n{table(('container', 'what it is'), rows)}\n" + "\n".join(map(section, lola.containers))


def section(container: Any) -> str:
    """All about one composed container."""
    text = f"## {container.__name__}\n\n{paragraphs(container.__doc__)}\n\n{table(('', ''), _facts(container))}"
    attributes = list(_attributes(container, ""))
    if attributes:
        text += "\n" + table(("attribute", "values", "default", "unit", "meaning"), attributes)
    parts = list(_parts(container))
    return text + (f"\nRegisters in the order of writing:\n\n{table(('number', 'register', 'filled from'), parts)}" if parts else "")


def _facts(container: Any) -> Iterator[tuple[str, str]]:
    if container.coordinate is not None:
        size = getattr(container.coordinate, "size", None)
        yield "coordinate", code(container.coordinate.__name__) + (f", {count(size, 'instance')}" if size else "")
        yield "backends", ", ".join(container.backends)
    if container.coordinate is not None and container.backends and hasattr(container, "parts"):
        layout = container.layout()
        yield "size", f"{count(layout.n_write, 'word')} written, {layout.n_read} read"
        trust = accuracy(container)
        yield "accuracy", f"**{trust.accuracy.name.lower()}**: {trust.note}"
    for kind, verb in (("no_write_on", "writing"), ("no_read_on", "reading")):
        if getattr(container, kind):
            yield "refused", f"{verb} on {', '.join(getattr(container, kind))}"


def _attributes(container: Any, prefix: str) -> Iterator[tuple[str, ...]]:
    """One row per attribute; what is nested follows indented by its path."""
    for field in getattr(container, "fields", tuple)():
        name = f"{prefix}{field.name}"
        if isinstance(field, (Member, Members, Group)):
            index = "" if isinstance(field, Member) else f"[{_index(field.index)}]"
            yield code(name + index), _type(field.type), "", "", sentence(field.doc)
            if field.type not in lola.containers and field.type not in _REGISTERS:
                yield from _attributes(field.type, f"{name}{index and '[...]'}.")
        else:
            yield code(name + _dimensions(field)), values_text(field), defaults_of(field), field.unit, sentence(field.doc)


def _dimensions(field: Any) -> str:
    """What an array of numbers is indexed by."""
    if isinstance(field, Numbers):
        return f"[{', '.join(map(_index, field.index))}]"
    return f"[{_index(field.index)}]" if isinstance(field, Array) else ""


def _index(index: Any) -> str:
    return str(index) if isinstance(index, int) else str(index.__name__)


_REGISTERS = {container for containers in blocks().values() for container in containers}
_MODULES = {container: module for module, containers in blocks().items() for container in containers}


def _type(kind: Any) -> str:
    if kind in lola.containers:
        return link(code(kind.__name__), f"#{anchor(kind.__name__)}")
    if kind in _MODULES:
        return link(code(kind.__name__), f"registers/{page_of(_MODULES[kind])}#{anchor(kind.__name__)}")
    return f"structure {code(kind.__qualname__)}"


def _parts(container: Any) -> Iterator[tuple[str, str, str]]:
    for part in getattr(container, "parts", ()):
        number = part.at(np.zeros(1, dtype=np.int64)).shape[1]
        yield f"{number} x" if number > 1 else "", _type(part.container), _source(part.source)


def _source(source: Any) -> str:
    if source is None:
        return "defaults"
    if isinstance(source, str):
        return code(source)
    texts = [f"{code(field)} from {code(_path(path))}" for field, path in source.items()]
    return ", ".join(texts if len(texts) <= SOURCES_SHOWN else [*texts[:SOURCES_SHOWN], f"and {len(texts) - SOURCES_SHOWN} more"])


def _path(path: Any) -> str:
    return path if isinstance(path, str) else ", ".join(path) if isinstance(path, list) else path[0]
