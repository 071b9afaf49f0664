"""What tables make of a class beside its fields: constructors, conversions, parts of coordinates."""

import inspect
from typing import Any

from texts import INT, POSITION, Types

import halco
from halco.conversions import each, to

KINDS = ("halco.kinds", "halco.value")
"""Modules of what coordinates are made of; they have stubs of their own."""


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
        x, y = f"x: {x} | halco.value.X", f"y: {y} | halco.value.Y"
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
            own = base.__module__.startswith("halco.") and "_" not in base.__module__ and base.__module__ not in KINDS
            if inspect.isfunction(one) and not name.startswith("_") and own:
                returned = inspect.signature(one).return_annotation
                found[name] = f"def {name}(self) -> {returned if isinstance(returned, str) else types.name(returned)}: ..."
    if cls.local_type.is_interval:
        found |= {"length": "def length(self) -> int: ...", "__len__": "def __len__(self) -> int: ..."}
        found["contains"] = f"def contains(self, position: {types.name(cls.local_type.bound_type)}) -> bool: ..."
    return {name: line for name, line in found.items() if not hasattr(cls, name) or name.startswith("__")}
