"""What the subcommands print and write."""

import os
import sys
from argparse import Namespace
from importlib.metadata import PackageNotFoundError, version

import numpy

import fisch
import haldls
from fisch.database import configured
from fisch.environment import TABLE, require_known, setting
from fisch.registry import chosen_kind, connection_from_environment
from haldls import lola
from hicannx.commands import DEFAULT_FOLDER
from hicannx.registers import write_book, write_systemrdl
from hicannx.served import IPS_VARIABLE, status_line
from hicannx.trust import Trust, place
from hicannx.trust import accuracy as rate
from hicannx_sim import ModelConnection


def info(chosen: Namespace) -> int:
    """Versions, kinds of connections, and what a script would get here. Nobody's session is disturbed."""
    require_known(os.environ)
    kind, variable = chosen_kind(os.environ)
    chosen_by = f"chosen by {variable}" if variable else "chosen"
    lines = [
        ("hicannx", _version("hicannx")),
        ("Python, numpy", f"{sys.version.split()[0]}, {numpy.__version__}"),
        ("connections", ", ".join(f"{name} ({chosen_by})" if name == kind else name for name in fisch.kinds())),
        *_set(),
        *_chosen(kind, variable),
    ]
    for name, text in lines:
        print(f"{name:<14} {text}")
    return 0


def _set() -> list[tuple[str, str]]:
    """The variables that are set, all of which have to say something that they may."""
    names = [name for name in TABLE if os.environ.get(name)]
    for name in names:
        setting(os.environ, name)
    lines = [("set", f"{name}={os.environ[name]} ({TABLE[name].meaning})") for name in names]
    database = configured(os.environ)
    return lines if database is None else [*lines, ("database", f"{sum(1 for _ in database.setups())} setups")]


def _chosen(kind: str, variable: str) -> list[tuple[str, str]]:
    """What stands behind the connection that the environment chooses."""
    if kind == "model":
        return [("virtual chip", line) for line in _virtual_chips()]
    if kind == "arq":
        addresses = setting(os.environ, IPS_VARIABLE)
        return [("address", status_line(address)) for address in addresses] or [("addresses", f"none: {IPS_VARIABLE} is empty")]
    if kind not in fisch.kinds():
        return [("not here", f"connections of kind {kind} do not come with this package; unset {variable} to use a virtual chip")]
    return [("chip", "none: every read gives 0")] if kind == "zeromock" else []


def _version(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return "not installed, run from its sources"


def _virtual_chips() -> list[str]:
    with connection_from_environment() as together:
        return [_virtual_chip(one) for one in together.connections if isinstance(one, ModelConnection)]


def _virtual_chip(connection: ModelConnection) -> str:
    system = connection.system
    mode = system.identity.mode.value
    return f"serial {system.identity.serial}, {mode}, seed {system.seed}{', strict' if system.strict else ''}: {connection.identifier}"


def accuracy(chosen: Namespace) -> int:
    """One register, or all of them."""
    if chosen.register is not None:
        print(_one(chosen.register))
        return 0
    for container in [*haldls.containers, *(one for one in lola.containers if hasattr(one, "parts"))]:
        print(_line(container.__name__, rate(container)))
    return 0


def _one(text: str) -> str:
    try:
        address = int(text, 0)
    except ValueError:
        return _line(text, rate(text))
    return f"{address:#010x}, {place(address)}\n{_line('', rate(address)).strip()}"


def _line(name: str, trust: Trust) -> str:
    return f"{name:<34} {trust.accuracy.name.lower():<12} {trust.note}".rstrip()


def docs(chosen: Namespace) -> int:
    """The register documentation."""
    if chosen.systemrdl is not None:
        write_systemrdl(chosen.systemrdl)
        print(f"registers as SystemRDL: {chosen.systemrdl}")
    if chosen.output is not None or chosen.systemrdl is None:
        written = write_book(chosen.output or DEFAULT_FOLDER)
        print(f"{len(written)} pages, begin with {written[0]}")
    return 0
