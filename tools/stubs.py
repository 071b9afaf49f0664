"""Writes the stubs that type checkers read in place of the modules whose classes are tables.

    python tools/stubs.py [folder]    writes them beside the built packages in the folder (default: here); the build does so
    python tools/stubs.py --check     says which of them are out of date

Type checkers cannot see what a table of fields makes of a class: its constructor, the coordinate it stands on, conversions of
coordinates. So each stub is the source with bodies left out and with that written down; and `stadls/_reading.pyi` says what reading a
coordinate gives. Nothing here is kept in the repository.
"""

import ast
import importlib
import inspect
import pkgutil
import sys
import typing
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any, get_args

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("halco", "haldls", "haldls.lola")
BASES = ("haldls.container", "haldls.lola.table")
"""Modules that define what tables are, and have none."""

INT = "int | numpy.integer[typing.Any]"
POSITION = f"halco._core.Enum | halco._kinds.RangedEnum | {INT}"
INTEGER = "haldls.fields.Integer"


def main(arguments: list[str]) -> int:
    check = arguments == ["--check"]
    folder = ROOT if check or not arguments else Path(arguments[0]).resolve()
    sys.path.insert(0, str(folder))
    stale = []
    for path, text in stubs():
        target = folder / path
        if not target.exists() or target.read_text() != text:
            stale.append(path)
            if not check:
                target.write_text(text)
    if check and stale:
        print(f"out of date (python tools/stubs.py writes them anew): {', '.join(stale)}")
    return int(check and bool(stale))


def stubs() -> Iterator[tuple[str, str]]:
    """Path and text of every stub."""
    for package in PACKAGES:
        for found in pkgutil.iter_modules(importlib.import_module(package).__path__):
            module = importlib.import_module(f"{package}.{found.name}")
            if str(module.__file__).endswith(".py") and module.__name__ not in BASES and any(map(is_table, own_classes(module))):
                yield module.__name__.replace(".", "/") + ".pyi", Stub(module).text()
    yield "stadls/_reading.pyi", reading()


def own_classes(module: Any) -> list[type]:
    return [one for one in vars(module).values() if inspect.isclass(one) and one.__module__ == module.__name__]


def is_container(cls: Any) -> bool:
    from haldls.container import Container

    return inspect.isclass(cls) and issubclass(cls, Container)


def is_struct(cls: Any) -> bool:
    from haldls.container import Struct

    return inspect.isclass(cls) and issubclass(cls, Struct)


def is_table(cls: Any) -> bool:
    from halco import Value

    return inspect.isclass(cls) and (is_container(cls) or issubclass(cls, Value))


class Types:
    """Types as text, and the modules that the text names."""

    def __init__(self) -> None:
        self.modules: set[str] = {"halco._core", "halco._kinds", "numpy"}

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
        if type(field).__module__ not in ("haldls.fields", "haldls.lola._members"):
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
        row = f"{self.own('haldls.lola._members.NumbersView')}[{inner[0]}, {element}, {self.assigned(field)}]"
        return f"{head}[{outer}, {row}, {self.own('numpy.typing.ArrayLike')}]"

    def argument(self, field: Any) -> str:
        """What the constructor takes for a field."""
        kind = next(base.__name__ for base in type(field).__mro__ if base.__module__ in ("haldls.fields", "haldls.lola._members"))
        if kind in ("Member", "Coded"):
            return self.name(field.type)
        if kind in ("Members", "Group"):
            return f"{self.own('collections.abc.Iterable')}[{self.name(field.type)}]"
        if kind == "Field":
            return self.assigned(field)
        if kind == "Array":
            return f"{self.own('collections.abc.Iterable')}[{self.assigned(field)}]"
        return f"{self.own('numpy.typing.ArrayLike')} | {self.own('haldls.lola._members.NumbersView')}[typing.Any, typing.Any, typing.Any]"


