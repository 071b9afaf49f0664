"""Programs that bring a chip back into the state somebody left it in. (facts: transport 4, 5.4)

Connections that several users share replay them whenever the chip has belonged to somebody else in between. A connection of one's own
never has to: there an entry is a program that is executed at once if that is asked for.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from fisch import ut
from fisch.connection import Connection, MultiConnection
from fisch.errors import ProgramError, UsageError
from fisch.program import PlaybackProgram


class ReinitStackEntry:
    """One entry of the stack of programs that restore the chips of a connection."""

    def __init__(self, connection: MultiConnection | Connection) -> None:
        if not isinstance(connection, MultiConnection | Connection):
            raise UsageError(f"a connection is needed, not {connection!r}")
        self._connection = MultiConnection([connection]) if isinstance(connection, Connection) else connection

    def set(
        self, pbmem_requests: Sequence[PlaybackProgram], pbmem_snapshots: Sequence[PlaybackProgram] | None = None, enforce: bool = True
    ) -> None:
        """Sets one write-only program per chip, executed at once if `enforce`. Snapshots are not needed: nobody else gets the chip.

        Raises ProgramError for programs with reads or the wrong number of programs, and what the connection raises.
        """
        for programs in (pbmem_requests, pbmem_snapshots or pbmem_requests):
            if len(programs) != self._connection.size:
                raise ProgramError(
                    f"For each fpga exactly one program is required. ({len(programs)} programs, {self._connection.size} FPGAs)"
                )
        if any(program.size_from_fpga for program in pbmem_requests):
            raise ProgramError("Reinit stack entry request can only be set to write-only playback programs.")
        if enforce:
            self._connection.execute([np.append(program.words, np.uint64(ut.HALT_WORD)) for program in pbmem_requests])

    def enforce(self) -> None:
        """Asks for the next restoration to happen in any case; on a connection of one's own there is none."""

    def pop(self) -> None:
        """Takes the entry from the stack; without other users there is nothing to take back."""
