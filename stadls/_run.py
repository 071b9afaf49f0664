"""Execution of programs. (facts: registers/stadls 4, transport 2.4, 2.8)"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any, overload

import fisch
from fisch import Connection, MultiConnection, RunTimeInfo
from fisch.execution import execute, require_responses
from stadls.accesses import Verb
from stadls.errors import InstructionTimeoutError, MissingResponseError, NotAContainerError, ProgramCountError, TargetError
from stadls.explain import hint, surroundings
from stadls.listing import Entry, Listing
from stadls.program import PlaybackProgram

_log = logging.getLogger("stadls.run")
TRACE = 5
"""Level of the log below DEBUG."""


@overload
def run(connection: MultiConnection | Connection, programs: Sequence[PlaybackProgram] | PlaybackProgram) -> RunTimeInfo: ...


@overload
def run(connection: MultiConnection | Connection, programs: Sequence[fisch.PlaybackProgram] | fisch.PlaybackProgram) -> RunTimeInfo: ...


def run(connection: MultiConnection | Connection, programs: Any) -> RunTimeInfo:
    """Executes one program per chip of the connection and fills the programs with what comes back; also programs of the wire's level.

    A program alone is that of a connection's only chip, as earlier versions of the original had it.

    Raises ProgramCountError, TargetError, InstructionTimeoutError if an instruction ran into the instruction timeout,
    MissingResponseError, and whatever the connection raises: RunTimeoutError if an FPGA does not answer in time (HICANNX_RUN_TIMEOUT
    seconds). The connection stays usable. Responses of an earlier run of the same program are replaced, notifications included (the
    original keeps adding to those).
    """
    if isinstance(programs, PlaybackProgram | fisch.PlaybackProgram):
        programs = [programs]
    if isinstance(programs, Sequence) and any(isinstance(program, fisch.PlaybackProgram) for program in programs):
        return fisch.run(connection, programs)
    together = check_programs(connection, programs)
    level = logging.INFO
    try:
        info = execute(together, programs)
        _require_success(programs)
        level = TRACE
    finally:
        _log_link_notifications(level, together, programs)
    return info


def check_programs(connection: MultiConnection | Connection, programs: Sequence[PlaybackProgram]) -> MultiConnection:
    """The connection, if it can execute these programs. Raises NotAContainerError, ProgramCountError or TargetError."""
    together = MultiConnection.of_one(connection, NotAContainerError)
    if not isinstance(programs, Sequence) or not all(isinstance(program, PlaybackProgram) for program in programs):
        raise NotAContainerError(f"a list of PlaybackPrograms is needed, one for each FPGA, not {programs!r}")
    together.require_one_each(programs, ProgramCountError)
    for program in programs:
        if not together.supported_targets - program.unsupported_targets:
            refused = ", ".join(sorted(target.name for target in together.supported_targets))
            raise TargetError(f"Trying to execute program on unsupported target. ({_refused(program, together)} is refused by: {refused})")
    return together


def _refused(program: PlaybackProgram, connection: MultiConnection) -> str:
    """The first of those accesses that the most targets of a connection refuse, in words."""
    targets = {target.name for target in connection.supported_targets}
    entry = max(Listing(program), key=lambda one: len(targets & _refusing(one)), default=None)
    if entry is None or entry.place is None:
        return "one of its accesses"
    return f"instruction {entry.index}, {entry.verb.value} of {entry.place.container.__name__} at {entry.coordinate!r},"


def _refusing(entry: Entry) -> set[str]:
    if entry.place is None or entry.verb is Verb.WAIT:
        return set()
    container = entry.place.container
    return set(container.no_read_on if entry.verb is Verb.READ else container.no_write_on)


def _log_link_notifications(level: int, connection: MultiConnection, programs: Sequence[PlaybackProgram]) -> None:
    """Logs what the links of each chip reported during the run."""
    if not _log.isEnabledFor(level):
        return
    for identifier, program in zip(connection.identifiers, programs, strict=True):
        found = program.highspeed_link_notifications
        head = f"{identifier} got {'highspeed-link notifications:' if found else 'no highspeed-link notifications.'}"
        _log.log(level, "%s", "\n".join([head, *(f"  {notification}" for notification in found)]))


def _require_success(programs: Sequence[PlaybackProgram]) -> None:
    """Raises if an FPGA reported an error or if responses are missing."""
    failed = [chip for chip, program in enumerate(programs) if len(program.timeouts)]
    if failed:
        first = programs[failed[0]].timeouts[0]
        text = "\n".join([f"{len(failed)} FPGA sent error notification(s).", *(_report(chip, programs[chip]) for chip in failed)])
        raise InstructionTimeoutError(text, failed[0], int(first["instruction"]), int(first["fpga_time"]))
    require_responses(programs, MissingResponseError)


def _report(chip: int, program: PlaybackProgram) -> str:
    """What the first notification of an FPGA is about; further ones are of instructions that waited for the same thing."""
    first = program.timeouts[0]
    index, when = int(first["instruction"]), int(first["fpga_time"])
    lines = [
        f"Instruction timeout on FPGA {chip} at FPGA time {when}, instruction {index}"
        f" of {program.size_to_fpga} ({int(first['trace_stalls'])} trace stalls, {int(first['omnibus_reads'])} omnibus reads in flight).",
    ]
    if index < program.size_to_fpga:
        lines += [hint(program.words, index), surroundings(program.words, index)]
    return "\n".join(lines)