class Stub:
    """The stub of one module."""

    def __init__(self, module: Any) -> None:
        self.module, self.types = module, Types()
        source = Path(module.__file__).read_text()
        self.tree, self.lines = ast.parse(source), source.split("\n")

    def text(self) -> str:
        body = [line for node in self.tree.body for line in self.statement(node)]
        imports = [f"import {name}" for name in sorted({"typing", *self.types.modules})]
        head = f"# written by tools/stubs.py from {self.module.__name__}; not to be edited"
        return "\n".join([head, *imports, *body]) + "\n"

    def excused(self, node: ast.stmt, lines: list[str]) -> list[str]:
        """The lines, with the comment by which the source excuses this statement."""
        first = min([one.lineno for one in getattr(node, "decorator_list", ())] + [node.lineno])
        last = node.body[0].lineno if isinstance(node, ast.FunctionDef) else node.end_lineno or first
        excuse = any("# type: ignore" in line for line in self.lines[first - 1 : last])
        return [lines[0] + "  # type: ignore", *lines[1:]] if excuse and lines else lines

    def statement(self, node: ast.stmt) -> list[str]:
        if isinstance(node, ast.Import) or (isinstance(node, ast.ImportFrom) and node.module != "__future__"):
            return [ast.unparse(node)]
        if isinstance(node, ast.ClassDef):
            return self.a_class(node, vars(self.module)[node.name])
        if isinstance(node, ast.FunctionDef):
            return self.excused(node, function(node))
        if isinstance(node, ast.AnnAssign):
            return [f"{ast.unparse(node.target)}: {ast.unparse(node.annotation)}"]
        if isinstance(node, ast.Assign):
            return [self.constant(node, name) for name in names_of(node)]
        return []

    def constant(self, node: ast.Assign, name: str) -> str:
        value = vars(self.module).get(name)
        if name == "__all__":
            return ast.unparse(node)
        if inspect.isclass(value):
            return f"{name}: typing.TypeAlias = {self.types.name(value)}"
        if get_args(value) and not isinstance(value, (list, tuple, dict)):  # an alias such as A | B, or a type variable's
            return ast.unparse(node)
        return f"{name}: {self.types.name(type(value)) if is_table(type(value)) or isinstance(value, (bool, int, str)) else 'typing.Any'}"

    def a_class(self, node: ast.ClassDef, cls: type) -> list[str]:
        bases = ", ".join(self.base(base, cls) for base in node.bases)
        head = [f"@{ast.unparse(one)}" for one in node.decorator_list] + [f"class {node.name}{f'({bases})' if bases else ''}:"]
        body = docstring(node) + [line for one in node.body for line in self.member(one, cls)]
        if is_table(cls):
            body += self.made_by_the_table(cls, {name for one in node.body for name in names_of(one)})
        return head + indented(body or ["..."])

    def base(self, base: ast.expr, cls: type) -> str:
        """A base class, for a container with the coordinate that it stands on."""
        text = ast.unparse(base)
        found = eval(text, vars(self.module)) if "[" not in text else None
        if not is_container(found) or is_struct(found) or getattr(found, "coordinate", None) is not None:
            return text
        place = getattr(cls, "coordinate", None)
        return f"{text}[{self.types.own('haldls.container.K') if place is None else self.types.name(place)}]"

    def member(self, node: ast.stmt, cls: type) -> list[str]:
        if isinstance(node, ast.ClassDef):
            return self.a_class(node, vars(cls)[node.name])
        if isinstance(node, ast.FunctionDef):
            hidden = node.name in ("__init_subclass__", "__getattr__") or self.implements_overloads(node, cls)
            return [] if hidden else self.excused(node, function(node))
        if isinstance(node, ast.AnnAssign):
            target = ast.unparse(node.target)
            default = " = ..." if node.value is not None and not is_table(cls) else ""
            return [f"{target}: {ast.unparse(node.annotation)}{default}"]
        if isinstance(node, ast.Assign):
            if not is_table(cls):
                return self.excused(node, [ast.unparse(node)])
            return [line for name in names_of(node) for line in self.attribute(node, name, cls)]
        return []

    def implements_overloads(self, node: ast.FunctionDef, cls: type) -> bool:
        return not node.decorator_list and bool(typing.get_overloads(vars(cls)[node.name]))

    def attribute(self, node: ast.Assign, name: str, cls: type) -> list[str]:
        """What an assignment in the body of a table makes."""
        from halco._conversions import BitField, at, each, to
        from haldls import container
        from haldls.fields import Field
        from haldls.lola.table import Preset

        value, types = vars(cls).get(name), self.types
        if isinstance(value, Field):
            hides = name in container.Container.__annotations__  # what is said of all containers
            excuse = "  # type: ignore" if hides else ""
            return [f"{name}: {types.descriptor(value)}{excuse}", *([repr(value.doc)] if value.doc else [])]
        if isinstance(value, (to, each)):
            return [conversion(name, value, types)]
        if isinstance(value, BitField):
            return [f"{name}: {types.own('halco._conversions.BitField')}[{types.name(value.part)}]"]
        if isinstance(value, (at, Preset)):
            return [f"{name}: {types.own(f'{type(value).__module__}.{type(value).__name__}')}"]
        if inspect.isfunction(value) or type(value).__name__ == "cython_function_or_method":
            return self.accessor(node, name, cls)
        if inspect.isclass(value):
            alias = f"typing.TypeAlias = {types.name(value)}"
            return [f"{name}: " + (f"typing.ClassVar[type[{types.name(value)}]]" if name == "coordinate" else alias)]
        known = hasattr(container.Container, name) or name == "parts"
        if name.startswith("_") or known:
            return []
        return [f"{name}: typing.ClassVar[{type(value).__name__ if isinstance(value, (bool, int, str)) else 'typing.Any'}]"]

    def accessor(self, node: ast.Assign, name: str, cls: type) -> list[str]:
        """`get_x` or `set_x` of an array, a group or a part of a label."""
        from halco._conversions import BitField

        if not isinstance(node.value, ast.Call) or not isinstance(node.value.func, ast.Attribute):
            return [ast.unparse(node)]  # another name for a method
        field: Any = vars(cls)[ast.unparse(node.value.func.value)]
        if isinstance(field, BitField):
            part = self.types.name(field.part)
            return [f"def {name}(self) -> {part}: ..." if name.startswith("get") else f"def {name}(self, value: {part} | int) -> None: ..."]
        element, index = self.types.name(field.type), f"index: {self.types.name(field.index)} | int"
        if name.startswith("get"):
            return [f"def {name}(self, {index}) -> {element}: ..."]
        assigned = element if type(field).__name__ == "Group" else self.types.assigned(field)
        return [f"def {name}(self, {index}, value: {assigned}) -> None: ..."]

    def made_by_the_table(self, cls: type, written: set[str]) -> list[str]:
        """Constructor and methods that no statement of the body shows."""
        lines = []
        if "__init__" not in written:
            lines += container_constructor(cls, self.types) if is_container(cls) else coordinate_constructor(cls, self.types)
        return lines + [line for name, line in methods(cls, self.types).items() if name not in written]


