"""Execution of programs. (facts: registers/stadls 4, transport 2.4, 2.8)"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

import fisch
from fisch import Connection, ConnectionTimeInfo, MultiConnection, ResponseDecoder, RunTimeInfo, ut
from stadls.errors import InstructionTimeoutError, MissingResponseError, NotAContainerError, ProgramCountError, TargetError
from stadls.explain import hint, surroundings
from stadls.program import CLASSES, PlaybackProgram

_log = logging.getLogger("stadls.run")
TRACE = 5
"""Level of the log below DEBUG."""

_HALT = np.array([ut.HALT_WORD], np.uint64)


@overload
def run(connection: MultiConnection | Connection, programs: Sequence[PlaybackProgram]) -> RunTimeInfo: ...


@overload
def run(connection: MultiConnection | Connection, programs: Sequence[fisch.PlaybackProgram]) -> RunTimeInfo: ...


def run(connection: MultiConnection | Connection, programs: Sequence[Any]) -> RunTimeInfo:
    """Executes one program per chip of the connection and fills the programs with what comes back; also programs of the wire's level.

    Raises ProgramCountError, TargetError, InstructionTimeoutError if an instruction ran into the instruction timeout,
    MissingResponseError, and whatever the connection raises: RunTimeoutError if an FPGA does not answer in time (HICANNX_RUN_TIMEOUT
    seconds). The connection stays usable. Responses of an earlier run of the same program are replaced, notifications included (the
    original keeps adding to those).
    """
    if isinstance(programs, Sequence) and any(isinstance(program, fisch.PlaybackProgram) for program in programs):
        return fisch.run(connection, programs)
    together = check_programs(connection, programs)
    before = together.time_infos
    for program in programs:
        program.clear()
    decoded, level = timedelta(), logging.INFO
    try:
        answers = together.execute([np.concatenate((program.words, _HALT)) for program in programs])
        for program, answer, one in zip(programs, answers, together.connections, strict=True):
            decoded += _fill(program, answer, one)
        _require_success(programs)
        level = TRACE
    finally:
        _log_link_notifications(level, together, programs)
    return RunTimeInfo([after - earlier for after, earlier in zip(together.time_infos, before, strict=True)], decoded)


def check_programs(connection: MultiConnection | Connection, programs: Sequence[PlaybackProgram]) -> MultiConnection:
    """The connection, if it can execute these programs. Raises NotAContainerError, ProgramCountError or TargetError."""
    together = MultiConnection([connection]) if isinstance(connection, Connection) else connection
    if not isinstance(together, MultiConnection):
        raise NotAContainerError(f"a connection is needed to run programs on, not {connection!r}")
    _check(together, programs)
    return together


def _check(connection: MultiConnection, programs: Sequence[PlaybackProgram]) -> None:
    if not isinstance(programs, Sequence) or not all(isinstance(program, PlaybackProgram) for program in programs):
        raise NotAContainerError(f"a list of PlaybackPrograms is needed, one for each FPGA, not {programs!r}")
    if len(programs) != connection.size:
        raise ProgramCountError(f"For each fpga exactly one program is required. ({len(programs)} programs, {connection.size} FPGAs)")
    for program in programs:
        if not connection.supported_targets - program.unsupported_targets:
            refused = ", ".join(sorted(target.name for target in program.unsupported_targets))
            raise TargetError(f"Trying to execute program on unsupported target. (some of its accesses are refused by: {refused})")


def _fill(program: PlaybackProgram, answer: NDArray[np.uint64], connection: Connection) -> timedelta:
    """Decodes the words that came back into the program; returns how long the program took to take them over."""
    begin = time.perf_counter()
    decoder = ResponseDecoder()
    decoder.push(answer)
    middle = time.perf_counter()
    connection.add_time(ConnectionTimeInfo(decode_duration=timedelta(seconds=middle - begin)))
    program.take(decoder)
    return timedelta(seconds=time.perf_counter() - middle)


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
    for chip, program in enumerate(programs):
        if len(program.timeouts):
            raise _notification(chip, program, sum(len(each.timeouts) for each in programs))
    for chip, program in enumerate(programs):
        if not program.tickets_valid():
            raise MissingResponseError(f"Not all response data to PlaybackPrograms valid. (FPGA {chip}: {_missing(program)})")


def _missing(program: PlaybackProgram) -> str:
    counts = [(kind, program.n_responses(kind), program.expected[kind]) for kind in CLASSES]
    return ", ".join(f"{got} of {expected} {kind.name.lower()} responses" for kind, got, expected in counts if got != expected)


def _notification(chip: int, program: PlaybackProgram, total: int) -> InstructionTimeoutError:
    first = program.timeouts[0]
    index, when = int(first["instruction"]), int(first["fpga_time"])
    lines = [
        f"{total} FPGA sent error notification(s). Instruction timeout on FPGA {chip} at FPGA time {when}, instruction {index}"
        f" of {program.size_to_fpga} ({int(first['trace_stalls'])} trace stalls, {int(first['omnibus_reads'])} omnibus reads in flight).",
    ]
    if index < program.size_to_fpga:
        lines += [hint(program.words, index), surroundings(program.words, index)]
    return InstructionTimeoutError("\n".join(lines), chip, index, when)
