"""Connections: what takes the words of a program and brings back the words of its responses.

`Connection` is one FPGA with its chip. Its kinds come from the entry point group `fisch.connections` (or `register`), so that nothing here
knows what stands behind them. `MultiConnection` is what users hold: one or more connections that run one program each.
"""

import os
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from enum import IntEnum
from types import TracebackType
from typing import Any, ClassVar, Final, Never, Self

import numpy as np
from numpy.typing import NDArray

from fisch import ut
from fisch.environment import setting
from fisch.errors import ConnectionFailedError, FischError, ProgramError, UsageError, not_portable
from fisch.hwdb import HwdbEntry
from halco.value import shown

Words = NDArray[np.uint64]

RUN_TIMEOUT_VARIABLE: Final = "HICANNX_RUN_TIMEOUT"


class Target(IntEnum):
    """What stands behind a connection: containers may refuse one of them."""

    hardware = 0
    simulation = 1


_NO_TIME = timedelta()


@dataclass(slots=True)
class ConnectionTimeInfo:
    """Where the time of a connection went: making words, handing them over, waiting for the halt (handing over included), reading words."""

    encode_duration: timedelta = _NO_TIME
    decode_duration: timedelta = _NO_TIME
    commit_duration: timedelta = _NO_TIME
    execution_duration: timedelta = _NO_TIME

    def __add__(self, other: "ConnectionTimeInfo") -> "ConnectionTimeInfo":
        return ConnectionTimeInfo(
            self.encode_duration + other.encode_duration,
            self.decode_duration + other.decode_duration,
            self.commit_duration + other.commit_duration,
            self.execution_duration + other.execution_duration,
        )

    def __sub__(self, other: "ConnectionTimeInfo") -> "ConnectionTimeInfo":
        return ConnectionTimeInfo(
            self.encode_duration - other.encode_duration,
            self.decode_duration - other.decode_duration,
            self.commit_duration - other.commit_duration,
            self.execution_duration - other.execution_duration,
        )


_taken: set[Hashable] = set()
_taken_lock = threading.Lock()


def _after_fork() -> None:
    """What the parent is connected to is no business of a forked process."""
    global _taken_lock
    _taken_lock = threading.Lock()
    _taken.clear()


os.register_at_fork(after_in_child=_after_fork)


def run_timeout(environ: Mapping[str, str], usual: float | None) -> float | None:
    """[s] that a run may take: HICANNX_RUN_TIMEOUT (0: for ever, None), else the usual time. SettingError for what is no such number."""
    seconds: float | None = setting(environ, RUN_TIMEOUT_VARIABLE)
    return usual if seconds is None else seconds or None


