"""Connections to a chosen virtual chip."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from operator import index
from types import TracebackType
from typing import TYPE_CHECKING, Any

from fisch import ConnectionHandle, MultiConnection, connection_from_environment
from fisch.environment import setting
from fisch.registry import DEFAULT, chosen_kind
from hicannx.errors import HicannxError
from hicannx_sim import Mode, ModelConnection


def variable_of_another() -> str:
    """The environment variable that chooses another connection than one to a virtual chip in this process; empty if none does."""
    kind, variable = chosen_kind(os.environ)
    return variable if kind != DEFAULT else ""


@contextmanager
def connect_as_chosen() -> Iterator[ConnectionHandle]:
    """The connection that the environment chooses, with the handle that `hxcomm.ManagedConnection` gives."""
    with connection_from_environment() as opened:
        yield ConnectionHandle.of(opened.connections)


@contextmanager
def one_chip() -> Iterator[MultiConnection]:
    """The connection that the environment chooses, to one chip. Raises HicannxError if it chooses several."""
    with connection_from_environment() as opened:
        if opened.size > 1:
            raise HicannxError(f"{variable_of_chips()} chooses {opened.size} chips, and this takes one")
        yield opened


def variable_of_chips() -> str:
    """The variable that says how many chips the environment chooses."""
    return chosen_kind(os.environ)[1] or "HICANNX_CHIP"


def _serials(given: Any) -> list[Any]:
    """Of one chip or several."""
    try:
        return [index(given)]
    except TypeError:
        return list(given) if isinstance(given, Iterable) else [given]


class _Opening:
    """What `connect` gives: `with` opens the connection, its end closes it."""

    def __init__(self, connected: Callable[[], ConnectionHandle]) -> None:
        self._connected = connected
        self._handles: list[ConnectionHandle] = []

    def __enter__(self) -> ConnectionHandle:
        self._handles.append(self._connected())
        return self._handles[-1].__enter__()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._handles.pop().__exit__(kind, error, trace)

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            """Explains where the attribute of a connection is to be found."""
            raise AttributeError(f"connect() opens a connection but is none: ask for {name} what `with connect() as connection` gives")


def connect(
    serial: int | Sequence[int] | None = None,
    mode: Mode | str | None = None,
    seed: int | None = None,
    strict: bool | None = None,
    setup: str | None = None,
) -> _Opening:
    """A connection to a virtual chip of one's choice, with the handle that `hxcomm.ManagedConnection` gives.

    serial   0 .. 2**32 - 1: whose fixed pattern the circuits have; a list of them for several chips
    mode     "typical", or "ideal" for circuits without fixed pattern and noise
    seed     0 .. 2**64 - 1: the trial noise
    strict   an access to something undefined or not modelled raises an error
    setup    "cube", or "jboa": several chips of a jBOA are one setup whose FPGAs exchange spikes, several cubes are setups of their own

    What is not given comes from HICANNX_CHIP, HICANNX_MODE, HICANNX_SEED, HICANNX_STRICT and HICANNX_SETUP, else 0, typical, 0, not strict,
    cube. The chip has just been powered on. Raises hicannx_sim.ConfigurationError for values out of range.

    >>> with connect(serial=7, mode="ideal") as connection:
    ...     connection.get_unique_identifier()
    ['hxcube0fpga0chip7_1']
    >>> with connect(serial=[7, 8]) as connection:  # runs take a list of two programs
    ...     connection.size
    2
    """
    mode = mode.value if isinstance(mode, Mode) else mode

    def connected() -> ConnectionHandle:
        serials = setting(os.environ, "HICANNX_CHIP") if serial is None else _serials(serial)
        return ConnectionHandle.of(ModelConnection.several(serials, mode, seed, strict, setup))

    return _Opening(connected)
