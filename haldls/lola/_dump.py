"""Composed containers as indented text, one line per field."""

from __future__ import annotations

from typing import Any

import numpy as np

from haldls.fields import Array
from haldls.lola.members import Member, Members, Numbers

STEP = "  "


def dump(container: Any, indent: str = "") -> str:
    """`Name(` field by field `)`."""
    inner = indent + STEP
    lines = [line for field in container.fields() if field.name[0] != "_" for line in _lines(field, container, inner)]
    if not lines:
        return f"{type(container).__name__}()"
    return "\n".join([f"{type(container).__name__}(", *lines, f"{indent})"])


def _lines(field: Any, container: Any, indent: str) -> list[str]:
    if isinstance(field, Member):
        return [f"{indent}{field.name}: {_nested(getattr(container, field.name), indent)}"]
    if isinstance(field, Members):
        elements = enumerate(getattr(container, field.name))
        return [f"{indent}{field.name}[{number}]: {_nested(element, indent)}" for number, element in elements]
    return [f"{indent}{field.name}: {_text(field, container)}"]


def _text(field: Any, container: Any) -> str:
    if isinstance(field, Numbers):
        return np.array2string(getattr(container, field.name).to_numpy(), separator=", ").replace("\n", "")
    if isinstance(field, Array):
        return f"[{', '.join(str(int(value)) for value in getattr(container, field.name))}]"
    return field.text(container)  # type: ignore[no-any-return]


def _nested(container: Any, indent: str) -> str:
    has_dump = type(container).__str__.__qualname__ in ("Struct.__str__", "Composed.__str__")
    return dump(container, indent) if has_dump else repr(container)
