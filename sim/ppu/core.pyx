# distutils: sources = sim/ppu/kernel/access.c sim/ppu/kernel/decode.c sim/ppu/kernel/execute.c sim/ppu/kernel/idle.c sim/ppu/kernel/memory.c sim/ppu/kernel/observe.c sim/ppu/kernel/pipeline.c sim/ppu/kernel/state.c sim/ppu/kernel/system.c sim/ppu/kernel/vector.c sim/ppu/kernel/vector_time.c
"""One plasticity processor's core with its SRAM: registers, execution in core cycles of 4 ns, and a port to everything else.

>>> core = Core()
>>> core.load_image(bytes.fromhex("38600005 7c00007c"))  # li 3,5; wait
>>> core.run(100), core.gpr[3], core.sleeping
('sleeping', 5, True)

Compiled rooms attach C functions to `c.port`; tests may attach a Python object. Accuracy class: results exact (facts: ppu/isa_scalar, ppu/isa_vector).
Cycles, for ideal memories: scalar instructions exact, as in the public hardware description; branches but for replaced entries of the branch cache;
vector instructions within 2 % over a program. The instruction cache for code beyond the SRAM is assumed. `eciwx` and `ecowx` are not there, as no
software uses them.
"""

from cpython.exc cimport PyErr_SetInterrupt
from libc.stdlib cimport calloc, free
from libc.string cimport memcpy, memset

from haldls.ppu_toolchain.isa import Undecoded
from hicannx_sim.ppu.observed cimport Observed
from hicannx_sim.base.state cimport view

from hicannx_sim.base.errors import SnapshotError

import numpy as np

TABLES = PPU_TABLES  # checksum of the rows and numbers that this was compiled with (see kernel/header.py)
SRAM_BYTES = PPU_SRAM_BYTES
_REASONS = {PPU_LIMIT: "limit", PPU_SLEEPING: "sleeping", PPU_OUTSIDE: "outside", PPU_BREAKPOINT: "breakpoint"}


# The port of a Python object. What it raises is kept until the run comes back. Loads and fetches give a word, or a word and its extra cycles.
cdef int _word(object answer, uint32_t* word) except -1:
    cdef int extra = 0
    if isinstance(answer, tuple):
        answer, extra = answer
    word[0] = answer
    return extra


cdef int _load(void* context, uint32_t address, uint32_t* word, int64_t cycle) noexcept with gil:
    cdef Core core = <Core> context
    try:
        return _word(core.port.load(address, cycle), word)
    except BaseException as error:
        core.failed(error)
    return 0


cdef int _fetch(void* context, uint32_t address, uint32_t* word, int64_t cycle) noexcept with gil:
    cdef Core core = <Core> context
    try:
        return _word(core.port.fetch(address, cycle), word)
    except BaseException as error:
        core.failed(error)
    return 0


cdef int _store(void* context, uint32_t address, uint32_t word, int enables, int64_t cycle) noexcept with gil:
    cdef Core core = <Core> context
    try:
        core.port.store(address, word, enables, cycle)
    except BaseException as error:
        core.failed(error)
    return 0


cdef int _read(void* context, uint32_t location, uint8_t* lanes, const uint8_t* enables, int64_t cycle) noexcept with gil:
    cdef Core core = <Core> context
    cdef bytes data
    try:
        data = core.port.read(location, (<const char*> enables)[:PPU_LANES], cycle)
        if len(data) != PPU_LANES:
            raise ValueError(f"a vector has {PPU_LANES} bytes, not {len(data)}")
        memcpy(lanes, <const char*> data, PPU_LANES)
    except BaseException as error:
        core.failed(error)
    return 0


cdef int _write(void* context, uint32_t location, const uint8_t* lanes, const uint8_t* enables, int64_t cycle) noexcept with gil:
    cdef Core core = <Core> context
    try:
        core.port.write(location, (<const char*> lanes)[:PPU_LANES], (<const char*> enables)[:PPU_LANES], cycle)
    except BaseException as error:
        core.failed(error)
    return 0


# The parallel bus as a plain memory.
cdef int _read_row(void* context, uint32_t location, uint8_t* lanes, const uint8_t* enables, int64_t cycle) noexcept nogil:
    cdef Rows* bus = <Rows*> context
    memcpy(lanes, bus.rows + <size_t> PPU_LANES * (location % bus.count), PPU_LANES)
    return 0


