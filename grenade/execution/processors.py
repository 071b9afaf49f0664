"""The plasticity processors as seen from a program: start, commands, waits, results, stop. (facts: clients/grenade 3.6, 4.2)

The program that runs on them waits for commands in the variable `status`, and sets it back to idle when it has carried one out.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from grenade.errors import GrenadeError
from grenade.ppu import Status
from grenade.ppu.source import RUN_COUNTER
from halco import (
    BarrierOnFPGA,
    HemisphereOnDLS,
    InstructionTimeoutConfigOnFPGA,
    PollingOmnibusBlockConfigOnFPGA,
    PollingOmnibusBlockOnFPGA,
    PPUControlRegisterOnDLS,
    PPUMemoryBlockOnDLS,
    PPUMemoryBlockOnPPU,
    PPUMemoryWordOnDLS,
    PPUMemoryWordOnPPU,
    PPUOnDLS,
)
from haldls import (
    Barrier,
    InstructionTimeoutConfig,
    PollingOmnibusBlock,
    PollingOmnibusBlockConfig,
    PPUControlRegister,
    PPUMemoryBlock,
    PPUMemoryWord,
    Timer,
)
from haldls.lola import PPUProgram
from stadls import (
    AbsoluteTimePlaybackProgramBuilder,
    AbsoluteTimePlaybackProgramContainerTicket,
    ContainerTicket,
    PlaybackProgram,
    PlaybackProgramBuilder,
)
from stadls.explain import polled

_log = logging.getLogger("grenade.execution.processors")
PER_US = int(Timer.Value.fpga_clock_cycles_per_us)
PROCESSORS = (PPUOnDLS.top, PPUOnDLS.bottom)
READY_TIMEOUT = 1_000_000 * PER_US
"""Longest time until the processors are ready: constructors of kernels run before [FPGA cycles]."""
COMMAND_TIMEOUT = 100_000 * PER_US
"""Longest time until a command has been carried out [FPGA cycles]."""
RUNTIME_MAX = 1 << 63

Symbols = Mapping[str, PPUProgram.Symbol]


class SymbolError(GrenadeError):
    """A variable of the processors' program that is asked for is not there. `name` is its name."""

    def __init__(self, text: str, name: str) -> None:
        super().__init__(text)
        self.name = name


def place(symbols: Symbols, name: str) -> Any:
    """Where a variable stands. SymbolError if there is none of that name."""
    if name not in symbols:
        raise SymbolError(f"the processors' program has no variable {name!r}", name)
    return symbols[name].coordinate


def word(symbols: Symbols, name: str) -> PPUMemoryWordOnPPU:
    """Where a variable of one word stands in the processors' own memory."""
    return place(symbols, name).toMin()  # type: ignore[no-any-return]


# --------------------------------------------------------------------------------------------------------------------- waiting
def _poll(builder: PlaybackProgramBuilder, where: PPUMemoryWordOnPPU, value: int, mask: int = 0xFFFFFFFF) -> None:
    """Waits until a word of both processors has a value."""
    for address in _addresses(where):
        builder.write(PollingOmnibusBlockConfigOnFPGA(), PollingOmnibusBlockConfig(address=address, target=value, mask=mask))
        builder.block_until(BarrierOnFPGA(), Barrier.omnibus)
        builder.block_until(PollingOmnibusBlockOnFPGA(), PollingOmnibusBlock())


def _addresses(where: PPUMemoryWordOnPPU) -> list[int]:
    """Of a word in the memories of both processors, on the omnibus."""
    return [int(PPUMemoryWord.write_addresses([int(PPUMemoryWordOnDLS(where, ppu))])[0, 0]) for ppu in PROCESSORS]


def still_busy(program: PlaybackProgram, instruction: int, symbols: Symbols) -> bool:
    """Whether an instruction waits for a processor to become idle."""
    found = polled(program.words, instruction)
    return found is not None and found[0] is not None and int(found[0].address) in _addresses(word(symbols, "status"))


def wait_for(builder: PlaybackProgramBuilder, where: PPUMemoryWordOnPPU, timeout: int) -> None:
    """Waits until both processors are idle, at most `timeout` FPGA cycles."""
    builder.write(InstructionTimeoutConfigOnFPGA(), InstructionTimeoutConfig(value=timeout))
    _poll(builder, where, Status.idle)
    builder.write(InstructionTimeoutConfigOnFPGA(), InstructionTimeoutConfig())


