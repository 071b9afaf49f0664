"""The two plasticity processors in the chip's time.

A core executes by itself up to an access beyond its SRAM, or up to the time the chip has to reach. An access happens some cycles after its
instruction has issued; until then the core waits, and chip, FPGA memories and the other core are brought to that very tick. As no access
reaches the other core's SRAM sooner than `ppu_omnibus`, each core may run ahead of the other by this much, or by more if it can be taken
back. So nothing depends on how far somebody lets the chip advance at a time.

Behavioural: latencies are in part assumed (hicannx_sim.base.numbers); a core waits also while a store is on its way, which on the chip happens
behind its back. Interrupt pins and doorbell are not connected. The clock is always 250 MHz.
"""

import logging

from libc.string cimport memset

from hicannx_sim.base.clock cimport NEVER
from hicannx_sim.base.state cimport view
from hicannx_sim.chip.omnibus cimport UNDEFINED
from hicannx_sim.chip.processor_bus cimport ARRAY_END, OMNIBUS
from hicannx_sim.ppu.core cimport (
    PPU_ACCESS_FETCH, PPU_ACCESS_LOAD, PPU_ACCESS_READ, PPU_ACCESS_WRITE, PPU_BREAKPOINT, PPU_NEVER, PPU_OUTSIDE)

from hicannx_sim.base.numbers import number

_log = logging.getLogger("hicannx.ppu")

cdef enum:
    TICKS_PER_CYCLE = 2
    SRAM_BITS = 12          # of the word address in a core's memory
    # states of a core
    STOPPED = 0             # in reset or without clock
    RUNNING = 1
    STUCK = 2               # it waits for an instruction that will never come (assumed)
    # one core ahead of the other, in ticks
    RUN_AHEAD_LEAST = 1 << 11
    RUN_AHEAD_MOST = 1 << 17
    BACKOFF_MOST = 1 << 10
    # bits of the control register
    INHIBIT_RESET = 1
    FORCE_CLOCK_ON = 2
    FORCE_CLOCK_OFF = 4