def names_of(node: ast.stmt) -> list[str]:
    """Names that a statement binds."""
    if isinstance(node, (ast.ClassDef, ast.FunctionDef)):
        return [node.name]
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    every = [one for target in targets for one in (target.elts if isinstance(target, ast.Tuple) else [target])]
    return [one.id for one in every if isinstance(one, ast.Name)]


def docstring(node: Any) -> list[str]:
    text = ast.get_docstring(node)
    return [f'"""{text}"""'.replace("\\", "\\\\")] if text else []


def function(node: ast.FunctionDef) -> list[str]:
    head = [f"@{ast.unparse(one)}" for one in node.decorator_list]
    arguments, returned = ast.unparse(node.args), f" -> {ast.unparse(node.returns)}" if node.returns else ""
    return [*head, f"def {node.name}({arguments}){returned}:", *indented(docstring(node) or ["..."])]


def indented(lines: list[str]) -> list[str]:
    return ["    " + line for one in lines for line in one.split("\n")]


def container_constructor(cls: Any, types: Types) -> list[str]:
    """Fields by name, some by position, or another container of the class to copy."""
    fields = {field.name: field for field in cls.fields()}
    if not fields:
        return []
    placed = [f"{name}: {types.argument(fields[name])} = ..." for name in cls.constructor]
    others = {name: field for name, field in fields.items() if name not in cls.constructor and not field.readonly}
    named = [f"{name}: {types.argument(field)} = ..." for name, field in others.items()]
    named += [f"{other}: {types.argument(fields[name])} = ..." for other, name in cls.keywords.items()]
    rest = ["*", *named] if named else []
    copying = f"def __init__(self, other: typing.Self, /{', ' if rest else ''}{', '.join(rest)}) -> None: ..."
    plain = f"def __init__({', '.join(['self', *placed, *rest])}) -> None: ..."
    return ["@typing.overload", copying, "@typing.overload", plain]


