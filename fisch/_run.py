"""Execution of programs on the level of the wire. (facts: transport 2.4, 4)"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from fisch import ut
from fisch._decoder import ResponseDecoder
from fisch.connection import Connection, ConnectionTimeInfo, MultiConnection
from fisch.errors import InstructionTimeoutError, MissingResponseError, ProgramError, UsageError
from fisch.program import CLASSES, PlaybackProgram

_HALT = np.array([ut.HALT_WORD], np.uint64)


@dataclass
class RunTimeInfo:
    """Where the time of one run went: per connection, and for handing the decoded responses to the programs."""

    connection: list[ConnectionTimeInfo] = field(default_factory=list)
    playback_decode_time: timedelta = field(default_factory=timedelta)

    def __str__(self) -> str:
        lines = [f"  {info}" for info in self.connection]
        return "\n".join(["RunTimeInfo(", *lines, f"  playback_decode_time: {self.playback_decode_time}", ")"])


def run(connection: MultiConnection | Connection, programs: Sequence[PlaybackProgram]) -> RunTimeInfo:
    """Executes one program per chip of the connection and fills the programs with what comes back.

    Raises ProgramError for the wrong number of programs, InstructionTimeoutError if an instruction ran into the instruction timeout,
    MissingResponseError, and whatever the connection raises. The connection stays usable. Responses of an earlier run of the same
    program are replaced, notifications included (the original keeps adding to those).
    """
    together = MultiConnection([connection]) if isinstance(connection, Connection) else connection
    _check(together.size, programs)
    before = together.time_infos
    for program in programs:
        program.clear_from_fpga_messages()
    answers = together.execute([np.concatenate((program.words, _HALT)) for program in programs])
    decoded = timedelta()
    for program, one in zip(programs, together.connections, strict=True):
        decoded += _fill(program, answers.pop(0), one)
    _report(programs, together.identifiers)
    return RunTimeInfo([after - earlier for after, earlier in zip(together.time_infos, before, strict=True)], decoded)


def _check(chips: int, programs: Sequence[PlaybackProgram]) -> None:
    if isinstance(programs, PlaybackProgram) or not all(isinstance(program, PlaybackProgram) for program in programs):
        raise UsageError(f"a list of PlaybackPrograms is needed, one for each FPGA, not {programs!r}")
    if len(programs) != chips:
        raise ProgramError(f"For each fpga exactly one program is required. ({len(programs)} programs, {chips} FPGAs)")


def _fill(program: PlaybackProgram, answer: NDArray[np.uint64], connection: Connection) -> timedelta:
    """Decodes the words that came back into the program; returns how long the program took to take them over."""
    begin = time.perf_counter()
    decoder = ResponseDecoder()
    decoder.push(answer)
    middle = time.perf_counter()
    connection.add_time(ConnectionTimeInfo(decode_duration=timedelta(seconds=middle - begin)))
    program.take(decoder)
    return timedelta(seconds=time.perf_counter() - middle)


def _report(programs: Sequence[PlaybackProgram], identifiers: Sequence[str]) -> None:
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
    for chip, program in enumerate(programs):
        if not program.tickets_valid():
            raise MissingResponseError(f"Not all response data to PlaybackPrograms valid. (FPGA {chip}: {_missing(program)})")


def _missing(program: PlaybackProgram) -> str:
    counts = [(kind, program.n_responses(kind), program.expected[kind]) for kind in CLASSES]
    return ", ".join(f"{got} of {expected} {kind.name.lower()} responses" for kind, got, expected in counts if got != expected)
