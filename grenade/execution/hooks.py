"""What users add to a run: instructions, and contents of variables of the processors' program. (facts: clients/grenade 2.9)"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from grenade.common import ChipOnConnection
from halco.value import shown
from stadls import AbsoluteTimePlaybackProgramBuilder, PlaybackProgramBuilder

__all__ = ["ChipHooks", "ExecutionInstanceHooks"]


def _taken(builder: PlaybackProgramBuilder | None, name: str) -> PlaybackProgramBuilder:
    """What is in a builder, which is left empty: tickets of its reads belong to the new one."""
    made = PlaybackProgramBuilder()
    if builder is None:
        return made
    if not isinstance(builder, PlaybackProgramBuilder):
        raise TypeError(f"{name} is a PlaybackProgramBuilder, not {shown(builder)}")
    made.merge_back(builder)
    return made


def _taken_times(builder: AbsoluteTimePlaybackProgramBuilder | None) -> AbsoluteTimePlaybackProgramBuilder:
    made = AbsoluteTimePlaybackProgramBuilder()
    if builder is None:
        return made
    if not isinstance(builder, AbsoluteTimePlaybackProgramBuilder):
        raise TypeError(f"inside_realtime is an AbsoluteTimePlaybackProgramBuilder, not {shown(builder)}")
    made.merge(builder)
    return made


class ChipHooks:
    """What is added to the program of one chip. The builders given are left empty.

    pre_static_config       before the configuration, which is then written as a whole
    pre_realtime            once, before the first batch entry
    inside_realtime_begin   before each batch entry
    inside_realtime         during each batch entry, times count from its begin
    inside_realtime_end     after each batch entry
    post_realtime           once, after the last batch entry
    write_ppu_symbols       {name of a variable: its contents before the start}, that is {HemisphereOnDLS: PPUMemoryBlock} or a block of
                            external memory, wherever the variable lies
    read_ppu_symbols        names of variables that are read after each batch entry
    """

    __slots__ = (
        "inside_realtime",
        "inside_realtime_begin",
        "inside_realtime_end",
        "post_realtime",
        "pre_realtime",
        "pre_static_config",
        "read_ppu_symbols",
        "write_ppu_symbols",
    )

    def __init__(
        self,
        pre_static_config: PlaybackProgramBuilder | None = None,
        pre_realtime: PlaybackProgramBuilder | None = None,
        inside_realtime_begin: PlaybackProgramBuilder | None = None,
        inside_realtime: AbsoluteTimePlaybackProgramBuilder | None = None,
        inside_realtime_end: PlaybackProgramBuilder | None = None,
        post_realtime: PlaybackProgramBuilder | None = None,
        write_ppu_symbols: Mapping[str, Any] | None = None,
        read_ppu_symbols: Iterable[str] = (),
    ) -> None:
        self.write_ppu_symbols = dict(write_ppu_symbols or {})
        self.read_ppu_symbols = set(read_ppu_symbols)
        for name in (*self.write_ppu_symbols, *self.read_ppu_symbols):
            if not isinstance(name, str):
                raise TypeError(f"variables of the processors' program are known by their names, not by {shown(name)}")
        self.pre_static_config = _taken(pre_static_config, "pre_static_config")
        self.pre_realtime = _taken(pre_realtime, "pre_realtime")
        self.inside_realtime_begin = _taken(inside_realtime_begin, "inside_realtime_begin")
        self.inside_realtime = _taken_times(inside_realtime)
        self.inside_realtime_end = _taken(inside_realtime_end, "inside_realtime_end")
        self.post_realtime = _taken(post_realtime, "post_realtime")


class ExecutionInstanceHooks:
    """What is added to a run, by chip.

    `ExecutionInstanceHooks({chip on connection: Chip(...)})`, or `ExecutionInstanceHooks(chip on connection, Chip(...))` for one.
    """

    __slots__ = ("chips",)
    Chip = ChipHooks

    def __init__(self, chips: Mapping[ChipOnConnection, ChipHooks] | ChipOnConnection | None = None, chip: ChipHooks | None = None) -> None:
        if chip is not None:
            chips = {chips if isinstance(chips, ChipOnConnection) else ChipOnConnection(chips): chip}  # type: ignore[arg-type]
        if not isinstance(chips, Mapping | None) or not all(isinstance(one, ChipHooks) for one in (chips or {}).values()):
            raise TypeError(f"hooks are a mapping from ChipOnConnection to ExecutionInstanceHooks.Chip, not {shown(chips)}")
        self.chips: dict[ChipOnConnection, ChipHooks] = dict(chips or {})
