"""Programs of a chip for a whole run: all batch entries one after the other, cut where they get too long. (facts: clients/grenade 3.6)"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from fisch import PLAYBACK_MEMORY_SIZE
from grenade.execution import converters, processors
from grenade.execution.health import Reading, read_counters
from grenade.execution.hooks import ChipHooks
from grenade.execution.processors import SchedulerReport, Symbols
from grenade.execution.realtime import Placed, Snippet, place
from halco import BarrierOnFPGA, CrossbarOnDLS, TimerOnDLS
from haldls import Barrier, CrossbarNode, Timer
from haldls.lola import Chip, Crossbar
from stadls import ContainerTicket, PlaybackProgram, PlaybackProgramBuilder

LIMIT = PLAYBACK_MEMORY_SIZE // 2
"""Instructions of one program; every response is followed by a time, so the other half is left for the trace."""


@dataclass(frozen=True)
class BetweenEntries:
    """What happens between batch entries: a shortest wait from the end of one to the begin of the next [FPGA cycles], and whether events
    are kept from going round meanwhile."""

    wait: int = 0
    routing_disabled: bool = True


@dataclass
class Entry:
    """What will tell about one batch entry after the run."""

    placed: Placed
    symbols: dict[str, Any] = field(default_factory=dict)
    scheduler: SchedulerReport | None = None
    memories: dict[Any, list[ContainerTicket[Any]]] = field(default_factory=dict)


@dataclass
class Assembled:
    """The run of one chip: its programs, the counters before and after each, and its batch entries."""

    programs: list[PlaybackProgram] = field(default_factory=list)
    health: list[tuple[Reading, Reading]] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)


def assemble(
    snippets: Sequence[Snippet],
    batch_size: int,
    hooks: ChipHooks,
    setup: PlaybackProgramBuilder,
    symbols: Symbols | None = None,
    memories: Mapping[Any, Any] | None = None,
    between: BetweenEntries = BetweenEntries(),
) -> Assembled:
    """Puts the programs of a chip together.

    setup      what stands before the experiment and does not count for its health
    symbols    variables of the processors' program, if one runs
    memories   what of their external memory is read after each batch entry: {key: coordinate of a block}
    """
    made, parts = Assembled(), []
    for number in range(batch_size):
        assembling = _Assembling(snippets, number, batch_size, hooks, symbols)
        parts.append(assembling.experiment(between))
        parts += assembling.results(memories or {})
        made.entries.append(assembling.entry)
    parts += _ending(hooks, symbols)
    if setup.size_to_fpga() + parts[0].size_to_fpga() > _limit():
        made.programs.append(setup.done())
    for builder in _cut(parts):
        program, health = _measured(setup, builder)
        made.programs.append(program)
        made.health.append(health)
    return made


class _Assembling:
    """One batch entry."""

    def __init__(self, snippets: Sequence[Snippet], number: int, batch_size: int, hooks: ChipHooks, symbols: Symbols | None) -> None:
        self.snippets, self.number, self.last = snippets, number, number == batch_size - 1
        self.hooks, self.symbols = hooks, symbols
        self.entry = Entry(place(snippets, number, symbols, hooks.inside_realtime, self.last))

    def experiment(self, between: BetweenEntries) -> PlaybackProgramBuilder:
        """Everything up to the end of the experiment."""
        builder = PlaybackProgramBuilder()
        if self.number == 0:
            if any(snippet.usage.madc for snippet in self.snippets):
                converters.arm(builder)
            builder.merge_back(self.hooks.pre_realtime)
        self._add(builder, self.hooks.inside_realtime_begin)
        builder.merge_back(self.entry.placed.builder.done())
        self._add(builder, self.hooks.inside_realtime_end)
        if self.symbols is not None:
            self.entry.symbols = processors.read_symbols(builder, self.symbols, self.hooks.read_ppu_symbols)
        builder.block_until(BarrierOnFPGA(), Barrier.omnibus)
        self._pause(builder, between)
        return builder

    def _add(self, builder: PlaybackProgramBuilder, hook: PlaybackProgramBuilder) -> None:
        """Hooks of every batch entry; only the last one can have their tickets."""
        if self.last:
            builder.merge_back(hook)
        else:
            builder.copy_back(hook)

    def _pause(self, builder: PlaybackProgramBuilder, between: BetweenEntries) -> None:
        """Silences the network until the next batch entry."""
        chip = self.snippets[0].chip
        if between.routing_disabled:
            _write_nodes(builder, chip, drop_all=True)
        if between.wait:
            builder.write(TimerOnDLS(), Timer())
            builder.block_until(TimerOnDLS(), Timer.Value(between.wait))
        if between.routing_disabled:
            _write_nodes(builder, chip, drop_all=False)

    def results(self, memories: Mapping[Any, Any]) -> list[PlaybackProgramBuilder]:
        """What is read of the processors' memories when they have ended what they did."""
        if self.symbols is None:
            return []
        waiting = PlaybackProgramBuilder()
        if any(snippet.usage.plasticity for snippet in self.snippets):
            self.entry.scheduler = processors.read_scheduler(waiting, self.symbols)
        else:
            processors.wait_for(waiting, processors.word(self.symbols, "status"), processors.COMMAND_TIMEOUT)
        waiting.block_until(BarrierOnFPGA(), Barrier.omnibus)
        parts = [waiting]
        for key, where in memories.items():
            builders, self.entry.memories[key] = processors.read_memory(where)
            parts += builders
        return parts


def _write_nodes(builder: PlaybackProgramBuilder, chip: Chip, drop_all: bool) -> None:
    """Closes all nodes of the crossbar, or opens those of the configuration again."""
    crossbar = Crossbar(chip.crossbar)
    if drop_all:
        crossbar.nodes.fill(CrossbarNode.drop_all)
    builder.write(CrossbarOnDLS(), crossbar)
    builder.block_until(BarrierOnFPGA(), Barrier.omnibus)


def _ending(hooks: ChipHooks, symbols: Symbols | None) -> list[PlaybackProgramBuilder]:
    """Once, after the last batch entry."""
    ending = PlaybackProgramBuilder()
    if symbols is not None:
        processors.stop(ending, symbols)
    ending.merge_back(hooks.post_realtime)
    return [ending]


def _cut(parts: Sequence[PlaybackProgramBuilder]) -> list[PlaybackProgramBuilder]:
    """As few builders as hold all parts in their order, each as large as the playback memory allows."""
    limit, found = _limit(), [PlaybackProgramBuilder()]
    for part in parts:
        if not found[-1].empty() and found[-1].size_to_fpga() + part.size_to_fpga() > limit:
            found.append(PlaybackProgramBuilder())
        found[-1].merge_back(part)
    return found


@cache
def _limit() -> int:
    """Instructions of a program besides the counters' reads."""
    reading = PlaybackProgramBuilder()
    read_counters(reading)
    return LIMIT - 2 * reading.size_to_fpga()


def _measured(setup: PlaybackProgramBuilder, builder: PlaybackProgramBuilder) -> tuple[PlaybackProgram, tuple[Reading, Reading]]:
    """The program with counters read before and after, behind what is left of the setup."""
    whole = PlaybackProgramBuilder()
    whole.merge_back(setup)
    before = read_counters(whole)
    whole.merge_back(builder)
    after = read_counters(whole)
    return whole.done(), (before, after)
