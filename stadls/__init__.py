"""Playback programs: builder, tickets, programs, their execution, and the programs that initialise a chip.

>>> from fisch import ZeroMockConnection
>>> from halco import NeuronConfigOnDLS
>>> builder = PlaybackProgramBuilder()
>>> ticket = builder.read(NeuronConfigOnDLS())
>>> program = builder.done()
>>> with ZeroMockConnection() as connection:
...     _ = run(connection, [program])
>>> ticket.get()
NeuronConfig()
"""

from stadls._run import RunTimeInfo, run
from stadls.absolute_time import AbsoluteTimePlaybackProgramBuilder, AbsoluteTimePlaybackProgramContainerTicket
from stadls.board_init import ASICAdapterBoardInit, CubeASICAdapterBoardInit, JboaASICAdapterBoardInit
from stadls.builder import PlaybackProgramBuilder
from stadls.chip_init import ChipInit, InitError, SystemInit
from stadls.errors import (
    AccessError,
    CoordinateError,
    DifferentialWriteError,
    InstructionTimeoutError,
    MergeError,
    MissingResponseError,
    NotAContainerError,
    NotReadableError,
    NotWritableError,
    ProgramCountError,
    RunError,
    StadlsError,
    TargetError,
    TicketError,
)
from stadls.events import MADCSampleVector, SpikeVector
from stadls.generator import PlaybackGenerator, generate
from stadls.program import PlaybackProgram
from stadls.ticket import ContainerTicket

__all__ = [
    "ASICAdapterBoardInit",
    "AbsoluteTimePlaybackProgramBuilder",
    "AbsoluteTimePlaybackProgramContainerTicket",
    "AccessError",
    "ChipInit",
    "ContainerTicket",
    "CoordinateError",
    "CubeASICAdapterBoardInit",
    "DifferentialWriteError",
    "InitError",
    "InstructionTimeoutError",
    "JboaASICAdapterBoardInit",
    "MADCSampleVector",
    "MergeError",
    "MissingResponseError",
    "NotAContainerError",
    "NotReadableError",
    "NotWritableError",
    "PlaybackGenerator",
    "PlaybackProgram",
    "PlaybackProgramBuilder",
    "ProgramCountError",
    "RunError",
    "RunTimeInfo",
    "SpikeVector",
    "StadlsError",
    "SystemInit",
    "TargetError",
    "TicketError",
    "generate",
    "run",
]
