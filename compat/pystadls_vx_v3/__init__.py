"""Playback programs under their original names."""

from stadls import (
    AbsoluteTimePlaybackProgramBuilder,
    AbsoluteTimePlaybackProgramContainerTicket,
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
    "AbsoluteTimePlaybackProgramBuilder",
    "AbsoluteTimePlaybackProgramContainerTicket",
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