cdef int _write_row(void* context, uint32_t location, const uint8_t* lanes, const uint8_t* enables, int64_t cycle) noexcept nogil:
    cdef Rows* bus = <Rows*> context
    cdef uint8_t* row = bus.rows + <size_t> PPU_LANES * (location % bus.count)
    cdef int lane
    for lane in range(PPU_LANES):
        row[lane] = (lanes[lane] & enables[lane]) | (row[lane] & ~enables[lane])
    return 0


cdef class Core(Observed):
    """The core, held in reset state until it runs; time is `cycle`, counted from the release of the reset."""

    def __cinit__(self):
        self.c = <ppu_core*> calloc(1, sizeof(ppu_core))
        self.kept = <ppu_kept*> calloc(1, sizeof(ppu_kept))
        if self.c is NULL or self.kept is NULL:
            raise MemoryError
        ppu_reset(self.c)

    def __dealloc__(self):
        free(self.c)
        free(self.kept)

    cdef void failed(self, object error) noexcept:
        self.failure = self.failure or error  # the first one counts

    # -- for the chip

    cdef int advance(self, int64_t until, bint grant) noexcept nogil:
        """Runs up to a cycle; `grant` lets the access pass that the core waits for. Why it came back: PPU_LIMIT, PPU_SLEEPING, PPU_OUTSIDE or
        PPU_BREAKPOINT, after which `stopped` has to be called before it goes on."""
        cdef int reason
        self.c.granted = grant
        reason = ppu_run_idle(self.c, until) if self.o is NULL else ppu_run_observed(self.c, self.o, until)
        self.c.granted = 0  # a grant that was not used does not outlast its run
        return reason

    cdef int stopped(self) except -1 with gil:
        """Waits for the debugger, if there is one, while the chip's time stands still. An interrupt from the keyboard ends the wait and is left
        to whoever executes the program."""
        if self.debugger is not None:
            try:
                self.debugger.stopped(self)
            except KeyboardInterrupt:
                PyErr_SetInterrupt()
        if self.o is not NULL:
            ppu_observer_pass(self.o, self.c)
        return 0

    cdef int next_access(self, uint32_t* address) noexcept nogil:
        return ppu_next_access(self.c, address)

    cdef int64_t idle_until(self) noexcept nogil:
        return ppu_idle_until(self.c)

    cdef void keep(self) noexcept nogil:
        """Remembers how the core stands."""
        ppu_keep(self.c, self.kept)

    cdef void take_back(self) noexcept nogil:
        """The core stands as it did at the last `keep`, if it accessed nothing beyond its SRAM since and nobody observed it."""
        ppu_take_back(self.c, self.kept)

    cdef void clear(self) noexcept nogil:
        memset(self.c.sram, 0, sizeof(self.c.sram))
        ppu_forget(self.c)
        self.restart()

    cdef void restart(self) noexcept nogil:
        ppu_reset(self.c)
        if self.o is not NULL:
            self.o.passed_count = -1

    cdef void put(self, uint32_t index, uint32_t word) noexcept nogil:
        ppu_poke(self.c, index, word)

    # -- execution

    def reset(self) -> None:
        """Registers as after reset; the SRAM and the vector registers keep their contents."""
        self.restart()

    def run(self, until: int, instructions: int = 0, grant: bool = False) -> str:
        """Runs up to cycle `until`, or for that many instructions if any are given. Says why it came back: "limit", "sleeping", "breakpoint", or
        "outside" before an access beyond the SRAM if `hold_outside` is set; `grant` lets the next one pass.

        A debugger is asked at its stops, and the run goes on when it says so. A given number of instructions runs without being observed."""
        cdef int64_t end = until, count = instructions
        cdef bint granted = grant
        cdef int reason
        if count:
            self.c.granted = granted
            with nogil:
                reason = ppu_run(self.c, end, count)
            self.c.granted = 0
        else:
            reason = self._advance_past_stops(end, granted)
        failure, self.failure = self.failure, None
        if failure is not None:
            raise failure
        return _REASONS[reason]

    cdef int _advance_past_stops(self, int64_t until, bint grant) except -1:
        """As the chip does it: stops are the debugger's; without one the first stop ends the run."""
        cdef int reason
        while True:
            with nogil:
                reason = self.advance(until, grant)
            if reason != PPU_BREAKPOINT or self.o is NULL:
                return reason
            self.stopped()
            if self.debugger is None:
                return reason

    def step(self) -> str:
        """One instruction."""
        return self.run((<int64_t> 1) << 61, 1, True)

    def interrupt(self, doorbell: bool = False) -> None:
        """A request from a pin, or from the doorbell; latched only while MSR.EE is set. (facts: isa_scalar 5)"""
        if self.c.s.msr & 0x8000:
            self.c.s.external |= 2 if doorbell else 1

    def set_breakpoint(self, address: int, on: bool = True) -> None:
        """Stops in front of the instruction at this byte address of the SRAM."""
        ppu_breakpoint(self.c, self._index(address), on)

    def attach(self, port: object) -> None:
        """An object with `load`, `store`, `fetch`, `read` and `write` serves the accesses beyond the SRAM. `load` and `fetch` give a word, or a word
        and the cycles it takes beyond the own SRAM's."""
        self.port = port
        self.c.port.context = <void*> self
        self.c.port.load, self.c.port.store, self.c.port.fetch = _load, _store, _fetch
        self.c.port.read, self.c.port.write = _read, _write

    def attach_rows(self, rows: np.ndarray) -> None:
        """An array uint8[n, 128] is the parallel bus, without delay: row `location` modulo n. Nothing else is beyond the SRAM then."""
        if rows.dtype != np.uint8 or rows.ndim != 2 or rows.shape[1] != PPU_LANES or not len(rows) or not rows.flags.c_contiguous:
            raise ValueError(f"rows are a contiguous array uint8[n, {PPU_LANES}], not {rows.dtype}{list(rows.shape)}")
        self.port = rows
        self.bus = Rows(<uint8_t*> <size_t> rows.ctypes.data, <uint32_t> len(rows))
        self.c.port = ppu_port(context=&self.bus, load=NULL, store=NULL, fetch=NULL, read=_read_row, write=_write_row, look=NULL)

    # -- memory

    def _index(self, address: int) -> int:
        if not 0 <= address < PPU_SRAM_BYTES or address & 3:
            raise ValueError(f"{address:#x} is no word of the SRAM: 0 to {PPU_SRAM_BYTES - 4:#x}, multiple of 4")
        return address >> 2

    def load_image(self, image: bytes, address: int = 0) -> None:
        """Big-endian bytes into the SRAM, from a byte address on; a last part of a word is filled with zeros."""
        words = np.frombuffer(bytes(image) + bytes((4 - len(image) % 4) % 4), ">u4")
        start = self._index(address) if len(words) else 0
        if start + len(words) > PPU_SRAM_WORDS:
            raise ValueError(f"{len(image)} bytes from {address:#x} on do not fit into the SRAM of {PPU_SRAM_BYTES} bytes")
        for offset, word in enumerate(words.tolist()):
            ppu_poke(self.c, start + offset, word)

    def poke(self, address: int, word: int) -> None:
        """Writes one word of the SRAM."""
        ppu_poke(self.c, self._index(address), word & 0xFFFFFFFF)

    def peek(self, address: int) -> int:
        """Reads one word of the SRAM."""
        return self.c.sram[self._index(address)]

    def memory(self) -> bytes:
        """The whole SRAM in big-endian bytes."""
        return view(self.c.sram, PPU_SRAM_BYTES, "u4").astype(">u4").tobytes()

    # -- registers

    @property
    def gpr(self):
        """The 32 general purpose registers, uint32, as a view."""
        return view(self.c.s.gpr, sizeof(self.c.s.gpr), "u4")

    def vector(self, number: int) -> bytes:
        """A vector register's 128 bytes, element 0 first."""
        cdef uint8_t lanes[128]
        ppu_vector_get(&self.c.s.vr[range(32)[number]], lanes)
        return (<char*> lanes)[:PPU_LANES]

    def set_vector(self, number: int, data: bytes) -> None:
        cdef bytes lanes = bytes(data)
        if len(lanes) != PPU_LANES:
            raise ValueError(f"a vector has {PPU_LANES} bytes, not {len(lanes)}")
        ppu_vector_set(&self.c.s.vr[range(32)[number]], <const uint8_t*> <const char*> lanes)

    @property
    def accumulator(self):
        """Per halfword lane 32 bits, uint32[64], as a view; byte lanes 2k and 2k + 1 use the upper and the lower half of lane k."""
        return view(self.c.s.acc.h, sizeof(self.c.s.acc), "u4")

    def flags(self, condition: int) -> bytes:
        """Per byte lane 0xff where the condition holds: 0 always, 1 greater, 2 less, 3 equal."""
        cdef uint8_t lanes[128]
        ppu_vector_get(&self.c.s.flags[range(4)[condition]], lanes)
        return (<char*> lanes)[:PPU_LANES]

    def spr(self, number: int) -> int:
        return ppu_get_spr(self.c, number)

    def set_spr(self, number: int, value: int) -> None:
        """As `mtspr` does it: writing TSR clears bits."""
        ppu_set_spr(self.c, number, value & 0xFFFFFFFF)

    def wake(self) -> None:
        """Ends a sleep from outside, in front of the instruction at the pc."""
        self.c.s.sleeping = 0

    @property
    def cr(self) -> int:
        return self.c.s.cr

    @cr.setter
    def cr(self, value: int):
        self.c.s.cr = value & 0xFFFFFFFF

    @property
    def msr(self) -> int:
        return self.c.s.msr

    @msr.setter
    def msr(self, value: int):
        self.c.s.msr = value & PPU_MSR_MASK

    @property
    def pc(self) -> int:
        return self.c.s.pc

    @pc.setter
    def pc(self, address: int):
        self.c.s.pc = address & 0xFFFFFFFC

    @property
    def cycle(self) -> int:
        return self.c.s.now

    @property
    def sleeping(self) -> bool:
        return self.c.s.sleeping != 0

    @property
    def slept(self) -> int:
        """The cycle at which the last sleep began."""
        return self.c.s.slept

    @property
    def instructions(self) -> int:
        return self.c.s.instructions

    @property
    def vector_instructions(self) -> int:
        return self.c.s.vectors

    @property
    def hold_outside(self) -> bool:
        return self.c.hold_outside != 0

    @hold_outside.setter
    def hold_outside(self, on: bool):
        self.c.hold_outside = on

    @property
    def shared_sram(self) -> bool:
        """Whether vectors wait on their way to and from the SRAM, as on the chip; off by default, as in the hardware description."""
        return self.c.shared_sram != 0

    @shared_sram.setter
    def shared_sram(self, on: bool):
        self.c.shared_sram = on

    @property
    def lha_zero_extends(self) -> bool:
        """Whether `lha` and `lhau` take displacements without sign, as the public hardware description does; off by default."""
        return self.c.lha_zero_extends != 0

    @lha_zero_extends.setter
    def lha_zero_extends(self, on: bool):
        self.c.lha_zero_extends = on

    @property
    def fills(self) -> int:
        """Lines that the instruction cache has fetched."""
        return self.c.n_fills

    @property
    def skipped(self) -> int:
        """Cycles in loops that wait which were left out, as they change nothing that is not known (see kernel/idle.c)."""
        return self.c.n_skipped

    @property
    def wanted(self) -> int:
        """The cycle of the access or fetch before which the core came back with "outside"."""
        return self.c.wanted

    @property
    def unaligned(self) -> tuple:
        """How many misaligned accesses there were, and the pc of the first one. Each raised an interrupt, or its successor did, and was left out."""
        return self.c.faults.n_unaligned, self.c.faults.unaligned_pc

    def undecoded(self) -> list:
        """Byte addresses at which words ran that are no instruction of this core, each once, in the order of their first run; they did nothing."""
        return [entry.address for entry in self.undecoded_words()]

    def undecoded_words(self) -> list:
        """The same with the words and the cycles of their first run. Keeps the first 64."""
        return [Undecoded(entry.address, entry.word, entry.cycle) for entry in self.c.log[:min(self.c.faults.n_undecoded, PPU_LOG)]]

    # -- state

    def arrays(self) -> dict:
        """The whole state: registers and pipeline, SRAM. (see hicannx_sim.base.state)"""
        return {"state": view(&self.c.s, sizeof(ppu_state), "u1"), "sram": view(self.c.sram, sizeof(self.c.sram), "u4")}

    def restored(self) -> None:
        """Takes over a state from outside. Raises SnapshotError if it is none that a core can have."""
        cdef const char* field = ppu_out_of_range(&self.c.s)
        if field is not NULL:
            raise SnapshotError(f"the PPU's {field.decode()} is out of range")
        ppu_forget(self.c)
