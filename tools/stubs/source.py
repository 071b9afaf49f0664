"""The stub of a module: its source without bodies, with what the tables make of its classes."""

import ast
import inspect
import typing
from pathlib import Path
from typing import Any, get_args

from members import container_constructor, conversion, coordinate_constructor, methods
from texts import Types, is_container, is_struct, is_table

from halco.conversions import BitField, at, each, to
from haldls.container import Container
from haldls.fields import Field
from haldls.lola.table import Preset


class Stub:
    """The stub of one module."""

    def __init__(self, module: Any) -> None:
        self.module, self.types = module, Types()
        source = Path(module.__file__).read_text()
        self.tree, self.lines = ast.parse(source), source.split("\n")

    def text(self) -> str:
        body = [line for node in self.tree.body for line in self.statement(node)]
        imports = [f"import {name}" for name in sorted({"typing", *self.types.modules})]
        head = f"# written by tools/stubs from {self.module.__name__}; not to be edited"
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
        value, types = vars(cls).get(name), self.types
        if isinstance(value, Field):
            hides = name in Container.__annotations__  # what is said of all containers
            excuse = "  # type: ignore" if hides else ""
            return [f"{name}: {types.descriptor(value)}{excuse}", *([repr(value.doc)] if value.doc else [])]
        if isinstance(value, (to, each)):
            return [conversion(name, value, types)]
        if isinstance(value, BitField):
            return [f"{name}: {types.own('halco.conversions.BitField')}[{types.name(value.part)}]"]
        if isinstance(value, (at, Preset)):
            return [f"{name}: {types.own(f'{type(value).__module__}.{type(value).__name__}')}"]
        if inspect.isfunction(value) or type(value).__name__ == "cython_function_or_method":
            return self.accessor(node, name, cls)
        if inspect.isclass(value):
            alias = f"typing.TypeAlias = {types.name(value)}"
            return [f"{name}: " + (f"typing.ClassVar[type[{types.name(value)}]]" if name == "coordinate" else alias)]
        known = hasattr(Container, name) or name == "parts"
        if name.startswith("_") or known:
            return []
        return [f"{name}: typing.ClassVar[{type(value).__name__ if isinstance(value, (bool, int, str)) else 'typing.Any'}]"]

    def accessor(self, node: ast.Assign, name: str, cls: type) -> list[str]:
        """`get_x` or `set_x` of an array, a group or a part of a label."""
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