cdef class Processors:
    def __init__(self, Fabric fabric not None, Omnibus omnibus not None, Faults faults not None):
        self.fabric, self.bus, self.cores = fabric, ProcessorBus(fabric, omnibus, faults), (Core(), Core())
        cdef Core core
        for number, core in enumerate(self.cores):
            self.core[<int>number] = <void*> core
            self.context[<int>number].owner, self.context[<int>number].number = <void*> self, number
            core.c.port.context = &self.context[<int>number]
            core.c.port.fetch, core.c.port.load, core.c.port.store = _fetch, _load, _store
            core.c.port.read, core.c.port.write, core.c.port.look = _read, _write, _look
            core.c.hold_outside = core.c.shared_sram = True

    cdef attach(self, Omnibus bus):
        bus.keep("PPUControlRegister", self.control, sizeof(self.control), <void*> self, _control)
        bus.serve("PPUStatusRegister", <void*> self, NULL, _status)
        bus.serve("PPUMemoryWord", <void*> self, _store_sram, _load_sram, plain=True)

    cdef void reset(self) noexcept nogil:
        """Both cores are held in reset, with nothing in their memories."""
        cdef int number
        memset(self.progress, 0, sizeof(self.progress))
        for number in range(PROCESSORS):
            (<Core> self.core[number]).clear()
            self.control[number] = 0
            self.progress[number].access = NEVER
        self.bus.parallel.reset()
        self.active = self.switched = 0

    # -- control

    cdef void set_control(self, int number, int64_t tick) noexcept nogil:
        """The control register has a new value; a core that wrote it itself finishes its instruction first."""
        if self.serving:
            self.switched |= 1 << number
        else:
            self._switch(number, tick)

    cdef void _switch(self, int number, int64_t tick) noexcept nogil:
        cdef uint32_t control = self.control[number]
        cdef Progress* progress = &self.progress[number]
        cdef bint clocked = control & FORCE_CLOCK_ON or not control & FORCE_CLOCK_OFF
        cdef bint runs = control & INHIBIT_RESET and clocked
        if runs and progress.running == STOPPED:
            progress.start, progress.running = tick - progress.age, RUNNING
            progress.starts += 1
        elif not runs and progress.running != STOPPED:
            progress.age, progress.running = tick - progress.start, STOPPED
        if not control & INHIBIT_RESET:
            (<Core> self.core[number]).restart()
            progress.access = NEVER
            progress.age = progress.prepares = progress.prepared = 0
        self.active = self.progress[0].running == RUNNING or self.progress[1].running == RUNNING

    # -- time

    cdef int64_t run(self, int64_t tick) noexcept nogil:
        """Both cores execute up to and including `tick` as far as they can alone. Returns the tick of the first access that waits, or NEVER."""
        cdef int number
        cdef bint moved = True
        while moved:
            moved = self._run_ahead(tick)
            for number in range(PROCESSORS):
                if self.progress[number].running == RUNNING and self.progress[number].access == NEVER:
                    moved |= self._run(number, min(tick + 1, self._horizon(1 - number)))
        return min(self._next_access(0), self._next_access(1))

    cdef bint _run_ahead(self, int64_t tick) noexcept nogil:
        """One core runs up to its next access as if the other one did not exist, then the other one up to there. If that one accesses
        anything before, or stops, the first one is taken back. Saves turns of some cycles each and changes no result. True if it was tried."""
        cdef int64_t begin, end, ahead
        cdef int reason
        if not self._may_run_ahead():
            return False
        begin = max(self._tick_of(0), self._tick_of(1))
        end = min(tick + 1, begin + RUN_AHEAD_MOST)
        if end - begin < RUN_AHEAD_LEAST:
            return False
        (<Core> self.core[0]).keep()
        (<Core> self.core[0]).c.alone_until = end
        reason = (<Core> self.core[0]).advance(self._cycles_until(0, end), False)
        ahead = self._tick_of(0)
        self._run(1, min(end, ahead + ON_OMNIBUS))
        if self._is_behind(1, min(end, ahead + ON_OMNIBUS)):
            (<Core> self.core[0]).take_back()
            self._back_off(self._next_access(1) == NEVER or self._next_access(1) - begin < (end - begin) // 4)
            return True
        self._returned(0, reason)
        self._back_off(ahead - begin < RUN_AHEAD_LEAST)
        return True

    cdef bint _is_behind(self, int number, int64_t tick) noexcept nogil:
        """The core accesses something before a tick, or has stopped before it."""
        if self.progress[number].access != NEVER:
            return self.progress[number].access < tick
        return self.progress[number].running == RUNNING and self._tick_of(number) < tick

    cdef bint _may_run_ahead(self) noexcept nogil:
        """Both cores run by themselves and nobody looks at them."""
        cdef int number
        for number in range(PROCESSORS):
            if self.progress[number].running != RUNNING or self.progress[number].access != NEVER:
                return False
            if (<Core> self.core[number]).o is not NULL or (<Core> self.core[number]).c.s.sleeping:
                return False
        if self.backoff > 0:
            self.backoff -= 1
            return False
        return True

    cdef void _back_off(self, bint failed) noexcept nogil:
        """What failed is tried again the later, the more often it did."""
        self.backoffs = min(2 * self.backoffs + 1, BACKOFF_MOST) if failed else 0
        self.backoff = self.backoffs

    cdef int64_t _next_access(self, int number) noexcept nogil:
        """Tick at which the access happens that the core waits for; NEVER if there is none."""
        return self.progress[number].access if self.progress[number].running == RUNNING else NEVER

    cdef int64_t _horizon(self, int number) noexcept nogil:
        """Tick before which this core reaches nothing of the other."""
        cdef int64_t idle
        if self.progress[number].running != RUNNING:
            return NEVER
        if self.progress[number].access != NEVER:
            return self.progress[number].access
        idle = (<Core> self.core[number]).idle_until()
        return NEVER if idle == PPU_NEVER else self.progress[number].start + TICKS_PER_CYCLE * idle + ON_OMNIBUS

    cdef int64_t _tick_of(self, int number) noexcept nogil:
        """Tick that a core has come to."""
        return self.progress[number].start + TICKS_PER_CYCLE * (<Core> self.core[number]).c.s.now

    cdef int64_t _cycles_until(self, int number, int64_t tick) noexcept nogil:
        """First cycle of a core that is not before a tick."""
        return (tick - self.progress[number].start + TICKS_PER_CYCLE - 1) // TICKS_PER_CYCLE

    cdef bint _run(self, int number, int64_t limit) noexcept nogil:
        """Executes what issues before a tick. True if there was anything to do."""
        cdef int64_t until = self._cycles_until(number, limit)
        if (<Core> self.core[number]).c.s.now >= until:
            return False
        (<Core> self.core[number]).c.alone_until = limit
        self._returned(number, (<Core> self.core[number]).advance(until, False))
        return True

    cdef void _returned(self, int number, int reason) noexcept nogil:
        """A core has stopped executing: it waits for an access, somebody halts it, or it has nothing more to do for now."""
        if reason == PPU_OUTSIDE:
            self.progress[number].access = max(self._tick_of_access(number), self.fabric.s.now)
        elif reason == PPU_BREAKPOINT:
            self._halted(number)

    cdef void _halted(self, int number) noexcept nogil:
        """Somebody looks at the core; time stands still until he lets it go on."""
        with gil:
            try:
                (<Core> self.core[number]).stopped()
            except Exception:
                _log.exception("debugger of PPU %d", number)

    cdef int64_t _tick_of_access(self, int number) noexcept nogil:
        """Tick at which the access that the core waits for happens; a core whose fetch nobody answers stands still from then on."""
        cdef uint32_t address = 0
        cdef int access = (<Core> self.core[number]).next_access(&address)
        cdef int64_t issued = self.progress[number].start + TICKS_PER_CYCLE * (<Core> self.core[number]).c.wanted
        if access == PPU_ACCESS_FETCH:
            if self.bus.fetches(address):
                return issued + FAR_READ // 2
            self.bus.faults.processor(number, self._pc(number), address, access, UNDEFINED)
            self.progress[number].running = STUCK
            return NEVER
        self.progress[number].prepares = self.bus.takes_time(access, address)
        if (access == PPU_ACCESS_READ or access == PPU_ACCESS_WRITE) and address < ARRAY_END:
            return issued + ON_PARALLEL_BUS // 2
        if access != PPU_ACCESS_READ and access != PPU_ACCESS_WRITE and address >= OMNIBUS:
            return issued + ON_OMNIBUS
        return issued + (FAR_READ // 2 if access == PPU_ACCESS_LOAD or access == PPU_ACCESS_READ else FAR_WRITE)

    cdef void serve(self, int64_t tick) noexcept nogil:
        """The access that happens at this tick, to which everything else has come; the top core's first."""
        self._serve(0 if self._next_access(0) == tick else 1)

    cdef void _serve(self, int number) noexcept nogil:
        """The access of a core happens now; one that needs the converters starts them first."""
        cdef Progress* progress = &self.progress[number]
        cdef uint32_t address = 0
        cdef int reason, access
        if progress.prepares:
            access = (<Core> self.core[number]).next_access(&address)
            progress.access = max(self.bus.begin(number, self._pc(number), access, address), self.fabric.s.now)
            progress.prepared, progress.prepares = progress.access - self.fabric.s.now, False
            return
        progress.access = NEVER
        self.serving = True
        reason = (<Core> self.core[number]).advance((<Core> self.core[number]).c.s.now + 1, True)
        self.serving, progress.prepared = False, 0
        self._returned(number, reason)
        for number in range(PROCESSORS):
            if self.switched >> number & 1:
                self._switch(number, self.fabric.s.now)
        self.switched = 0

    cdef bint sleeps(self, int number) noexcept nogil:
        return self.progress[number].running == RUNNING and (<Core> self.core[number]).c.s.sleeping

    cdef uint32_t _pc(self, int number) noexcept nogil:
        return (<Core> self.core[number]).c.s.pc

    cdef int _cycles_since(self, int number, int64_t cycle, int64_t back) noexcept nogil:
        """Cycles from the issue of an access to its end, if what it brings takes `back` ticks to the core."""
        return <int>max((self.fabric.s.now + back - self.progress[number].start) // TICKS_PER_CYCLE - cycle, 0)

    # -- from Python

    def tick_of(self, int number, int64_t cycle):
        """The chip's tick at a cycle of core 0 top or 1 bottom, counted from its last reset."""
        return self.progress[number].start + TICKS_PER_CYCLE * cycle

    @property
    def starts(self):
        """How often each core was released, with a clock, since the chip's reset."""
        return [self.progress[number].starts for number in range(PROCESSORS)]

    def report(self):
        """One line for the misaligned accesses of a core, each access that nobody served, and each address at which a word ran that is no
        instruction."""
        unaligned = [(number, *core.unaligned) for number, core in enumerate(self.cores)]
        lines = [f"PPU {number}: misaligned accesses: {count} x, first at {pc:#x}; they were left out" for number, count, pc in unaligned if count]
        lines += [f"{fault}: {count} x" for fault, count in self.bus.faults.processor_counts.items()]
        return lines + [f"PPU {number}: {entry}" for number, core in enumerate(self.cores) for entry in core.undecoded_words()]

    def arrays(self):
        """Control registers, and where the cores stand in the chip's time."""
        return {"control": view(self.control, sizeof(self.control), "u4"), "progress": view(self.progress, sizeof(self.progress), "u1")}

    def restored(self):
        """The cores stand as their state says."""
        self.active = self.progress[0].running == RUNNING or self.progress[1].running == RUNNING


# -- registers

cdef void _control(void* block, uint32_t number, const uint32_t* words, int64_t tick) noexcept nogil:
    (<Processors> block).set_control(number, tick)


cdef uint32_t _status(void* block, uint32_t number) noexcept nogil:
    """Bit 0: the core sleeps."""
    return (<Processors> block).sleeps(number)


cdef void _store_sram(void* block, uint32_t index, uint32_t data, uint32_t mask, int64_t tick) noexcept nogil:
    cdef void* core = (<Processors> block).core[index >> SRAM_BITS]
    cdef uint32_t word = index & ((1 << SRAM_BITS) - 1)
    (<Core> core).put(word, ((<Core> core).c.sram[word] & ~mask) | (data & mask))


cdef uint32_t _load_sram(void* block, uint32_t index) noexcept nogil:
    return (<Core> (<Processors> block).core[index >> SRAM_BITS]).c.sram[index & ((1 << SRAM_BITS) - 1)]


# -- the ports of the cores

cdef int _fetch(void* context, uint32_t address, uint32_t* word, int64_t cycle) noexcept nogil:
    word[0] = (<Processors> (<Context*> context).owner).bus.fetch_word(address)
    return FAR_READ // TICKS_PER_CYCLE


cdef int _load(void* context, uint32_t address, uint32_t* word, int64_t cycle) noexcept nogil:
    cdef int number = (<Context*> context).number
    cdef void* owner = (<Context*> context).owner
    word[0] = (<Processors> owner).bus.load_word(number, (<Processors> owner)._pc(number), address)
    return (<Processors> owner)._cycles_since(number, cycle, ON_OMNIBUS if address >= OMNIBUS else FAR_READ // 2)


cdef int _look(void* context, uint32_t address, uint32_t* word, int64_t cycle, int64_t* same_until) noexcept nogil:
    """A load whose access reaches its word before anybody else can, and need not wait for anything."""
    cdef int number = (<Context*> context).number
    cdef void* owner = (<Context*> context).owner
    cdef int64_t there = ON_OMNIBUS if address >= OMNIBUS else FAR_READ // 2
    cdef int64_t start = (<Processors> owner).progress[number].start, alone = (<Core> (<Processors> owner).core[number]).c.alone_until
    same_until[0] = 0
    if start + TICKS_PER_CYCLE * cycle + there < (<Processors> owner).fabric.s.now or not (<Processors> owner).bus.keeps(address, word):
        return 0
    same_until[0] = (<Processors> owner)._cycles_until(number, alone - EARLIER - there)
    return <int>((2 * there) // TICKS_PER_CYCLE)


cdef int _store(void* context, uint32_t address, uint32_t word, int enables, int64_t cycle) noexcept nogil:
    cdef int number = (<Context*> context).number
    cdef void* owner = (<Context*> context).owner
    (<Processors> owner).bus.store_word(number, (<Processors> owner)._pc(number), address, word, enables)
    return (<Processors> owner)._cycles_since(number, cycle, 0)


cdef int _read(void* context, uint32_t location, uint8_t* lanes, const uint8_t* enables, int64_t cycle) noexcept nogil:
    cdef int number = (<Context*> context).number
    cdef void* owner = (<Context*> context).owner
    (<Processors> owner).bus.read_row(number, (<Processors> owner)._pc(number), location, lanes, enables)
    if location >= ARRAY_END:
        return FAR_READ // TICKS_PER_CYCLE
    return (ON_PARALLEL_BUS + (<Processors> owner).progress[number].prepared) // TICKS_PER_CYCLE


cdef int _write(void* context, uint32_t location, const uint8_t* lanes, const uint8_t* enables, int64_t cycle) noexcept nogil:
    cdef int number = (<Context*> context).number
    cdef void* owner = (<Context*> context).owner
    (<Processors> owner).bus.write_row(number, (<Processors> owner)._pc(number), location, lanes, enables)
    return (ON_PARALLEL_BUS if location < ARRAY_END else FAR_WRITE) // TICKS_PER_CYCLE


cdef int64_t ON_OMNIBUS = number("ppu_omnibus")
cdef int64_t ON_PARALLEL_BUS = number("ppu_parallel_bus")
cdef int64_t EARLIER = ON_OMNIBUS - ON_PARALLEL_BUS // 2     # vectors reach registers sooner than words by this
cdef int64_t FAR_READ = number("ppu_far_read")
cdef int64_t FAR_WRITE = number("ppu_far_write")
