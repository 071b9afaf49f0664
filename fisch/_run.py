"""Execution of programs on the level of the wire. (facts: transport 2.4, 4)"""

from __future__ import annotations

from collections.abc import Sequence

from fisch.connection import Connection, MultiConnection
from fisch.errors import InstructionTimeoutError, UsageError
from fisch.execution import RunTimeInfo, execute, require_responses
from fisch.program import PlaybackProgram


def run(connection: MultiConnection | Connection, programs: Sequence[PlaybackProgram]) -> RunTimeInfo:
    """Executes one program per chip of the connection and fills the programs with what comes back.

    Raises ProgramError for the wrong number of programs, InstructionTimeoutError if an instruction ran into the instruction timeout,
    MissingResponseError, and whatever the connection raises. The connection stays usable. Responses of an earlier run of the same
    program are replaced, notifications included (the original keeps adding to those).
    """
    together = MultiConnection.of_one(connection)
    require_programs(together, programs)
    info = execute(together, programs)
    _require_success(programs, together.identifiers)
    return info


def require_programs(connection: MultiConnection, programs: Sequence[PlaybackProgram]) -> None:
    """Raises UsageError or ProgramError unless there is one program for each chip."""
    if isinstance(programs, PlaybackProgram) or not all(isinstance(program, PlaybackProgram) for program in programs):
        raise UsageError(f"a list of PlaybackPrograms is needed, one for each FPGA, not {programs!r}")
    connection.require_one_each(programs)


def _require_success(programs: Sequence[PlaybackProgram], identifiers: Sequence[str]) -> None:
    """Raises if an FPGA reported an error or if responses are missing."""
    failed = [chip for chip, program in enumerate(programs) if not program.run_ok(identifiers[chip])]
    if failed:
        first = programs[failed[0]].timeout_notifications[0]
        raise InstructionTimeoutError(
            f"{len(failed)} FPGA sent error notification(s). Please check for previous error messages. "
            f"(FPGA {failed[0]}, instruction {int(first.value)})",
            failed[0],
            int(first.value),
            int(first.fpga_time),
        )
    require_responses(programs)