def hold(builder: PlaybackProgramBuilder) -> None:
    """Holds both processors in reset."""
    for ppu in PROCESSORS:
        builder.write(PPUControlRegisterOnDLS(int(ppu)), PPUControlRegister())
    builder.block_until(BarrierOnFPGA(), Barrier.omnibus)


def start(builder: PlaybackProgramBuilder, symbols: Symbols) -> None:
    """Lets both processors run and waits until they are ready."""
    for ppu in PROCESSORS:
        builder.write(PPUControlRegisterOnDLS(int(ppu)), PPUControlRegister(inhibit_reset=True))
    wait_for(builder, word(symbols, "status"), READY_TIMEOUT)


def stop(builder: PlaybackProgramBuilder, symbols: Symbols) -> None:
    """Ends the program of both processors and holds them in reset."""
    for ppu in PROCESSORS:
        builder.write(PPUMemoryWordOnDLS(word(symbols, "status"), ppu), PPUMemoryWord(Status.stop))
    _poll(builder, word(symbols, "stopped"), 1, 1)
    hold(builder)


# -------------------------------------------------------------------------------------------------------------------- commands
@dataclass
class Command:
    """A command that was given, and what the processors were doing before."""

    status: Status
    expected: Status
    before: dict[PPUOnDLS, AbsoluteTimePlaybackProgramContainerTicket[PPUMemoryWord]]

    def report(self) -> None:
        """Announces in the log if the processors were doing something else than expected."""
        for ppu, ticket in self.before.items():
            found = int(ticket.get().value)
            if found != self.expected:
                name = Status(found).name if found in Status._value2member_map_ else found
                _log.warning("%r was %s when it got the command %s, not %s", ppu, name, self.status.name, self.expected.name)


COMMAND_DURATION = 3 * len(PROCESSORS)
"""FPGA cycles that a command takes."""


def command(
    builder: AbsoluteTimePlaybackProgramBuilder, time: int, symbols: Symbols, status: Status, expected: Status = Status.idle
) -> Command:
    """Gives both processors a command at `time`; it takes COMMAND_DURATION."""
    before, where = {}, word(symbols, "status")
    for number, ppu in enumerate(PROCESSORS):
        at = PPUMemoryWordOnDLS(where, ppu)
        before[ppu] = builder.read(Timer.Value(time + 3 * number), at)
        builder.write(Timer.Value(time + 3 * number + 1), at, PPUMemoryWord(status))
    return Command(status, expected, before)


RUNTIME_DURATION = 4 * len(PROCESSORS)
"""FPGA cycles that it takes to tell the runtime."""


def tell_runtime(builder: AbsoluteTimePlaybackProgramBuilder, time: int, symbols: Symbols, runtime: int) -> None:
    """Tells both processors how long the experiment lasts, `runtime` in FPGA cycles; it takes RUNTIME_DURATION."""
    block = PPUMemoryBlock(2)
    block.from_numpy([2 * runtime >> 32, 2 * runtime & 0xFFFFFFFF])  # the processors count cycles of 4 ns
    for number, ppu in enumerate(PROCESSORS):
        builder.write(Timer.Value(time + 4 * number), PPUMemoryBlockOnDLS(place(symbols, "runtime"), ppu), block)


