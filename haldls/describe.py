"""What the tables say about themselves: the help text of a field, the signature of a constructor, a container as table for notebooks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from enum import Enum
from inspect import Parameter, Signature
from typing import Any

from haldls.bits import parse

PLACES = 4
"""Places in the words that a help text lists one by one."""

ELEMENTS, ROWS = 8, 200
"""Elements of an array of structures, and rows in all, that a table shows."""


# ------------------------------------------------------------------------------------------------------------------------------- help
def meaning(field: Any) -> str:
    """Meaning, type, range, default, unit and bits of a field, as `help` shows them."""
    lines = [field.doc, "", f"type     {_kind(field)}", f"default  {_default(field)}", f"unit     {field.unit}"]
    lines += [f"bits     {_places(field.write_bits)}"] if field.write_bits else []
    if field.read_bits != field.write_bits:
        lines.append(f"read     {_places(field.read_bits)}" if field.read_bits else "read     not at all")
    return "\n".join(line for line in lines if not line.endswith("  ")).strip()


def _kind(field: Any) -> str:
    index = getattr(field, "index", None)
    dimensions = () if index is None else index if isinstance(index, tuple) else (index,)
    per = " x ".join(str(one) if isinstance(one, int) else f"{one.size} ({one.__name__})" for one in dimensions)
    kinds = " or ".join(map(range_of, field.type if isinstance(field.type, tuple) else (field.type,)))
    return f"{per} x {kinds}" if per else kinds


def range_of(kind: Any) -> str:
    """A type with its range: `Rate, 0 .. 255`, or its members."""
    name = kind.__qualname__.lstrip("_")
    if kind is bool:
        return "True or False"
    if issubclass(kind, Enum):
        return f"{name}: {', '.join(f'{member.name} = {int(member.value)}' for member in kind)}"
    if hasattr(kind, "max") and hasattr(kind, "min"):
        return f"{name}, {kind.min} .. {kind.max}" if kind.min != kind.max else f"{name}, {kind.max}"
    return str(name)


def _default(field: Any) -> str:
    if hasattr(field.type, "fields"):
        return ""
    numbers = field.defaults[: field.count]
    kind = field.type[0] if isinstance(field.type, tuple) else field.type
    if kind is bool or issubclass(kind, Enum):
        values = [str(bool(one)) if kind is bool else field.choices[one].name for one in numbers]
    else:
        values = [str(one) for one in numbers]
    return values[0] if len(set(values)) == 1 else ", ".join(values[:8]) + (", ..." if len(values) > 8 else "")


def _places(bits: list[str]) -> str:
    """Bit maps; words that a container reads as constants are left out."""
    shown = [one for one in bits if any(piece.word >= 0 for piece in parse(one))]
    return "; ".join(shown[:PLACES]) + (f"; ... ({len(shown)} in all)" if len(shown) > PLACES else "")


# -------------------------------------------------------------------------------------------------------------------------- signature
def signature(cls: Any) -> Signature:
    """How a container is made: some fields by position, all that can be written by name."""
    fields = {field.name: field for field in cls.fields()}
    placed = [_parameter(fields[name], Parameter.POSITIONAL_OR_KEYWORD) for name in cls.constructor]
    first = placed or [Parameter("other", Parameter.POSITIONAL_ONLY, default=None, annotation=cls)]
    rest = [field for name, field in fields.items() if name not in cls.constructor and not field.readonly]
    return Signature([*first, *(_parameter(field, Parameter.KEYWORD_ONLY) for field in rest)])


class _Default:
    """Stands for a default that is too long to be shown."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return self.text


def _parameter(field: Any, kind: Any) -> Parameter:
    default = _default(field)
    return Parameter(field.name, kind, default=_Default(default if 0 < len(default) < 20 else "..."), annotation=_annotation(field))


def _annotation(field: Any) -> Any:
    kinds = field.type if isinstance(field.type, tuple) else (field.type,)
    ranged = kinds[0] is not bool and not issubclass(kinds[0], Enum) and not hasattr(kinds[0], "fields")
    names = [kind.__qualname__.lstrip("_") for kind in kinds] + (["int"] if ranged else [])
    one = " | ".join(names)
    return _Default(f"Iterable[{one}]" if hasattr(field, "index") else one)


# ------------------------------------------------------------------------------------------------------------------------------ table
Row = tuple[str, str, str, str, str, str]
"""Field, value, default, range, unit, meaning."""

HEAD: Row = ("field", "value", "default", "range", "unit", "meaning")


def rows(container: Any, prefix: str = "") -> Iterator[Row]:
    """One row for each field; of arrays of structures, the elements that differ from the default."""
    for field in container.fields():
        value, name = getattr(container, field.name), prefix + field.name
        if not hasattr(field.type, "fields"):
            yield name, field.text(container), _default(field), _kind(field), field.unit, field.doc
        elif not hasattr(field, "index"):
            yield from rows(value, f"{name}.")
        else:
            yield from _elements(field, value, name)


def _elements(field: Any, value: Iterable[Any], name: str) -> Iterator[Row]:
    plain = field.type()
    changed = [(number, one) for number, one in enumerate(value) if one != plain]
    yield name, f"{len(changed)} differ from the default", "", _kind(field), "", field.doc
    for number, one in changed[:ELEMENTS]:
        yield from (row for row in rows(one, f"{name}[{number}].") if row[1] != row[2])


def html(container: Any) -> str:
    """The container as table; what differs from the default is in bold."""
    every = list(rows(container))
    if len(every) > ROWS:
        every = [row for row in every if row[1] != row[2]][:ROWS]
    return html_table(f"{type(container).__name__}", HEAD, every, lambda row: row[2] != "" and row[1] != row[2])


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")  # the library's module brings all entities along


def html_table(caption: str, head: tuple[str, ...], every: Iterable[tuple[str, ...]], bold: Callable[[Any], bool] = lambda _: False) -> str:
    """A table as HTML."""
    cells = "".join(f"<th>{_escaped(one)}</th>" for one in head)
    lines = [f"<table><caption>{_escaped(caption)}</caption><tr>{cells}</tr>"]
    for row in every:
        texts = [_escaped(one[:200]) for one in row]
        texts[1] = f"<b>{texts[1]}</b>" if bold(row) else texts[1]
        lines.append("<tr>" + "".join(f"<td>{one}</td>" for one in texts) + "</tr>")
    return "\n".join([*lines, "</table>"])
