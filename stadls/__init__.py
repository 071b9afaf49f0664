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

import halco as halco  # says in one line if nothing is built
from fisch import RunTimeInfo
from fisch.errors import ConnectionLostError, RunTimeoutError
from stadls._run import run
from stadls.absolute_time import AbsoluteTimePlaybackProgramBuilder, AbsoluteTimePlaybackProgramContainerTicket
from stadls.board_init import ASICAdapterBoardInit, CubeASICAdapterBoardInit, JboaASICAdapterBoardInit
from stadls.builder import PlaybackProgramBuilder
from stadls.chip_conversion import convert_to_chip
from stadls.chip_init import ChipInit, InitError, SystemInit
from stadls.dumper import DumperDone, PlaybackProgramBuilderDumper, convert_to_builder, convert_to_dumper
from stadls.errors import (
    AccessError,
    CoordinateError,
    DifferentialWriteError,
    DumperError,
    InstructionTimeoutError,
    MergeError,
    MissingResponseError,
    NotAContainerError,
    NotReadableError,
    NotWritableError,
    ProgramCountError,
    ReinitError,
    RunError,
    SerializationError,
    SpikeTrainError,
    StadlsError,
    TargetError,
    TicketError,
)
from stadls.events import MADCSampleVector, SpikeVector
from stadls.generator import PlaybackGenerator, generate
from stadls.listing import Entry, Listing
from stadls.program import PlaybackProgram
from stadls.reinit import ReinitStackEntry
from stadls.serialization import from_json, from_portablebinary, to_json, to_portablebinary
from stadls.ticket import ContainerTicket

__all__ = [
    "ASICAdapterBoardInit",
    "AbsoluteTimePlaybackProgramBuilder",
    "AbsoluteTimePlaybackProgramContainerTicket",
    "AccessError",
    "ChipInit",
    "ConnectionLostError",
    "ContainerTicket",
    "CoordinateError",
    "CubeASICAdapterBoardInit",
    "DifferentialWriteError",
    "DumperDone",
    "DumperError",
    "Entry",
    "InitError",
    "InstructionTimeoutError",
    "JboaASICAdapterBoardInit",
    "Listing",
    "MADCSampleVector",
    "MergeError",
    "MissingResponseError",
    "NotAContainerError",
    "NotReadableError",
    "NotWritableError",
    "PlaybackGenerator",
    "PlaybackProgram",
    "PlaybackProgramBuilder",
    "PlaybackProgramBuilderDumper",
    "ProgramCountError",
    "ReinitError",
    "ReinitStackEntry",
    "RunError",
    "RunTimeInfo",
    "RunTimeoutError",
    "SerializationError",
    "SpikeTrainError",
    "SpikeVector",
    "StadlsError",
    "SystemInit",
    "TargetError",
    "TicketError",
    "convert_to_builder",
    "convert_to_chip",
    "convert_to_dumper",
    "from_json",
    "from_portablebinary",
    "generate",
    "run",
    "to_json",
    "to_portablebinary",
]
