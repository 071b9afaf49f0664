"""Every public name says what it is: classes, functions, methods, properties, fields of registers, constants."""

import ast
import inspect
from collections.abc import Iterator
from enum import Enum
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from haldls.fields import Field

PACKAGES = ("halco", "haldls", "haldls.lola", "fisch", "stadls", "grenade", "hicannx_sim", "hicannx")
METHODS = (property, classmethod, staticmethod)


def public_names(package: Any) -> list[str]:
    """What the package offers: `__all__`, or everything without underscore that is defined below it."""
    names = getattr(package, "__all__", None) or [name for name in vars(package) if not name.startswith("_")]
    return [name for name in names if not inspect.ismodule(getattr(package, name)) and is_ours(getattr(package, name))]


def is_ours(thing: Any) -> bool:
    """Whether it is defined in one of our packages, as far as it tells."""
    home = getattr(thing, "__module__", None) if inspect.isclass(thing) or callable(thing) else "halco"
    return isinstance(home, str) and home.split(".")[0] in {name.split(".")[0] for name in PACKAGES}


def undocumented(thing: Any, path: str) -> Iterator[str]:
    """Paths of everything at or below a class or function that has no docstring."""
    if not (inspect.getdoc(thing) or "").strip():
        yield path
    if inspect.isclass(thing):
        if not (vars(thing).get("__doc__") or "").strip() or vars(thing)["__doc__"] == dataclass_text(thing):
            yield f"{path} (of its own)"
        for name, member in vars(thing).items():
            if not name.startswith("_"):
                yield from of_member(thing, name, member, f"{path}.{name}")


def dataclass_text(thing: type) -> str | None:
    """The text that a dataclass without docstring gets."""
    return f"{thing.__name__}{inspect.signature(thing)}".replace(" -> None", "") if hasattr(thing, "__dataclass_fields__") else None


def of_member(owner: type, name: str, member: Any, path: str) -> Iterator[str]:
    if isinstance(member, Field):
        yield from of_field(member, path)
    elif inspect.isclass(member):
        if member.__qualname__.startswith(owner.__qualname__ + "."):
            yield from undocumented(member, path)
    elif (isinstance(member, METHODS) or inspect.isroutine(member)) and not isinstance(member, Enum):
        function = getattr(owner, name) if not isinstance(member, property) else member
        if not (inspect.getdoc(function) or inherited(owner, name) or "").strip():
            yield path


def of_field(field: Field, path: str) -> Iterator[str]:
    """The field itself, and those of the structures in it."""
    if not field.doc.strip():
        yield f"{path} (field)"
    if hasattr(field.type, "fields"):
        if not inspect.getdoc(field.type):
            yield f"{field.type.__qualname__}"
        for inner in field.type.fields():
            yield from of_field(inner, f"{path}.{inner.name}")


def inherited(owner: type, name: str) -> str | None:
    """Docstring of the method that this one overrides."""
    return next((doc for base in owner.__mro__[1:] if (doc := inspect.getdoc(vars(base).get(name)))), None)


@pytest.mark.parametrize("name", PACKAGES)
def test_classes_and_functions(name):
    package = import_module(name)
    things = {f"{name}.{public}": getattr(package, public) for public in public_names(package)}
    missing = [one for path, thing in things.items() if callable(thing) for one in undocumented(thing, path)]
    assert not missing, f"{len(missing)} public names without a docstring: " + ", ".join(sorted(set(missing)))


def explained_constants(file: Path) -> Iterator[tuple[str, bool]]:
    """(name, whether a string follows) of each assignment in a module."""
    body = ast.parse(file.read_text()).body
    for statement, after in zip(body, [*body[1:], None], strict=True):
        targets = [statement.target] if isinstance(statement, ast.AnnAssign) else getattr(statement, "targets", [])
        explained = isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant) and isinstance(after.value.value, str)
        yield from ((target.id, explained) for target in targets if isinstance(target, ast.Name))


@pytest.mark.parametrize("name", PACKAGES)
def test_constants(name):
    """Public constants have their meaning in a string below them."""
    package = import_module(name)
    root = Path(package.__file__ or "").parent
    found: dict[str, bool] = {}
    for file in root.rglob("*.py"):
        for constant, explained in explained_constants(file):
            found[constant] = found.get(constant, False) or explained
    constants = [public for public in public_names(package) if not callable(getattr(package, public))]
    missing = [public for public in constants if not found.get(public, True)]
    assert not missing, f"public constants without explanation: {', '.join(missing)}"


def test_packages_and_modules():
    """Every module tells what it is for."""
    for name in PACKAGES:
        package = import_module(name)
        assert package.__doc__
        for file in Path(package.__file__ or "").parent.rglob("*.py"):
            assert ast.get_docstring(ast.parse(file.read_text())), file
        for file in Path(package.__file__ or "").parent.rglob("*.pyx"):
            text = "\n".join(line for line in file.read_text().splitlines() if not line.startswith("#"))
            assert text.lstrip().startswith('"""'), file
