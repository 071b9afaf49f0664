"""Handles: what a user holds of an open connection. One element per FPGA in every list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

from fisch.connection import Connection, ConnectionTimeInfo, MultiConnection
from fisch.hwdb import HwdbEntry


class ConnectionHandle(MultiConnection):
    """Handle of any kind of connection. Only a managed connection makes one: `with ManagedConnection() as connection`."""

    def __init__(self) -> None:
        raise TypeError(f"{type(self).__name__}: No constructor defined! Use `with ManagedConnection() as connection`.")

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(map(repr, self.connections))})"

    @classmethod
    def of(cls, connections: Sequence[Connection]) -> Self:
        """Handle of open connections; for those who manage them."""
        made = cls.__new__(cls)
        MultiConnection.__init__(made, connections)
        return made

    def __len__(self) -> int:
        """Number of FPGAs."""
        return self.size

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
