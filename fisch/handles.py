"""Handles: what a user holds of an open connection. One element per FPGA in every list."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Self

from fisch.connection import Connection, ConnectionTimeInfo, MultiConnection
from fisch.errors import FischError
from fisch.hwdb import HwdbEntry
from fisch.insight import Insight
from fisch.registry import insight_into


class ConnectionHandle(MultiConnection):
    """Handle of any kind of connection. Only a managed connection makes one: `with ManagedConnection() as connection`."""

    def __init__(self) -> None:
        raise TypeError(f"{type(self).__name__}: No constructor defined! Use `with ManagedConnection() as connection`.")

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(map(repr, self.connections))})"

    @classmethod
    def of(cls, connections: Sequence[Connection]) -> Self:
        """Handle of open connections, of the class that belongs to their kind; for those who manage them."""
        kind: type[Any] = _HANDLES.get(connections[0].kind, cls) if cls is ConnectionHandle and connections else cls
        made: Self = cls.__new__(kind)
        MultiConnection.__init__(made, connections)
        return made

    def __len__(self) -> int:
        """Number of FPGAs."""
        return self.size

    @property
    def insight(self) -> Insight:
        """What can be seen and done of the (first) chip where it is a model: `connection.insight.report()`; see `fisch.insight`."""
        return self.insight_into(0)

    def insight_into(self, chip: int) -> Insight:
        """The same for any of several chips. Raises what `hicannx.Insight` does where there is no model."""
        return insight_into(self, chip)

    @property
    def time_info(self) -> list[ConnectionTimeInfo]:
        """Where the time since opening went."""
        return self.time_infos

    @property
    def bitfile_info(self) -> list[str]:
        """What each FPGA says about its configuration."""
        return self.bitfile_infos

    @property
    def repo_state(self) -> list[str]:
        """Version of the software at the other end."""
        return self.repo_states

    def get_unique_identifier(self, hwdb_path: str | None = None) -> list[str]:
        """Name of each chip, for FPGAs over UDP as the hardware database at the path has it (None: the one the connection has used)."""
        return [connection.identifier_in(hwdb_path) for connection in self.connections]

    def get_hwdb_entry(self) -> list[HwdbEntry]:
        """What is known about each setup."""
        return self.hwdb_entries


class MultiZeroMockConnectionHandle(ConnectionHandle):
    """Handle of connections to nothing."""


class MultiARQConnectionHandle(ConnectionHandle):
    """Handle of connections to FPGAs over UDP."""


class MultiSimConnectionHandle(ConnectionHandle):
    """Handle of connections to a register-transfer simulation."""


class QuiggeldyConnectionHandle(ConnectionHandle):
    """Handle of a connection to a service that shares one setup between users."""

    use_munge = False
    """Users are known by tokens here, or by the names they say; it can be set, and changes nothing."""

    @property
    def connection_attempts_max(self) -> int:
        """How often a lost connection is tried again."""
        return int(self._sessions[0].connection_attempts_max)

    @connection_attempts_max.setter
    def connection_attempts_max(self, attempts: int) -> None:
        for session in self._sessions:
            session.connection_attempts_max = int(attempts)

    @property
    def connection_attempt_wait_after(self) -> timedelta:
        """Time between two attempts."""
        return timedelta(seconds=self._sessions[0].connection_attempt_wait_after)

    @connection_attempt_wait_after.setter
    def connection_attempt_wait_after(self, wait: timedelta) -> None:
        for session in self._sessions:
            session.connection_attempt_wait_after = wait.total_seconds()

    @property
    def out_of_order(self) -> bool:
        """Whether programs may overtake each other; here one is in flight at a time, so none does. Raises RuntimeError when taken back."""
        return getattr(self, "_out_of_order", False)

    @out_of_order.setter
    def out_of_order(self, value: bool) -> None:
        if self.out_of_order and not value:
            raise FischError("Cannot switch back to in-order execution after having executed out-of-order.")
        self._out_of_order = bool(value)

    @property
    def _sessions(self) -> list[Any]:
        """Of the chips: those of one setup have one in common."""
        return [connection.session for connection in self.connections]  # type: ignore[attr-defined]  # those of this kind have one


_HANDLES: dict[str, type[ConnectionHandle]] = {"quiggeldy": QuiggeldyConnectionHandle}
