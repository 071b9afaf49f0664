"""Playback programs under their original names."""

from stadls import (
    ASICAdapterBoardInit,
    ChipInit,
    ContainerTicket,
    CubeASICAdapterBoardInit,
    JboaASICAdapterBoardInit,
    PlaybackGenerator,
    PlaybackProgram,
    PlaybackProgramBuilder,
    RunTimeInfo,
    SystemInit,
    generate,
    run,
)

__all__ = [
    "ASICAdapterBoardInit",
    "ChipInit",
    "ContainerTicket",
    "CubeASICAdapterBoardInit",
    "JboaASICAdapterBoardInit",
    "PlaybackGenerator",
    "PlaybackProgram",
    "PlaybackProgramBuilder",
    "RunTimeInfo",
    "SystemInit",
    "generate",
    "run",
]
