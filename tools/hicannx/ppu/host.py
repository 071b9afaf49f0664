"""The host's side of a program: load, start, wait, stop. (facts: ppu/memory_map "Protocol")

The three functions of the original's `run_ppu_program` under their names, and `run`, which does all of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from weakref import WeakKeyDictionary

from fisch import MultiConnection
from halco import (
    BarrierOnFPGA,
    ExternalPPUDRAMMemoryBlockOnFPGA,
    ExternalPPUDRAMMemoryByteOnFPGA,
    ExternalPPUMemoryBlockOnFPGA,
    ExternalPPUMemoryByteOnFPGA,
    PPUControlRegisterOnDLS,
    PPUMemoryBlockOnDLS,
    PPUMemoryBlockOnPPU,
    PPUMemoryWordOnDLS,
    PPUMemoryWordOnPPU,
    PPUOnDLS,
    PPUStatusRegisterOnDLS,
    TimerOnDLS,
)
from haldls import Barrier, PPUControlRegister, Timer
from haldls.lola import PPUElfFile
from haldls.ppu_toolchain.code import Code
from haldls.ppu_toolchain.isa import INTERRUPTS
from hicannx.errors import HicannxError
from hicannx_sim import ModelConnection
from stadls import PlaybackProgramBuilder
from stadls import run as execute

TOP = PPUOnDLS.top
NAMES = ("top", "bottom")
STATUSES = 256
POLL, LONGEST = 1000, 1_000_000
"""FPGA cycles between two looks at a program: few when it has just begun, later an eighth of what has passed, up to the longest."""

UNHANDLED = 0x15E00000
"""Upper part of the return code after an interrupt without handler; below it the interrupt's address (ppu/interrupts.h)."""

INTERRUPTED = PPUMemoryWordOnPPU(int(PPUMemoryWordOnPPU.return_code) - 1)


class PPUTimeoutError(HicannxError):
    """A program did not finish in time; the text says where it is, if the connection can tell."""


_started: WeakKeyDictionary[MultiConnection, dict[int, Path]] = WeakKeyDictionary()


def load_and_start_program(connection: MultiConnection, binary_path: str | Path, ppu: PPUOnDLS = TOP) -> None:
    """Puts a program into the PPU's memory and the external ones, and starts it.

    Raises PPUProgramError for a file that is no program for the PPU.
    """
    memory = PPUElfFile(binary_path).read_program()
    builder = PlaybackProgramBuilder()
    builder.write(PPUControlRegisterOnDLS(int(ppu)), PPUControlRegister(inhibit_reset=False))
    block = PPUMemoryBlockOnPPU(PPUMemoryWordOnPPU(0), PPUMemoryWordOnPPU(len(memory.internal) - 1))
    builder.write(PPUMemoryBlockOnDLS(block, ppu), memory.internal)
    if memory.external is not None:
        sram = ExternalPPUMemoryByteOnFPGA
        builder.write(ExternalPPUMemoryBlockOnFPGA(sram(0), sram(len(memory.external) - 1)), memory.external)
    if memory.external_dram is not None:
        dram = ExternalPPUDRAMMemoryByteOnFPGA
        builder.write(ExternalPPUDRAMMemoryBlockOnFPGA(dram(0), dram(len(memory.external_dram) - 1)), memory.external_dram)
    builder.write(PPUControlRegisterOnDLS(int(ppu)), PPUControlRegister(inhibit_reset=True))
    execute(connection, [builder.done()])
    _started.setdefault(connection, {})[int(ppu)] = Path(binary_path)


def wait_until_ppu_finished(connection: MultiConnection, timeout: int | None = None, ppu: PPUOnDLS = TOP) -> None:
    """Waits until the PPU sleeps, for at most `timeout` FPGA cycles of 8 ns that pass on the chip; None waits forever.

    Raises PPUTimeoutError.
    """
    if timeout is not None and timeout < 0:
        raise HicannxError(f"timeout is {timeout} FPGA cycles; it cannot be negative, and None waits forever")
    passed = 0
    while not _sleeps(connection, ppu, pause := _pause(passed, timeout)):
        if timeout is not None and passed >= timeout:
            where = _where(connection, ppu)
            raise PPUTimeoutError(f"the program on PPU {NAMES[int(ppu)]} did not finish within {timeout} FPGA cycles; {where}")
        passed += pause


