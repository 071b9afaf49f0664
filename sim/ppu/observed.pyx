# distutils: sources = sim/ppu/kernel/observed.c
"""What can be seen of a core's execution, and what it stops for. None of it changes a result or a cycle.

>>> from hicannx_sim.ppu import Core
>>> core = Core()
>>> core.load_image(bytes.fromhex("38600005 7c00007c"))  # li 3,5; wait
>>> core.start_profile()
>>> core.run(100), core.profile().tolist(), core.asleep
('sleeping', [(0, 1, 1), (4, 1, 0)], 95)
"""

from hicannx_sim.base.state cimport view

import numpy as np

READS, WRITES, PARALLEL = PPU_READS, PPU_WRITES, PPU_PARALLEL
TRACE_ENTRY = np.dtype([
    ("cycle", "i8"), ("pc", "u4"), ("word", "u4"), ("gprs", "u4"), ("specials", "u2"), ("kind", "u1"), ("vector", "u1"), ("address", "u4"),
    ("values", "u4", 4)], align=True)
"""One executed instruction: the cycle from which it could issue; bits of the changed general purpose registers; bits of the changed ones of CR,
XER, LR, CTR, MSR; kind and address of its access to memory; number of the vector register it wrote (255: none); values of the first four
changed registers in this order."""
PROFILE_ENTRY = np.dtype([("pc", "u4"), ("count", "i8"), ("cycles", "i8")], align=True)

_CAUSES = {PPU_STOP_NONE: "none", PPU_STOP_ASKED: "asked", PPU_STOP_BREAK: "break", PPU_STOP_STEP: "step", PPU_STOP_WATCH: "watch"}

if TRACE_ENTRY.itemsize != sizeof(ppu_trace_entry) or PROFILE_ENTRY.itemsize != sizeof(ppu_profile_entry):
    raise ImportError("hicannx_sim.ppu.observed was compiled for other records than it describes")