# --------------------------------------------------------------------------------------------------------------------- results
@dataclass
class SchedulerReport:
    """What the scheduler of plasticity rules says at its end, per processor."""

    status: dict[PPUOnDLS, ContainerTicket[Any]] = field(default_factory=dict)
    dropped: dict[PPUOnDLS, ContainerTicket[Any]] = field(default_factory=dict)
    skipped: dict[tuple[str, PPUOnDLS], ContainerTicket[Any]] = field(default_factory=dict)
    runs: dict[tuple[int, PPUOnDLS], ContainerTicket[Any]] = field(default_factory=dict)
    mailbox: dict[PPUOnDLS, ContainerTicket[Any]] = field(default_factory=dict)

    def report(self, expected: Mapping[int, int]) -> None:
        """Announces in the log what went wrong. `expected` says how often rules that record were to run, by their number."""
        for ppu, ticket in self.status.items():
            if _number(ticket) != Status.idle:
                _log.error("On-PPU scheduler didn't finish operation (%r).", ppu)
        for ppu, ticket in self.dropped.items():
            if _number(ticket):
                _log.error("On-PPU scheduler could not execute all tasks (%r, dropped: %d).", ppu, _number(ticket))
        for (name, ppu), ticket in self.skipped.items():
            if _number(ticket):
                text = "On-PPU timer could not insert all requested tasks into execution queue (%r, %s, skipped: %d)."
                _log.error(text, ppu, name, _number(ticket))
        for (rule, ppu), ticket in self.runs.items():
            if _number(ticket) < expected[rule]:
                text = "plasticity rule %d ran %d times of %d (%r): others were due at the end or later, or while one still ran. "
                advice = "Its recording has those that ran one behind the other, then zeros: which periods they are their times tell"
                _log.warning(text + advice, rule, _number(ticket), expected[rule], ppu)
        for ppu, ticket in self.mailbox.items():
            _log.debug("%r mailbox:\n%s", ppu, ticket.get().to_string())


def _number(ticket: ContainerTicket[Any]) -> int:
    return int(ticket.get().to_numpy()[0])


def read_scheduler(builder: PlaybackProgramBuilder, symbols: Symbols) -> SchedulerReport:
    """Waits until the scheduler has ended and reads what it says."""
    found, status = SchedulerReport(), word(symbols, "status")
    wait_for(builder, status, COMMAND_TIMEOUT)
    timers = [name for name in symbols if name.startswith("timer") and name.endswith("event_drop_count")]
    counters = {int(name.removeprefix(RUN_COUNTER)): name for name in symbols if name.startswith(RUN_COUNTER)}
    for ppu in PROCESSORS:
        found.status[ppu] = builder.read(PPUMemoryBlockOnDLS(PPUMemoryBlockOnPPU(status, status), ppu))
        if "scheduler_event_drop_count" in symbols:
            found.dropped[ppu] = builder.read(PPUMemoryBlockOnDLS(place(symbols, "scheduler_event_drop_count"), ppu))
        for name in timers:
            found.skipped[name, ppu] = builder.read(PPUMemoryBlockOnDLS(place(symbols, name), ppu))
        for rule, name in counters.items():
            found.runs[rule, ppu] = builder.read(PPUMemoryBlockOnDLS(place(symbols, name), ppu))
        found.mailbox[ppu] = builder.read(PPUMemoryBlockOnDLS(PPUMemoryBlockOnPPU.mailbox, ppu))
    return found


def read_symbols(builder: PlaybackProgramBuilder, symbols: Symbols, names: Iterable[str]) -> dict[str, Any]:
    """Reads variables by their names: tickets by hemisphere for those in the processors' own memory, else one ticket."""
    found: dict[str, Any] = {}
    for name in sorted(names):
        where = place(symbols, name)
        if isinstance(where, PPUMemoryBlockOnPPU):
            found[name] = {HemisphereOnDLS(int(ppu)): builder.read(PPUMemoryBlockOnDLS(where, ppu)) for ppu in PROCESSORS}
        else:
            found[name] = builder.read(where)
    if found:
        builder.block_until(BarrierOnFPGA(), Barrier.omnibus)
    return found


def symbol_contents(tickets: Mapping[str, Any]) -> dict[str, Any]:
    """Contents of the variables that were read."""
    return {
        name: {hemisphere: one.get() for hemisphere, one in ticket.items()} if isinstance(ticket, dict) else ticket.get()
        for name, ticket in tickets.items()
    }


CHUNK = 16384
"""Bytes of external memory that one part of a program reads."""


def read_memory(where: Any) -> tuple[list[PlaybackProgramBuilder], list[ContainerTicket[Any]]]:
    """Reads a block of external memory, in parts that a program can be cut between."""
    kind, byte = type(where), type(where.toMin())
    first, last = int(where.toMin()), int(where.toMax())
    builders, tickets = [], []
    for begin in range(first, last + 1, CHUNK):
        builder = PlaybackProgramBuilder()
        tickets.append(builder.read(kind(byte(begin), byte(min(begin + CHUNK - 1, last)))))
        builder.block_until(BarrierOnFPGA(), Barrier.omnibus)
        builders.append(builder)
    return builders, tickets