class Connection(ABC):
    """One FPGA. A kind implements `_execute` and says who it is; everything else is here.

    Two threads may use one connection, their programs run one after the other. A program that fails leaves the connection usable.
    """

    kind: ClassVar[str]
    supported_targets: ClassVar[frozenset[Target]] = frozenset({Target.hardware})
    group: Any = None
    """Connections with the same group, if it is not None, run their programs with `_execute_together`."""

    def __init__(self, endpoint: Hashable = None) -> None:
        """Claims `endpoint` for this process (None: nothing to claim); ConnectionFailedError when it is taken."""
        self._endpoint: Hashable = None
        self._closed = False
        self._lock = threading.Lock()
        self._time_info = ConnectionTimeInfo()
        if endpoint is not None:
            with _taken_lock:
                if (self.kind, endpoint) in _taken:
                    raise ConnectionFailedError(f"Trying to construct Connection to already connected endpoint. ({self.kind} {endpoint})")
                _taken.add((self.kind, endpoint))
            self._endpoint = endpoint

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.identifier}{', closed' if self._closed else ''})"

    @classmethod
    def from_environment(cls, environ: dict[str, str]) -> "Sequence[Connection]":
        """The connections of this kind that the environment variables ask for."""
        return [cls()]

    @property
    @abstractmethod
    def identifier(self) -> str:
        """Unique name of the chip, such as `hxcube0fpga0chip85_1`."""

    def identifier_in(self, hwdb_path: str | None) -> str:
        """The same, as the hardware database at a path has it; connections that know their setup without one ignore the path."""
        return self.identifier

    @property
    @abstractmethod
    def hwdb_entry(self) -> HwdbEntry:
        """What is known about the setup."""

    @property
    def bitfile_info(self) -> str:
        """What the FPGA says about its configuration (YAML text)."""
        return ""

    @property
    def repo_state(self) -> str:
        """Version of the software at the other end."""
        return ""

    @property
    def time_info(self) -> ConnectionTimeInfo:
        """Times since the connection was opened."""
        return self._time_info

    @abstractmethod
    def _execute(self, words: Words) -> Words:
        """Runs the words up to the halt and returns all words of responses, the halt's echo among them."""

    def _execute_together(self, others: "Sequence[Self]", programs: Sequence[Words]) -> list[Words]:
        """Runs one program each on this connection and on others of its group, at the same time."""
        raise NotImplementedError(f"{type(self).__name__} has a group, and does not say how it runs programs together")

    def execute(self, words: Words) -> Words:
        """Runs a program (uint64[n], the last word is the halt) and returns its responses (uint64[m])."""
        program = _closed(words)
        with self._busy():
            return self._execute(program)

    @contextmanager
    def _busy(self) -> Iterator[None]:
        """A program runs; nobody else's does meanwhile."""
        with self._lock:
            if self._closed:
                raise ConnectionFailedError(f"the connection to {self.identifier} is closed")
            begin = time.perf_counter()
            try:
                yield
            finally:
                self.add_time(ConnectionTimeInfo(execution_duration=timedelta(seconds=time.perf_counter() - begin)))

    def keep_reinit(self, entry: int, requests: Sequence[Words], enforce: bool, snapshots: Sequence[Words] = ()) -> bool:
        """Keeps a program that restores the chip after it belonged to somebody else; False where it belongs to nobody else, ever.

        entry: number of the program's entry in the stack; requests: one program without halt, none to take it back; enforce: run it now;
        snapshots: a program without halt, or none; before somebody else gets the chip it runs, and what it reads is what will be restored.
        """
        return False

    def _keep_reinit_together(
        self, others: "Sequence[Self]", entry: int, requests: Sequence[Words], enforce: bool, snapshots: Sequence[Words]
    ) -> bool:
        """The same for this connection and others of its group, whose chips are restored together; False where they are nobody else's."""
        return False

    def add_time(self, spent: ConnectionTimeInfo) -> None:
        """Books time, also of those who encode and decode on behalf of this connection."""
        self._time_info = self._time_info + spent

    def close(self) -> None:
        """Gives the endpoint free. Further programs are refused; closing twice is harmless."""
        self._closed = True
        if self._endpoint is not None:
            with _taken_lock:
                _taken.discard((self.kind, self._endpoint))
            self._endpoint = None

    def __del__(self) -> None:
        if hasattr(self, "_endpoint"):
            self.close()

    def __reduce__(self) -> Never:
        not_portable(self, "open one in each process, and pickle programs instead")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


