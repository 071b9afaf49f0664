"""Connections that are initialised and remembered: what an executor holds. (facts: clients/grenade 2.9, 3.6)"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from types import TracebackType
from typing import Any, Never

from fisch import Connection, ConnectionHandle, ConnectionTimeInfo, HwdbEntry, MultiConnection, ZeroMockEntry, connection_from_environment
from fisch.errors import not_portable
from grenade.common import ChipOnConnection, ConnectionOnExecutor
from grenade.errors import GrenadeError
from grenade.execution.chip_state import ChipState
from grenade.execution.configure import Configurations
from halco import BarrierOnFPGA, EventRecordingConfigOnFPGA, JTAGIdCodeOnDLS
from haldls import Barrier, EventRecordingConfig, JTAGIdCode
from stadls import PlaybackProgram, PlaybackProgramBuilder, SystemInit, run

__all__ = ["ExecutorConnection", "JITGraphExecutor", "ManagedJITGraphExecutor"]

VERSION = 3
"""Revision of the chip that the routing and the configuration are for."""


class ConnectionError(GrenadeError):
    """What is asked for cannot be had of the connections of an executor."""


class ExecutorConnection:
    """One connection, brought up, with what is known of each chip behind it.

    differential   whether later runs write only what differs; otherwise every run writes everything
    """

    def __init__(self, connection: MultiConnection | Connection, differential: bool = True) -> None:
        """Initialises the chips. Raises ConnectionError for a chip of another revision, and what `stadls.run` raises."""
        self.connection = MultiConnection.of_one(connection)
        self.differential = differential
        self.states = {ChipOnConnection(chip): ChipState() for chip in range(self.connection.size)}
        self.configurations = {chip: Configurations() for chip in self.states}
        self.initialise()
        self._check_version()

    @property
    def chips(self) -> list[ChipOnConnection]:
        """The chips behind it."""
        return list(self.states)

    def entry(self, chip: ChipOnConnection) -> HwdbEntry:
        """What is known about the setup of a chip."""
        return self.connection.hwdb_entries[int(chip)]

    def run(self, programs: Mapping[ChipOnConnection, PlaybackProgram]) -> None:
        """Runs a program on each of the chips, at the same time; chips that are not named get an empty one."""
        run(self.connection, [programs[chip] if chip in programs else PlaybackProgramBuilder().done() for chip in self.chips])

    def initialise(self) -> None:
        """Brings the chips up; nothing is known of them any more."""
        run(self.connection, [_initialisation(entry) for entry in self.connection.hwdb_entries])
        for state in self.states.values():
            state.forget()

    def execution_durations(self) -> dict[ChipOnConnection, timedelta]:
        """Time that each chip has spent executing since the connection was opened."""
        return {chip: info.execution_duration for chip, info in zip(self.chips, self.connection.time_infos, strict=True)}

    def _check_version(self) -> None:
        """Asks the chips who they are; those of a connection to nothing do not say."""
        asked = [chip for chip in self.chips if not isinstance(self.entry(chip), ZeroMockEntry)]
        if not asked:
            return
        tickets, programs = {}, {}
        for chip in asked:
            builder = PlaybackProgramBuilder()
            tickets[chip] = builder.read(JTAGIdCodeOnDLS())
            builder.block_until(BarrierOnFPGA(), Barrier.jtag)
            programs[chip] = builder.done()
        self.run(programs)
        for chip, ticket in tickets.items():
            identity: JTAGIdCode = ticket.get()
            if int(identity.version) != VERSION:
                raise ConnectionError(
                    f"Unexpected chip version: {int(identity.version)}. (chip {int(chip)} of {self.connection.identifiers[int(chip)]};"
                    f" networks are placed on version {VERSION})"
                )


def _initialisation(entry: HwdbEntry) -> PlaybackProgram:
    """Brings a setup up. Events are recorded only while somebody asks for them."""
    init = SystemInit(entry)
    if isinstance(entry, ZeroMockEntry):
        init.enable_asic_adapter_board = False
    init.chip.event_recording = EventRecordingConfig()
    builder = PlaybackProgramBuilder()
    builder.write(EventRecordingConfigOnFPGA(), EventRecordingConfig())
    builder.merge_back(init.generate()[0])
    return builder.done()


class JITGraphExecutor:
    """Connections that execute networks, and remember between runs what stands on their chips."""

    def __init__(self, connections: Sequence[MultiConnection | Connection], enable_differential_config: bool = True) -> None:
        """Takes open connections over and initialises them."""
        self._connections = {
            ConnectionOnExecutor(number): ExecutorConnection(connection, enable_differential_config)
            for number, connection in enumerate(connections)
        }

    @classmethod
    def from_environment(cls, enable_differential_config: bool = True) -> JITGraphExecutor:
        """Opens what the environment asks for; with nothing set, the embedded model."""
        connection = connection_from_environment()
        try:
            return cls([connection], enable_differential_config)
        except BaseException:
            connection.close()
            raise

    def connection(self, number: ConnectionOnExecutor) -> ExecutorConnection:
        """One of the connections. Raises ConnectionError if there is none of that number (any more)."""
        if number not in self._connections:
            has = ", ".join(str(int(one)) for one in self._connections) or "none: it is closed"
            raise ConnectionError(f"Graph requests connection not provided. (connection {int(number)}; the executor has {has})")
        return self._connections[number]

    @property
    def connections(self) -> tuple[Connection, ...]:
        """The connections to all chips, in the order of their numbers."""
        return tuple(chip for one in self._connections.values() for chip in one.connection.connections)

    def close(self) -> None:
        """Closes all connections; doing so twice is harmless."""
        for connection in self._connections.values():
            connection.connection.close()
        self._connections = {}

    @contextmanager
    def lent(self) -> Iterator[dict[ConnectionOnExecutor, ConnectionHandle]]:
        """The connections for somebody else, who may do with the chips whatever he likes; afterwards they are brought up anew."""
        try:
            yield {number: ConnectionHandle.of(one.connection.connections) for number, one in self._connections.items()}
        finally:
            for connection in self._connections.values():
                connection.initialise()

    def contained_connections(self) -> set[ConnectionOnExecutor]:
        """Numbers of the connections."""
        return set(self._connections)

    def size(self) -> int:
        """Number of connections."""
        return len(self._connections)

    def get_time_info(self) -> dict[ConnectionOnExecutor, list[ConnectionTimeInfo]]:
        """Where the time of each connection went since it was opened."""
        return self._of_each(lambda connection: connection.time_infos)

    def get_unique_identifier(self, hwdb_path: str | None = None) -> dict[ConnectionOnExecutor, list[str]]:
        """Names of the chips."""
        return self._of_each(lambda connection: [one.identifier_in(hwdb_path) for one in connection.connections])

    def get_bitfile_info(self) -> dict[ConnectionOnExecutor, list[str]]:
        """What each FPGA says about its configuration."""
        return self._of_each(lambda connection: connection.bitfile_infos)

    def get_remote_repo_state(self) -> dict[ConnectionOnExecutor, list[str]]:
        """Version of the software at the other ends."""
        return self._of_each(lambda connection: connection.repo_states)

    def get_hwdb_entry(self) -> dict[ConnectionOnExecutor, list[HwdbEntry]]:
        """What is known about the setups."""
        return self._of_each(lambda connection: connection.hwdb_entries)

    def _of_each(self, what: Any) -> dict[ConnectionOnExecutor, Any]:
        return {number: what(connection.connection) for number, connection in self._connections.items()}

    def __len__(self) -> int:
        return len(self._connections)

    def __repr__(self) -> str:
        names = [name for names in self.get_unique_identifier().values() for name in names]
        return f"{type(self).__name__}({', '.join(names) or 'closed'})"

    def __reduce__(self) -> Never:
        not_portable(self, "open one in each process")


class ManagedJITGraphExecutor:
    """Opens connections on entering and closes them on leaving; can be entered again afterwards.

    enable_differential_config   runs write only what differs from the one before
    """

    def __init__(self, enable_differential_config: bool = True) -> None:
        self._differential = enable_differential_config
        self._executor: JITGraphExecutor | None = None

    def __enter__(self) -> JITGraphExecutor:
        if self._executor is not None:
            raise ConnectionError("this executor is open already")
        self._executor = JITGraphExecutor.from_environment(self._differential)
        return self._executor

    def __exit__(
        self, kind: type[BaseException] | None = None, error: BaseException | None = None, trace: TracebackType | None = None
    ) -> None:
        """Closes the connections; may be called by hand, without arguments."""
        if self._executor is not None:
            self._executor.close()
            self._executor = None
