"""Halting PPUs for a debugger while the time of their chip stands still.

A `Debugger` belongs to one core. The core stops in front of a breakpoint or a watched access, after a step, or when it is asked to: then
the thread that executes the program waits in `stopped`, and the chip with it. Between programs there is nobody to wait; then the debugger
holds the lock of the system, so that no program begins. `Standstill` is what the debuggers of one chip share: time goes on when none of
them holds it.
"""

import threading
from collections.abc import Callable
from typing import Protocol

from hicannx_sim.base.errors import SimError
from hicannx_sim.base.signals import LOOK, waiting
from hicannx_sim.debugger.listing import own_ticks
from hicannx_sim.ppu.core import SRAM_BYTES, Core
from hicannx_sim.ppu.observed import READS, WRITES

CODE_BEYOND = 0x8000_0000
"""First address of code beyond the SRAM. (facts: ppu/memory_map)"""


class DebugError(SimError):
    """A debugger cannot do what it was asked to; the text names the address."""


class Memory(Protocol):
    """What a debugger sees beyond the SRAM, in big-endian bytes of the PPU's address space; nothing is changed by looking.

    Both raise DebugError for addresses that cannot be looked at, or written, without side effects.
    """

    def read(self, address: int, length: int) -> bytes: ...

    def write(self, address: int, data: bytes) -> None: ...


class NoMemory:
    """Nothing beyond the SRAM."""

    def read(self, address: int, length: int) -> bytes:
        raise DebugError(f"nothing can be seen at {address:#010x}: this core has no chip around it")

    def write(self, address: int, data: bytes) -> None:
        raise DebugError(f"nothing can be written at {address:#010x}: this core has no chip around it")


class Standstill:
    """Whether the time of a chip may go on. lock: what a thread holds while it executes a program, and we hold between programs."""

    def __init__(self, lock: "threading.Lock | None" = None) -> None:
        self._lock = lock or threading.Lock()
        self._changed = threading.Condition()
        self._holders: set[object] = set()
        self._waiting = False  # the executing thread waits for us
        self._idle = False  # we hold the lock

    def holds(self, holder: object) -> bool:
        """Whether time stands still for this one."""
        with self._changed:
            return holder in self._holders

    def join(self, holder: object, joined: Callable[[], None]) -> bool:
        """Holds the time if it stands still already or nobody executes a program; calls `joined` unless it was held by this one already."""
        with self._changed:
            if not (self._waiting or self._idle):
                if not self._lock.acquire(blocking=False):
                    return False
                self._idle = True
            if holder not in self._holders:
                self._holders.add(holder)
                joined()
            return True

    def wait(self, holder: object, joined: Callable[[], None]) -> None:
        """Called by the executing thread: time stands still for this one, and until nobody holds it any more."""
        with self._changed:
            self._holders.add(holder)
            self._waiting = True
            joined()
            try:
                while self._holders and not waiting():  # a signal may end the program
                    self._changed.wait(LOOK)
            finally:  # also if the user interrupts the wait
                self._holders.clear()
                self._waiting = False

    def release(self, holder: object) -> None:
        """Time may go on, as far as this one is concerned."""
        with self._changed:
            self._holders.discard(holder)
            if self._holders:
                return
            if self._idle:
                self._idle = False
                self._lock.release()
            self._changed.notify_all()