cdef class Observed:
    """The part of a core that observers see."""

    def __dealloc__(self):
        ppu_observer_free(self.o)

    cdef ppu_observer* _observer(self) except NULL:
        if self.o is NULL:
            self.o = ppu_observer_new()
            if self.o is NULL:
                raise MemoryError
        return self.o

    def attach_debugger(self, debugger: object) -> None:
        """An object whose `stopped(core)` is called at each stop and returns when the core may go on; None: nobody."""
        self._observer()
        self.debugger = debugger

    def ask_to_stop(self, on: bool = True) -> None:
        """Stops in front of the next instruction, or does not want to any more; may be called from any thread."""
        self._observer().asked = on

    def step_on(self, first: int = 0, last: int = 0) -> None:
        """Stops after the next instruction, or after the first one behind which the pc is outside of first .. last - 1."""
        cdef ppu_observer* o = self._observer()
        o.stepping, o.step_first, o.step_last = 1, first, last

    @property
    def stop(self) -> tuple:
        """The last stop: its cause ("none", "asked", "break", "step" or "watch"), the address it is about and the `kinds` of its watchpoint."""
        cdef ppu_observer* o = self._observer()
        return _CAUSES[o.cause], o.where, o.kinds

    def watch(self, first: int, last: int, kinds: int) -> None:
        """Stops in front of instructions that access bytes first .. last. kinds: READS, WRITES or both; with PARALLEL the addresses are locations of `fxvinx` and
        `fxvoutx`. Raises ValueError if there is no place for one more."""
        cdef ppu_observer* o = self._observer()
        if not 0 <= first <= last < 1 << 32 or not kinds & (READS | WRITES):
            raise ValueError(f"no watchpoint: {first:#x} to {last:#x}, kinds {kinds}")
        if o.n_watches == PPU_WATCHES:
            raise ValueError(f"there are {PPU_WATCHES} watchpoints, and no more")
        o.watches[o.n_watches] = ppu_watch(first, last, kinds)
        o.n_watches += 1

    def unwatch(self, first: int, last: int, kinds: int) -> bool:
        """Removes a watchpoint; False if there is none of this kind."""
        cdef ppu_observer* o = self._observer()
        cdef int n
        for n in range(o.n_watches):
            if (o.watches[n].first, o.watches[n].last, o.watches[n].kinds) == (first, last, kinds):
                o.n_watches -= 1
                o.watches[n] = o.watches[o.n_watches]
                return True
        return False

    def break_far(self, address: int, on: bool = True) -> None:
        """As `set_breakpoint`, for code beyond the SRAM."""
        cdef ppu_observer* o = self._observer()
        kept = [o.far_breaks[n] for n in range(o.n_far_breaks) if o.far_breaks[n] != address] + [address] * on
        if len(kept) > PPU_FAR_BREAKS:
            raise ValueError(f"there are {PPU_FAR_BREAKS} breakpoints beyond the SRAM, and no more")
        for n, place in enumerate(kept):
            o.far_breaks[<int> n] = place
        o.n_far_breaks = len(kept)

    def start_trace(self, capacity: int = 4096, first: int = 0, last: int = 0xFFFFFFFF, head: bool = False, lanes: bool = False) -> None:
        """Records instructions at first .. last from now on: the last `capacity` ones, with `head` the first ones; `lanes`: with the contents of
        written vector registers."""
        cdef ppu_observer* o = self._observer()
        if not 0 < capacity <= 1 << 24:
            raise ValueError(f"a trace has room for 1 .. {1 << 24} instructions, not {capacity}")
        if self.sharers:
            raise ValueError("observers record the instructions of this core: stop them first")
        self.earlier = 0
        if not ppu_observer_trace(o, capacity, lanes):
            raise MemoryError
        o.trace_first, o.trace_last, o.trace_head = first, last, head

    def stop_trace(self) -> None:
        """Records no more and forgets."""
        ppu_observer_trace(self._observer(), 0, 0)

    def share_trace(self, capacity: int) -> int:
        """Several observers record the last `capacity` instructions or more; gives the number of the next one. Each ends with `leave_trace`.
        Raises ValueError if somebody has started a trace of his own."""
        cdef ppu_observer* o = self._observer()
        if o.trace is not NULL and not self.sharers:
            raise ValueError("a trace of this core is recorded already: stop it first")
        if capacity > o.trace_capacity:
            self._enlarge(capacity)
        self.sharers += 1
        return self.traced

    def _enlarge(self, capacity: int) -> None:
        cdef ppu_observer* o = self._observer()
        sharers, traced, kept = self.sharers, self.traced, self.trace()
        self.sharers = 0
        self.start_trace(capacity)
        self.sharers = sharers
        view(o.trace, o.trace_capacity * sizeof(ppu_trace_entry), "u1").view(TRACE_ENTRY)[: len(kept)] = kept
        o.trace_count, self.earlier = len(kept), traced - len(kept)

    def leave_trace(self) -> None:
        """An observer records no more."""
        self.sharers -= 1
        if not self.sharers:
            self.stop_trace()

    @property
    def traced(self) -> int:
        """Instructions recorded since `start_trace`, including the ones that have been overwritten."""
        return self.earlier + self._observer().trace_count

    def trace(self):
        """What has been recorded, oldest first: a structured array of TRACE_ENTRY."""
        cdef ppu_observer* o = self._observer()
        found = view(o.trace, o.trace_capacity * sizeof(ppu_trace_entry), "u1").view(TRACE_ENTRY)
        return self._in_order(found)

    def trace_lanes(self):
        """The vector registers written by the instructions of `trace`, uint8[n, 128]; zeros for the others. Without rows if not recorded."""
        cdef ppu_observer* o = self._observer()
        if o.trace_lanes is NULL:
            return np.zeros((0, PPU_LANES), np.uint8)
        return self._in_order(view(o.trace_lanes, o.trace_capacity * PPU_LANES, "u1").reshape(-1, PPU_LANES))

    def _in_order(self, ring):
        cdef ppu_observer* o = self._observer()
        if o.trace_count <= o.trace_capacity:
            return ring[:o.trace_count].copy()
        return np.roll(ring, -(o.trace_count % o.trace_capacity), 0)

    def start_profile(self) -> None:
        """Counts instructions and cycles at each address from now on, from zero."""
        if not ppu_observer_profile(self._observer(), 1):
            raise MemoryError

    def stop_profile(self) -> None:
        """Counts no more and forgets."""
        ppu_observer_profile(self._observer(), 0)

    def profile(self):
        """What has been counted: a structured array (pc, count, cycles) in the order of addresses. The cycles of an instruction last until the
        next one can issue; the ones asleep do not count."""
        cdef ppu_observer* o = self._observer()
        if o.near is NULL:
            return np.zeros(0, PROFILE_ENTRY)
        near = view(o.near, PPU_SRAM_WORDS * sizeof(ppu_profile_entry), "u1").view(PROFILE_ENTRY)
        far = view(o.far, o.far_capacity * sizeof(ppu_profile_entry), "u1").view(PROFILE_ENTRY)
        return np.sort(np.concatenate([near[near["count"] > 0], far[far["count"] > 0]]), order="pc")

    @property
    def asleep(self) -> int:
        """Cycles slept since `start_profile`."""
        return self._observer().asleep
