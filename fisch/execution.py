"""Execution of programs: what `run` of every level has in common. (facts: transport 4)"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fisch import ut
from fisch.connection import Connection, ConnectionTimeInfo, MultiConnection
from fisch.decoder import ResponseDecoder
from fisch.errors import MissingResponseError
from fisch.program import Program

_HALT = np.array([ut.HALT_WORD], np.uint64)


@dataclass(slots=True)
class RunTimeInfo:
    """Where the time of one run went: per connection, and for handing the decoded responses to the programs."""

    connection: list[ConnectionTimeInfo] = field(default_factory=list)
    playback_decode_time: timedelta = field(default_factory=timedelta)

    def __str__(self) -> str:
        lines = [f"  {info}" for info in self.connection]
        return "\n".join(["RunTimeInfo(", *lines, f"  playback_decode_time: {self.playback_decode_time}", ")"])


def execute(connection: MultiConnection, programs: Sequence[Program[Any, Any]]) -> RunTimeInfo:
    """Executes one program per chip and fills the programs with what comes back, whatever that is. Raises what the connection raises."""
    before = connection.time_infos
    for program in programs:
        program.clear_from_fpga_messages()
    answers = connection.execute([_closed(program, one) for program, one in zip(programs, connection.connections, strict=True)])
    decoded = timedelta()
    for program, answer, one in zip(programs, answers, connection.connections, strict=True):
        decoded += _fill(program, answer, one)
    return RunTimeInfo([after - earlier for after, earlier in zip(connection.time_infos, before, strict=True)], decoded)


def _closed(program: Program[Any, Any], connection: Connection) -> NDArray[np.uint64]:
    """The words of a program with the halt that ends it."""
    begin = time.perf_counter()
    words = np.concatenate((program.words, _HALT))
    connection.add_time(ConnectionTimeInfo(encode_duration=timedelta(seconds=time.perf_counter() - begin)))
    return words


def _fill(program: Program[Any, Any], answer: NDArray[np.uint64], connection: Connection) -> timedelta:
    """Decodes the words that came back into the program; returns how long the program took to take them over."""
    begin = time.perf_counter()
    decoder = ResponseDecoder()
    decoder.push(answer)
    middle = time.perf_counter()
    connection.add_time(ConnectionTimeInfo(decode_duration=timedelta(seconds=middle - begin)))
    program.take(decoder)
    return timedelta(seconds=time.perf_counter() - middle)


def require_responses(programs: Sequence[Program[Any, Any]], error: type[MissingResponseError] = MissingResponseError) -> None:
    """Raises `error` if responses are missing or too many."""
    for chip, program in enumerate(programs):
        if not program.tickets_valid():
            raise error(f"Not all response data to PlaybackPrograms valid. (FPGA {chip}: {program.missing_responses()})")