def _pause(passed: int, timeout: int | None) -> int:
    """FPGA cycles until the next look; the last one is at the time-out."""
    pause = min(max(POLL, passed // 8), LONGEST)
    return pause if timeout is None else max(min(pause, timeout - passed), 0)


def _sleeps(connection: MultiConnection, ppu: PPUOnDLS, pause: int) -> bool:
    """Whether the PPU sleeps; looks, then lets time pass."""
    builder = PlaybackProgramBuilder()
    status = builder.read(PPUStatusRegisterOnDLS(int(ppu)))
    builder.write(TimerOnDLS(), Timer())
    builder.block_until(TimerOnDLS(), Timer.Value(pause))
    builder.block_until(BarrierOnFPGA(), Barrier.omnibus)
    execute(connection, [builder.done()])
    return bool(status.get().sleep)


def _where(connection: MultiConnection, ppu: PPUOnDLS) -> str:
    """Where a program is, if the chip is in this process; hardware does not show its program counter."""
    models = [one for one in connection.connections if isinstance(one, ModelConnection)]
    if not models:
        return "where it is cannot be read over this connection"
    counter = models[0].system.chip.processors.cores[int(ppu)].pc
    return f"it is at {_place(connection, ppu, counter)}"


def _place(connection: MultiConnection, ppu: PPUOnDLS, address: int) -> str:
    """An address with the symbol of the program that was started there last."""
    program = _started.get(connection, {}).get(int(ppu))
    return f"{address:#x}" if program is None or not program.is_file() else Code(program).place(address)


def stop_program(connection: MultiConnection, print_mailbox: bool = True, ppu: PPUOnDLS = TOP) -> int:
    """Holds the PPU in reset and returns the program's return code, -2**31 to 2**31 - 1; prints the text in its mailbox."""
    code, text, _ = _stopped(connection, ppu)
    if print_mailbox:
        print(text)
    return code


def _stopped(connection: MultiConnection, ppu: PPUOnDLS) -> tuple[int, str, int]:
    """Stops the PPU; return code, mailbox, and the word in front of the return code."""
    builder = PlaybackProgramBuilder()
    builder.write(PPUControlRegisterOnDLS(int(ppu)), PPUControlRegister(inhibit_reset=False))
    words = [builder.read(PPUMemoryWordOnDLS(word, ppu)) for word in (PPUMemoryWordOnPPU.return_code, INTERRUPTED)]
    mailbox = builder.read(PPUMemoryBlockOnDLS(PPUMemoryBlockOnPPU.mailbox, ppu))
    builder.block_until(BarrierOnFPGA(), Barrier.omnibus)
    execute(connection, [builder.done()])
    code, before = (int(word.get().value) for word in words)
    return code - (code >> 31 << 32), mailbox.get().to_string(), before


def exit_status(code: int) -> int:
    """A command's exit status for a program's return code: the same from 0 to 255, 255 for all others, which fit into no status.

    >>> exit_status(5), exit_status(-1), exit_status(256)
    (5, 255, 255)
    """
    return code if 0 <= code < STATUSES else STATUSES - 1


@dataclass(frozen=True)
class Result:
    """What a program left behind. `failure` says which interrupt ended it if one did that it has no handler for."""

    return_code: int
    mailbox: str
    failure: str | None = None


def run(connection: MultiConnection, program: str | Path, ppu: PPUOnDLS = TOP, timeout: int | None = 10_000_000) -> Result:
    """Loads and starts a program on an initialised chip, waits for its end and stops the PPU.

    Raises PPUProgramError and PPUTimeoutError as the functions above do; after the latter the program runs on until it is stopped.
    """
    load_and_start_program(connection, program, ppu)
    wait_until_ppu_finished(connection, timeout, ppu)
    code, text, before = _stopped(connection, ppu)
    interrupt = next((name for name, vector in INTERRUPTS.items() if vector == code ^ UNHANDLED), None)
    if interrupt is None:
        return Result(code, text)
    return Result(code, text, f"{interrupt} interrupt at {_place(connection, ppu, before)}, for which there is no handler")
