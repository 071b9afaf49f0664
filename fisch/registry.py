"""Kinds of connections: where they are registered and how the environment chooses one (facts: transport 5.2)."""

import os
from collections.abc import Mapping

from fisch.connection import Connection, MultiConnection
from fisch.environment import EMBEDDED, require_known, setting
from fisch.errors import ConnectionFailedError, UsageError
from fisch.insight import Insight
from fisch.zero_mock import ZeroMockConnection

ENTRY_POINTS = "fisch.connections"
INSIGHT = "fisch.insight"
DEFAULT = "model"
BUILT_IN = {"arq": "fisch.arq:ARQConnection", "quiggeldy": "fisch.service.connection:ServiceConnection"}  # loaded when first asked for

_registered: dict[str, type[Connection]] = {}


def register(kind: type[Connection]) -> type[Connection]:
    """Makes a kind of connection known in this process under its `kind` name (also as a decorator)."""
    _registered[kind.kind] = kind
    return kind


register(ZeroMockConnection)


def _installed() -> dict[str, object]:
    import importlib.metadata  # costs more than all of this package, and is needed only when somebody connects

    built_in = [importlib.metadata.EntryPoint(name, value, ENTRY_POINTS) for name, value in BUILT_IN.items()]
    return {point.name: point for point in (*built_in, *importlib.metadata.entry_points(group=ENTRY_POINTS))}


def insight_into(connection: MultiConnection, chip: int) -> Insight:
    """What looks into chip number `chip` of a connection. Raises UsageError where nothing is installed that could."""
    import importlib.metadata  # see above

    for point in importlib.metadata.entry_points(group=INSIGHT):
        made: Insight = point.load()(connection, chip)
        return made
    raise UsageError("nothing is installed that looks into models: pip install hicannx")


def kinds() -> list[str]:
    """Names of all kinds that can be had here."""
    return sorted({*_registered, *_installed()})


def connection_kind(name: str) -> type[Connection]:
    """The class of connections of that name; ConnectionFailedError when it is not there."""
    if name in _registered:
        return _registered[name]
    installed = _installed()
    if name not in installed:
        available = ", ".join(kinds())
        raise ConnectionFailedError(
            f"No executor backend found to connect to. Connections of kind '{name}' are not available, only {available}."
        )
    try:
        return register(installed[name].load())  # type: ignore[attr-defined]
    except (ImportError, AttributeError) as error:
        raise ConnectionFailedError(f"connections of kind '{name}' are announced, but cannot be loaded: {error}") from error


def chosen_kind(environ: Mapping[str, str]) -> tuple[str, str]:
    """Which kind the environment asks for, and the variable that says so (empty: nothing is set). SettingError."""
    for variable, kind in (("HXCOMM_ENABLE_ZERO_MOCK", "zeromock"), ("QUIGGELDY_ENABLED", "quiggeldy")):
        if setting(environ, variable):
            return kind, variable
    if environ.get("SLURM_FPGA_IPS", "").strip() == EMBEDDED:
        return DEFAULT, "SLURM_FPGA_IPS"
    for variable, kind in (("SLURM_FPGA_IPS", "arq"), ("FLANGE_SIMULATION_RCF_PORT", "simulation")):
        if variable in environ:
            return kind, variable
    return DEFAULT, ""


def connection_from_environment(environ: Mapping[str, str] | None = None) -> MultiConnection:
    """Connects to what the environment asks for; with nothing set, to the embedded model. ConnectionFailedError, SettingError."""
    environ = os.environ if environ is None else environ
    require_known(environ)
    kind, variable = chosen_kind(environ)
    try:
        connection = connection_kind(kind)
    except ConnectionFailedError as error:
        hint = f" {variable} asks for it: unset it to use the embedded model." if variable else ""
        raise ConnectionFailedError(f"{error}{hint}") from None
    return MultiConnection(connection.from_environment(dict(environ)))
