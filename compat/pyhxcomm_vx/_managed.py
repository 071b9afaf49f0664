"""Context managers that open connections and close them again."""

from __future__ import annotations

import os
from collections.abc import Iterable
from types import TracebackType
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Never, TypeVar

from fisch import Connection, connection_from_environment, connection_kind
from fisch.errors import ConnectionFailedError, not_portable
from fisch.handles import (
    ConnectionHandle,
    MultiARQConnectionHandle,
    MultiSimConnectionHandle,
    MultiZeroMockConnectionHandle,
    QuiggeldyConnectionHandle,
)

Handle = TypeVar("Handle", bound=ConnectionHandle)


class _Managed(Generic[Handle]):
    """Opens on entering, closes on leaving; can be entered again afterwards."""

    _handle: Handle | None = None

    def _open(self) -> Handle:
        raise NotImplementedError

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            """Explains where the attribute of a connection is to be found."""
            if name.startswith("__"):
                raise AttributeError(f"{type(self).__name__} has no attribute {name!r}")
            kind = type(self).__name__
            raise AttributeError(f"{kind} opens a connection but is none: ask for {name} what `with {kind}() as connection` gives")

    def __reduce__(self) -> Never:
        not_portable(self, "make one in each process")

    def __repr__(self) -> str:
        name = type(self).__name__
        return f"<{name}, which opens and closes a connection: with {name}() as connection: ...>"

    def __enter__(self) -> Handle:
        if self._handle is not None:
            raise ConnectionFailedError("this connection is open already")
        self._handle = self._open()
        return self._handle

    def __exit__(
        self, kind: type[BaseException] | None = None, error: BaseException | None = None, trace: TracebackType | None = None
    ) -> None:
        """Closes the connection; test fixtures call it by hand, without arguments."""
        if self._handle is not None:
            self._handle.close()
            self._handle = None


class ManagedConnection(_Managed[ConnectionHandle]):
    """The connection that the environment asks for; with nothing set, the embedded model."""

    def _open(self) -> ConnectionHandle:
        return ConnectionHandle.of(connection_from_environment().connections)


class _OfKind(_Managed[Handle]):
    """Connections of one kind: those that the environment describes, or one per tuple of constructor arguments."""

    _kind: ClassVar[str]
    _class: ClassVar[type[ConnectionHandle]]

    def __init__(self, arguments: Iterable[tuple[Any, ...]] | None = None) -> None:
        self._arguments = None if arguments is None else [tuple(each) for each in arguments]

    def _open(self) -> Handle:
        kind = connection_kind(self._kind)
        if self._arguments is None:
            return self._class.of(kind.from_environment(dict(os.environ)))  # type: ignore[return-value]
        return self._class.of(_all_or_none(kind, self._arguments))  # type: ignore[return-value]


def _all_or_none(kind: type[Connection], arguments: list[tuple[Any, ...]]) -> list[Connection]:
    """Opens one connection per tuple; if one of them fails, those before are closed again."""
    opened: list[Connection] = []
    try:
        for each in arguments:
            opened.append(kind(*each))
    except BaseException:
        for connection in opened:
            connection.close()
        raise
    return opened


class ManagedMultiZeroMockConnection(_OfKind[MultiZeroMockConnectionHandle]):
    """Connections to nothing; arguments: one tuple (nanoseconds per message,) each, default one with 8 ns."""

    _kind, _class = "zeromock", MultiZeroMockConnectionHandle


class ManagedMultiARQConnection(_OfKind[MultiARQConnectionHandle]):
    """Connections to FPGAs over UDP; arguments: one tuple (IP address,) each."""

    _kind, _class = "arq", MultiARQConnectionHandle


class ManagedMultiSimConnection(_OfKind[MultiSimConnectionHandle]):
    """Connections to a register-transfer simulation; arguments: one tuple (IP address, port) each."""

    _kind, _class = "simulation", MultiSimConnectionHandle


class ManagedQuiggeldyConnection(_OfKind[QuiggeldyConnectionHandle]):
    """A setup shared with other users; arguments: IP address, port, token or None."""

    _kind, _class = "quiggeldy", QuiggeldyConnectionHandle

    def __init__(self, *arguments: Any) -> None:
        super().__init__([arguments] if arguments else None)