def coordinate_constructor(cls: Any, types: Types) -> list[str]:
    """Of grids, mixins and intervals that are declared here; numbers have the constructor of all numbers."""
    own, position = vars(cls), f"{POSITION} | typing.Self"
    if "x_type" in own:
        x, y = types.name(cls.x_type), types.name(cls.y_type)
        x, y = f"x: {x} | halco._core.X", f"y: {y} | halco._core.Y"
        ways = [f"{x} | {INT}, {y} | {INT}", f"{y}, {x} | {INT}, /"]
    elif "local_type" in own:
        local, unit = types.name(cls.local_type), types.name(cls.mixed_in_type)
        ways = [f"{cls.part_names[0]}: {local} | {INT}, {cls.part_names[1]}: {unit} | {INT} = ..."]
        position = f"{position} | {local}"
    elif "bound_type" in own:
        bound = types.name(cls.bound_type)
        ways = [f"min: {bound} | {INT}, max: {bound} | {INT}"]
    else:
        return []
    every = [f"position: {position} = ...", *ways]
    return [line for way in every for line in ("@typing.overload", f"def __init__(self, {way}) -> None: ...")]


def conversion(name: str, found: Any, types: Types) -> str:
    import halco

    target = types.name(getattr(halco, found.target))
    if isinstance(getattr(found, "index", None), int):
        target = f"list[{target}]"
    elif hasattr(found, "index"):
        target = types.own("halco.typed_array.TypedArray")
    elif found.optional:
        target += " | None"
    return f"def {name}(self) -> {target}: ..."


def methods(cls: Any, types: Types) -> dict[str, str]:
    """Conversions and parts of a coordinate; a mixin offers those of its local part, too."""
    from halco._conversions import each, to

    own = vars(cls)
    made = {name: conversion(name, found, types) for name, found in own.items() if isinstance(found, (to, each))}
    if "x_type" in own:
        made |= {axis: f"def {axis}(self) -> {types.name(getattr(cls, f'{axis}_type'))}: ..." for axis in ("x", "y")}
    if "bound_type" in own and "local_type" not in own:
        bound = types.name(cls.bound_type)
        made |= {name: f"def {name}(self) -> {bound}: ..." for name in ("toMin", "toMax")}
        made["__getitem__"] = f"def __getitem__(self, index: int) -> {bound}: ..."
    if "local_type" in own:
        made["split"] = f"def split(self) -> tuple[{types.name(cls.mixed_in_type)}, {types.name(cls.local_type)}]: ..."
        made = {**of_local(cls, types), **made}
    return made


def of_local(cls: Any, types: Types) -> dict[str, str]:
    found: dict[str, str] = {}
    for base in reversed(cls.local_type.__mro__):
        found |= methods(base, types)
        for name, one in vars(base).items():
            if inspect.isfunction(one) and not name.startswith("_") and base.__module__.startswith("halco.") and "_" not in base.__module__:
                returned = inspect.signature(one).return_annotation
                found[name] = f"def {name}(self) -> {returned if isinstance(returned, str) else types.name(returned)}: ..."
    if cls.local_type.is_interval:
        found |= {"length": "def length(self) -> int: ...", "__len__": "def __len__(self) -> int: ..."}
        found["contains"] = f"def contains(self, position: {types.name(cls.local_type.bound_type)}) -> bool: ..."
    return {name: line for name, line in found.items() if not hasattr(cls, name) or name.startswith("__")}


def reading() -> str:
    """What reading each coordinate gives."""
    importlib.import_module("haldls.lola")
    from haldls import container_on

    types = Types()
    pairs = sorted((types.name(place), types.name(container)) for place, container in container_on.items() if readable(container))
    ways = ("Reading", "", "backend: fisch.Backend | str | None = None", "ContainerTicket"), (
        "ReadingAtTimes", "time: haldls.Timer.Value, ", "", "AbsoluteTimePlaybackProgramContainerTicket",
    )  # fmt: skip
    lines = []
    for name, before, after, ticket in ways:
        lines.append(f"class {name}:")
        for place, container in pairs:
            arguments = ", ".join(one for one in ("self", before.rstrip(", "), f"coordinate: {place}", after) if one)
            lines += ["    @typing.overload", f"    def read({arguments}) -> {ticket}[{container}]: ..."]
    imports = [f"import {name}" for name in sorted({"typing", "fisch", "haldls", *types.modules})]
    tickets = [
        "from stadls.absolute_time import AbsoluteTimePlaybackProgramContainerTicket",
        "from stadls.ticket import ContainerTicket",
    ]
    return "\n".join(["# written by tools/stubs.py; not to be edited", *imports, *tickets, *lines]) + "\n"


def readable(container: Any) -> bool:
    return not hasattr(container, "layout") or any(container.layout(backend).n_read for backend in container.backends)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
