"""Programs that bring a chip back into the state somebody left it in. (facts: transport 4, 5.4)

Connections that several users share replay them whenever the chip has belonged to somebody else in between. A connection of one's own
never has to: there an entry is a program that is executed at once if that is asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from typing import Any, Never

from fisch._run import require_programs, run
from fisch.connection import Connection, MultiConnection, Words
from fisch.errors import FischError, ProgramError, UsageError, not_portable
from fisch.program import PlaybackProgram

_numbers = count()


class ReinitEntry:
    """One entry of the stack of programs that restore the chips of a connection; what the entries of all levels have in common.

    The programs themselves stay as they are, as if they had not run.
    """

    def __init__(self, connection: MultiConnection | Connection) -> None:
        self._connection = MultiConnection.of_one(connection, self._usage_error)
        self._number, self._requests, self._snapshots = next(_numbers), list[Words](), list[Words]()

    _usage_error: type[Exception] = UsageError
    _reading_error: type[FischError | RuntimeError] = ProgramError

    def _check(self, programs: Sequence[Any]) -> None:
        """Raises if these are not programs for the connection."""
        raise NotImplementedError

    def _run(self, programs: Sequence[Any]) -> None:
        raise NotImplementedError

    def _set(self, requests: Sequence[Any], snapshots: Sequence[Any] | None, enforce: bool) -> None:
        self._check(requests)
        if snapshots is not None:
            self._check(snapshots)
        for chip, program in enumerate(requests):
            if program.size_from_fpga:
                raise self._reading_error(
                    "Reinit stack entry request can only be set to write-only playback programs."
                    f" (the program of chip {chip} expects {program.size_from_fpga} responses)"
                )
        self._requests = [program.words for program in requests]
        self._snapshots = [program.words for program in snapshots or ()]
        if not self._keep(enforce) and enforce:
            self._run([program.same_instructions() for program in requests])

    def enforce(self) -> None:
        """Asks for the next restoration to happen in any case; on a connection of one's own there is none."""
        if self._requests:
            self._keep(True)

    def __reduce__(self) -> Never:
        not_portable(self, "make one for each connection")

    def pop(self) -> None:
        """Takes the entry from the stack; without other users there is nothing to take back."""
        if self._requests:
            self._requests, self._snapshots = [], []
            self._keep(False)

    def _keep(self, enforce: bool) -> bool:
        """Gives the programs to those who share the chips out; False on connections of one's own."""
        return self._connection.keep_reinit(self._number, self._requests, enforce, self._snapshots)


class ReinitStackEntry(ReinitEntry):
    """One entry of the stack of programs that restore the chips of a connection."""

    def set(
        self, pbmem_requests: Sequence[PlaybackProgram], pbmem_snapshots: Sequence[PlaybackProgram] | None = None, enforce: bool = True
    ) -> None:
        """Sets one write-only program per chip, executed at once if `enforce`. On a shared chip a snapshot runs before somebody else gets
        it, and what it reads replaces the request; on a chip of one's own it is not needed.

        Raises ProgramError for programs with reads or the wrong number of programs, UsageError for something else than programs, and
        what `run` raises.
        """
        self._set(pbmem_requests, pbmem_snapshots, enforce)

    def _check(self, programs: Sequence[Any]) -> None:
        require_programs(self._connection, programs)

    def _run(self, programs: Sequence[Any]) -> None:
        run(self._connection, programs)
