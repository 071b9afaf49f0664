"""Programs that bring a chip back into the state somebody left it in. (facts: registers/stadls 5, transport 5.4)

Connections that several users share replay them whenever the chip has belonged to somebody else in between. On a connection that belongs to
one user alone nothing has to be replayed, and an entry is what it is in the original there, a program that is executed at once if that is
asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fisch.reinit import ReinitEntry
from stadls._run import check_programs, run
from stadls.errors import NotAContainerError, ReinitError
from stadls.program import PlaybackProgram

__all__ = ["ReinitStackEntry"]


class ReinitStackEntry(ReinitEntry):
    """One entry of the stack of programs that bring the chips of a connection back into their state.

    >>> from fisch import ZeroMockConnection
    >>> from stadls.builder import PlaybackProgramBuilder
    >>> with ZeroMockConnection() as connection:
    ...     entry = ReinitStackEntry(connection)
    ...     entry.set([PlaybackProgramBuilder().done()], enforce=True)
    """

    _usage_error = NotAContainerError
    _reading_error = ReinitError

    def set(
        self,
        pbmem_request: Sequence[PlaybackProgram],
        pbmem_snapshot: Sequence[PlaybackProgram] | None = None,
        enforce: bool = True,
    ) -> None:
        """Sets the programs, one for each chip: executed at once if `enforce`, otherwise when the chips have to be restored.

        The requests must not contain reads. Snapshots run when the chip is handed to another user, and what they read replaces the
        request; on a chip of one's own they are not needed. The programs themselves stay as they are.
        Raises ReinitError for programs with reads, ProgramCountError, NotAContainerError, and what `run` raises.
        """
        self._set(pbmem_request, pbmem_snapshot, enforce)

    def _check(self, programs: Sequence[Any]) -> None:
        check_programs(self._connection, programs)

    def _run(self, programs: Sequence[Any]) -> None:
        run(self._connection, programs)