class Debugger:
    """Stops and resumes one core.

    find: gives the core, which is another one after the chip was switched off and on. tick_of: the chip's tick at a cycle of the core.
    `running`: whether the core may run now; it changes to False in the thread that stops it, which then calls `on_stop`.
    """

    def __init__(
        self,
        find: Callable[[], Core],
        standstill: Standstill | None = None,
        memory: Memory | None = None,
        tick_of: Callable[[int], int] | None = None,
    ) -> None:
        self._find = find
        self.core = find()
        self.standstill = standstill or Standstill()
        self.memory: Memory = memory or NoMemory()
        self.tick_of = tick_of or own_ticks
        self.on_stop: Callable[[], None] = lambda: None
        self.running = True
        self.cause, self.where, self.kinds = "none", 0, 0
        self._engaged = False
        self._first = False  # the first instruction is one to stop in front of
        self._breakpoints: set[int] = set()
        self._watches: set[tuple[int, int, int]] = set()

    # -- called by the executing thread

    def stopped(self, core: Core) -> None:
        """Waits until the debugger lets the core go on; returns at once if nobody debugs."""
        if self._engaged and core is self.core:
            self.standstill.wait(self, self._note_stop)

    def _note_stop(self) -> None:
        self.cause, self.where, self.kinds = self.core.stop
        self.running = self._first = False
        self.on_stop()

    # -- called by the debugger's thread

    def engage(self, first: bool = False) -> None:
        """From now on stops count; the core goes on until it is halted, with `first` up to the next instruction."""
        self.core.attach_debugger(self)
        self._engaged = True
        if first:
            self._first = True
            self.core.ask_to_stop()

    def disengage(self) -> None:
        """Nothing stops the core any more."""
        for address in list(self._breakpoints):
            self.set_breakpoint(address, False)
        for watch in list(self._watches):
            self.set_watch(*watch, on=False)
        self._engaged = self._first = False
        self.core.attach_debugger(None)
        self.core.ask_to_stop(False)
        self.running = True
        self.standstill.release(self)

    def ask(self) -> None:
        """Wants the core to halt: it stops in front of its next instruction, unless `halt` is faster."""
        if self.running:
            self.core.ask_to_stop()

    def halt(self) -> bool:
        """Whether the core is halted; it is from now on if no program is executed, or if another core is halted."""
        if self.running or not self.standstill.holds(self):
            self.standstill.join(self, self._note_halt)
        return not self.running and self.standstill.holds(self)

    def _note_halt(self) -> None:
        self.core.ask_to_stop(self._first)
        if self.running:
            self.cause, self.where, self.kinds = "asked", self.core.pc, 0
            self.running = False

    def follow(self) -> None:
        """Moves to the core that is there now, with everything that shall stop it."""
        core = self._find()
        if core is self.core:
            return
        self.core = core
        core.attach_debugger(self if self._engaged else None)
        core.ask_to_stop(self._first)
        for address in self._breakpoints:
            self._break(address, True)
        for watch in self._watches:
            core.watch(*watch)

    def resume(self, step: tuple[int, int] | None = None) -> None:
        """Goes on; step: (first, last), until the pc leaves first .. last - 1, at least by one instruction."""
        self.core.ask_to_stop(self._first)
        if step is not None:
            self.core.step_on(*step)
        self.running = True
        self.standstill.release(self)

    # -- what stops it

    def _break(self, address: int, on: bool) -> None:
        if address < SRAM_BYTES:
            self.core.set_breakpoint(address, on)
        else:
            self.core.break_far(address, on)

    def set_breakpoint(self, address: int, on: bool = True) -> None:
        """Stops in front of the instruction at this address. Raises DebugError if no code can be there."""
        if address & 3 or SRAM_BYTES <= address < CODE_BEYOND:
            raise DebugError(f"no code can stand at {address:#010x}: it is a multiple of 4 in the SRAM or from {CODE_BEYOND:#x} on")
        self._guarded(self._break, address, on)
        (self._breakpoints.add if on else self._breakpoints.discard)(address)

    def set_watch(self, first: int, last: int, kinds: int, on: bool = True) -> None:
        """Stops in front of accesses to bytes first .. last; see `Core.watch`."""
        watch = (first, last, kinds)
        if on and watch not in self._watches:
            self._guarded(self.core.watch, *watch)
            self._watches.add(watch)
        elif not on and watch in self._watches:
            self.core.unwatch(*watch)
            self._watches.discard(watch)

    def _guarded(self, call: Callable[..., None], *arguments: int) -> None:
        try:
            call(*arguments)
        except ValueError as error:
            raise DebugError(str(error)) from error

    # -- memory

    def read_memory(self, address: int, length: int) -> bytes:
        """Bytes from an address on; fewer at the end of a memory. Raises DebugError if there is not even one."""
        if not 0 <= address < 1 << 32:
            raise DebugError(f"{address:#x} is no address of 32 bits")
        if address < SRAM_BYTES:
            return self.core.memory()[address : address + length]
        return self.memory.read(address, length)

    def write_memory(self, address: int, data: bytes) -> None:
        """Writes bytes; raises DebugError where that is not possible without side effects."""
        if address >= SRAM_BYTES:
            self.memory.write(address, data)
            return
        if address + len(data) > SRAM_BYTES:
            raise DebugError(f"{len(data)} bytes from {address:#x} on do not fit into the SRAM of {SRAM_BYTES} bytes")
        first, last = address & ~3, (address + len(data) + 3) & ~3
        words = bytearray(self.core.memory()[first:last])
        words[address - first : address - first + len(data)] = data
        self.core.load_image(bytes(words), first)


KINDS = {"2": WRITES, "3": READS, "4": READS | WRITES}
"""Watchpoints by their number in GDB's protocol."""