class MultiConnection:
    """Connections to one or more chips; programs run at the same time, one per chip."""

    def __init__(self, connections: Sequence[Connection]) -> None:
        if not connections:
            raise ConnectionFailedError("No executor backend found to connect to.")
        self.connections = tuple(connections)

    def __reduce__(self) -> Never:
        not_portable(self, "open one in each process, and pickle programs instead")

    @staticmethod
    def of_one(connection: "MultiConnection | Connection", error: type[Exception] = UsageError) -> "MultiConnection":
        """The same connection, one that stands alone as a list of one. Raises the error for anything else."""
        if isinstance(connection, MultiConnection | Connection):
            return MultiConnection([connection]) if isinstance(connection, Connection) else connection
        if hasattr(type(connection), "__enter__"):
            name = type(connection).__name__
            opens = f"{name}()" if not name.startswith("_") else "..."  # of a function with `contextmanager`, nobody knows the name
            raise error(f"a connection is needed; this {name.lstrip('_')} is not one but opens one: `with {opens} as connection`")
        raise error(f"a connection is needed (`with ManagedConnection() as connection`), not {shown(connection)}")

    @property
    def size(self) -> int:
        """Number of chips."""
        return len(self.connections)

    @property
    def identifiers(self) -> list[str]:
        """Unique name of each chip."""
        return [connection.identifier for connection in self.connections]

    @property
    def hwdb_entries(self) -> list[HwdbEntry]:
        """What is known about the setup of each chip."""
        return [connection.hwdb_entry for connection in self.connections]

    @property
    def bitfile_infos(self) -> list[str]:
        """What each FPGA says about its configuration."""
        return [connection.bitfile_info for connection in self.connections]

    @property
    def repo_states(self) -> list[str]:
        """Version of the software at each other end."""
        return [connection.repo_state for connection in self.connections]

    @property
    def time_infos(self) -> list[ConnectionTimeInfo]:
        """Where the time of each connection went since it was opened."""
        return [connection.time_info for connection in self.connections]

    @property
    def supported_targets(self) -> frozenset[Target]:
        """Targets that all connections offer."""
        return frozenset.intersection(*(connection.supported_targets for connection in self.connections))

    @property
    def in_group(self) -> bool:
        """Whether the connections run their programs together."""
        group = self.connections[0].group
        return group is not None and all(connection.group == group for connection in self.connections)

    def keep_reinit(self, entry: int, requests: Sequence[Words], enforce: bool, snapshots: Sequence[Words] = ()) -> bool:
        """Keeps programs, one for each chip or none, that restore the chips after they belonged to somebody else; see `Connection`."""
        first, *others = self.connections
        if self.in_group:
            return first._keep_reinit_together(others, entry, requests, enforce, snapshots)
        kept = [
            connection.keep_reinit(entry, requests[chip : chip + 1], enforce, snapshots[chip : chip + 1])
            for chip, connection in enumerate(self.connections)
        ]
        return all(kept)

    def require_one_each(self, programs: Sequence[Any], error: type[FischError] = ProgramError) -> None:
        """Raises `error` unless there is one program for each chip."""
        if len(programs) != self.size:
            raise error(f"For each fpga exactly one program is required. ({len(programs)} programs, {self.size} FPGAs)")

    def execute(self, programs: Sequence[Words]) -> list[Words]:
        """Runs one program per chip, each closed by a halt; all of them end before the first error, if any, is raised."""
        self.require_one_each(programs)
        if self.size == 1:
            return [self.connections[0].execute(programs[0])]
        if self.in_group:
            return _grouped(self.connections, programs)
        return _together([lambda c=c, p=p: c.execute(p) for c, p in zip(self.connections, programs, strict=True)])  # type: ignore[misc]

    def close(self) -> None:
        """Closes all of them; doing so twice is harmless."""
        for connection in self.connections:
            connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


def _closed(words: Words) -> Words:
    """A program as an array. ProgramError if it does not end with a halt."""
    program = np.ascontiguousarray(words, dtype=np.uint64).reshape(-1)
    if not len(program) or program[-1] != ut.HALT_WORD:
        raise ProgramError("Reached end of program without halt instruction!")
    return program


def _grouped(connections: Sequence[Connection], programs: Sequence[Words]) -> list[Words]:
    """Runs one program each on connections of one group."""
    closed = [_closed(program) for program in programs]
    with ExitStack() as busy:
        for connection in connections:
            busy.enter_context(connection._busy())
        return connections[0]._execute_together(connections[1:], closed)


def _together(jobs: Sequence[Callable[[], Words]]) -> list[Words]:
    """Runs the jobs in threads of their own; raises the first error in the order of the jobs."""
    results: list[Any] = [None] * len(jobs)
    errors: dict[int, BaseException] = {}

    def run(index: int) -> None:
        try:
            results[index] = jobs[index]()
        except BaseException as error:  # raised again below, in the caller's thread
            errors[index] = error

    threads = [threading.Thread(target=run, args=(index,)) for index in range(len(jobs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[min(errors)]
    return results
