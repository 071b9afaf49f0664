"""Debugging the PPUs of a system: what lies around the cores, and a port for GDB.

>>> from hicannx_sim import System
>>> with gdb_server(System(), 0) as server:
...     server.port > 0
True
"""

from contextlib import AbstractContextManager
from types import TracebackType
from typing import Self
from weakref import WeakKeyDictionary

from haldls.lola.ppu_program import WINDOWS
from hicannx_sim.debugger.debugger import CODE_BEYOND, DebugError, Debugger, Standstill
from hicannx_sim.debugger.listing import NO_SYMBOLS, Symbols
from hicannx_sim.debugger.monitor import Monitor
from hicannx_sim.debugger.server import GdbServer
from hicannx_sim.ppu.core import Core
from hicannx_sim.setup.system import System

WORD = 4  # bytes
DRAM_PAGE_WORDS = 1 << 12


class ChipMemory:
    """The address space of the PPUs beyond their SRAM, without side effects: memories of the FPGA in both of their windows, and the chip's
    omnibus in 32-bit words. Where the window of code covers the omnibus, code is shown; that are the registers of the system time.

    Registers are shown as of the last time that somebody had to see them. What does something when it is written is refused.
    """

    def __init__(self, system: System) -> None:
        self._system = system

    def read(self, address: int, length: int) -> bytes:
        first, last = address // WORD, (address + length - 1) // WORD
        words = []
        for place in range(first, last + 1):
            word = self._word(place * WORD)
            if word is None:
                break
            words.append(word.to_bytes(WORD, "big"))
        found = b"".join(words)[address % WORD :][:length]
        if not found:
            raise DebugError(f"there is nothing that can be read at {address:#010x}")
        return found

    def write(self, address: int, data: bytes) -> None:
        first = address // WORD * WORD
        words = bytearray(self.read(first, address - first + len(data) + -(address + len(data)) % WORD))
        if len(words) < address - first + len(data):
            raise DebugError(f"{len(data)} bytes from {address:#010x} on go beyond the end of what is there")
        words[address - first : address - first + len(data)] = data
        for offset in range(0, len(words), WORD):
            self._set_word(first + offset, int.from_bytes(words[offset : offset + WORD], "big"))

    def _word(self, address: int) -> int | None:
        far, (memory, place) = self._system.fpga.registers.memory, _located(address)
        if memory == "external":
            return int(far.sram_array[place])
        if memory == "external_dram":
            page, place = divmod(place, DRAM_PAGE_WORDS)
            return int(far.dram[page][place]) if page in far.dram else 0
        omnibus = self._system.chip.omnibus
        return omnibus.peek(place) if memory == "omnibus" and omnibus.is_readable(place) else None

    def _set_word(self, address: int, word: int) -> None:
        far, (memory, place) = self._system.fpga.registers.memory, _located(address)
        if memory == "external":
            far.sram_array[place] = word
        elif memory == "external_dram":
            page, place = divmod(place, DRAM_PAGE_WORDS)
            if page not in far.dram:
                far.open_page(page)
            far.dram[page][place] = word
        elif not self._system.chip.omnibus.poke(place, word):
            raise DebugError(f"a write to {address:#010x} would do something on the chip; let the host or the program do it")


def _located(address: int) -> tuple[str, int]:
    """The memory beyond the SRAM behind an address, "external", "external_dram", "omnibus" or "" for none, and the word in it."""
    for window in WINDOWS:
        if window.memory != "internal" and 0 <= address - window.base < window.size:
            return window.memory, (address - window.base) // WORD
    return ("omnibus", (address - CODE_BEYOND) // WORD) if CODE_BEYOND <= address < 1 << 32 else ("", 0)


_standstills: WeakKeyDictionary[System, Standstill] = WeakKeyDictionary()


def standstill_of(system: System) -> Standstill:
    """What all debuggers of a system share."""
    return _standstills.setdefault(system, Standstill(system._lock))


def debugger_of(system: System, ppu: int) -> Debugger:
    """A debugger for one PPU, 0 top or 1 bottom."""

    def find() -> Core:
        return system.chip.processors.cores[ppu]

    return Debugger(find, standstill_of(system), ChipMemory(system), lambda cycle: system.chip.processors.tick_of(ppu, cycle))


class gdb_server(AbstractContextManager["gdb_server"]):  # noqa: N801
    """A port of this machine at which GDB finds a PPU, 0 top or 1 bottom, until it is closed. See `hicannx.debug`."""

    def __init__(self, system: System, ppu: int, port: int = 0, symbols: Symbols = NO_SYMBOLS, wait: bool = False) -> None:
        self._system, self._debugger = system, debugger_of(system, ppu)
        self.monitor = Monitor(self._debugger, symbols)
        self._server = GdbServer(self._debugger, self.monitor, port)
        system.powered.append(self._debugger.follow)
        if wait:
            self._debugger.engage(first=True)
        self.port = self._server.port
        self.connected = self._server.connected

    @property
    def halted(self) -> bool:
        """Whether the PPU waits for GDB to continue."""
        return not self._debugger.running

    def close(self) -> None:
        """Lets the PPU go on and gives the port back."""
        self._server.close()
        if self._debugger.follow in self._system.powered:
            self._system.powered.remove(self._debugger.follow)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()
