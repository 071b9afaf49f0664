"""Types as text, as they stand in a stub."""

import inspect
from enum import Enum
from typing import Any

from halco import Value
from haldls.container import Container, Struct

INT = "int | numpy.integer[typing.Any]"
POSITION = f"halco.value.Enum | halco.kinds.RangedEnum | {INT}"
INTEGER = "haldls.fields.Integer"


def is_container(cls: Any) -> bool:
    return inspect.isclass(cls) and issubclass(cls, Container)


def is_struct(cls: Any) -> bool:
    return inspect.isclass(cls) and issubclass(cls, Struct)


def is_table(cls: Any) -> bool:
    return inspect.isclass(cls) and (is_container(cls) or issubclass(cls, Value))


class Types:
    """Types as text, and the modules that the text names."""

    def __init__(self) -> None:
        self.modules: set[str] = {"halco.value", "halco.kinds", "numpy"}

    def name(self, one: Any) -> str:
        if isinstance(one, int):
            return "int"
        if isinstance(one, tuple):
            return " | ".join(map(self.name, one))
        if one.__module__ == "builtins":
            return str(one.__qualname__)
        self.modules.add(one.__module__)
        return f"{one.__module__}.{one.__qualname__}"

    def assigned(self, field: Any) -> str:
        """What can be assigned to one value of a field."""
        if field.type is bool:
            return self.own("haldls.fields.Flag")
        if inspect.isclass(field.type) and issubclass(field.type, Enum):
            return self.name(field.type)
        return f"{self.name(field.type)} | {self.own(INTEGER)}"

    def own(self, name: str) -> str:
        self.modules.add(name.rpartition(".")[0])
        return name

    def descriptor(self, field: Any) -> str:
        """Type of the field as attribute of its class."""
        kind = type(field).__name__
        if type(field).__module__ not in ("haldls.fields", "haldls.lola.members"):
            return self.name(type(field))
        head, element = self.own(f"{type(field).__module__}.{kind}"), self.name(field.type)
        if kind in ("Member", "Coded"):
            return f"{head}[{element}]"
        if kind in ("Members", "Group"):
            return f"{head}[{self.name(field.index)}, {element}]"
        if kind == "Field":
            return f"{head}[{element}, {self.assigned(field)}]"
        if kind == "Array":
            return f"{head}[{self.name(field.index)}, {element}, {self.assigned(field)}]"
        outer, *inner = map(self.name, field.index)
        if not inner:
            return f"{head}[{outer}, {element}, {self.assigned(field)}]"
        row = f"{self.own('haldls.lola.members.NumbersView')}[{inner[0]}, {element}, {self.assigned(field)}]"
        return f"{head}[{outer}, {row}, {self.many(self.assigned(field))}]"

    def many(self, one: str) -> str:
        """Whatever gives several of them; numpy's arrays are that for all kinds."""
        return f"{self.own('collections.abc.Iterable')}[{one}]"

    def argument(self, field: Any) -> str:
        """What the constructor takes for a field."""
        kind = next(base.__name__ for base in type(field).__mro__ if base.__module__ in ("haldls.fields", "haldls.lola.members"))
        if kind in ("Member", "Coded"):
            return self.name(field.type)
        if kind in ("Members", "Group"):
            return self.many(self.name(field.type))
        if kind == "Field":
            return self.assigned(field)
        if kind == "Array":
            return self.many(self.assigned(field))
        row = self.many(self.assigned(field))
        return row if len(field.index) == 1 else self.many(row)
