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

from hicannx_sim.chip.fabric cimport Fabric
from hicannx_sim.chip.omnibus cimport the_map
from hicannx_sim.chip.processor_bus cimport ARRAY_END, OMNIBUS
from hicannx_sim.chip.registers cimport Registers
from hicannx_sim.base.clock cimport NEVER
from hicannx_sim.ppu.core cimport (
    PPU_ACCESS_FETCH, PPU_ACCESS_LOAD, PPU_ACCESS_READ, PPU_ACCESS_STORE, PPU_ACCESS_WRITE, PPU_BREAKPOINT, PPU_NEVER, PPU_OUTSIDE)
from hicannx_sim.base.state cimport longs

from hicannx_sim.base.numbers import number

_log = logging.getLogger("hicannx.ppu")

cdef enum:
    TICKS_PER_CYCLE = 2
    # states of a core
    STOPPED = 0             # in reset or without clock
    RUNNING = 1
    STUCK = 2               # it waits for an instruction that will never come (assumed)
    # an access that needs the converters
    CONVERTED = 1           # they are done with it
    CONVERTS = 2            # they have to be started, + hemisphere
    # one core ahead of the other, in ticks
    RUN_AHEAD_LEAST = 1 << 11
    RUN_AHEAD_MOST = 1 << 15
    PAUSES_MOST = 1 << 10
    # bits of the control register
    INHIBIT_RESET = 1
    FORCE_CLOCK_ON = 2
    FORCE_CLOCK_OFF = 4


cdef class Processors(ProcessorBus):
    """The two cores, which use the chip beside the host."""

    def __init__(self, chip, seed):
        super().__init__(chip, seed)
        self.ppus = (Core(), Core())
        cdef Core core
        for number, core in enumerate(self.ppus):
            self.core[<int>number] = <void*> core
            self.context[<int>number].owner, self.context[<int>number].number = <void*> self, number
            core.c.port.context = &self.context[<int>number]
            core.c.port.fetch, core.c.port.load, core.c.port.store = _fetch, _load, _store
            core.c.port.read, core.c.port.write = _read, _write
            core.c.hold_outside = True

    cdef void restart_processors(self, int64_t tick) noexcept nogil:
        """Both cores are held in reset, with nothing in their memories."""
        cdef int number
        memset(self.turn, 0, sizeof(self.turn))
        for number in range(PROCESSORS):
            (<Core> self.core[number]).clear()
            self.turn[number].effect = NEVER
        self.parallel.reset()
        self.active = self.switched = 0

    # -- control

    cdef void control_processor(self, int number, int64_t tick) noexcept nogil:
        """The control register has a new value; a core that wrote it itself finishes its instruction first."""
        if self.acting >= 0:
            self.switched |= 1 << number
        else:
            self._switch(number, tick)

    cdef void _switch(self, int number, int64_t tick) noexcept nogil:
        cdef uint32_t control = self.word[PPU_CONTROL_BASE + number]
        cdef Turn* turn = &self.turn[number]
        cdef bint clocked = control & FORCE_CLOCK_ON or not control & FORCE_CLOCK_OFF
        cdef bint runs = control & INHIBIT_RESET and clocked
        if runs and turn.running == STOPPED:
            turn.start, turn.running = tick - turn.age, RUNNING
        elif not runs and turn.running != STOPPED:
            turn.age, turn.running = tick - turn.start, STOPPED
        if not control & INHIBIT_RESET:
            (<Core> self.core[number]).restart()
            turn.effect = NEVER
            turn.age = turn.converting = turn.converted = 0
        self.active = self.turn[0].running == RUNNING or self.turn[1].running == RUNNING

    cdef uint32_t program_counter(self, int number) noexcept nogil:
        return (<Core> self.core[number]).c.s.pc

    cdef bint processor_sleeps(self, int number) noexcept nogil:
        return self.turn[number].running == RUNNING and (<Core> self.core[number]).c.s.sleeping

    cdef uint32_t load_sram(self, int number, uint32_t index) noexcept nogil:
        return (<Core> self.core[number]).c.sram[index]

    cdef void store_sram(self, int number, uint32_t index, uint32_t word) noexcept nogil:
        (<Core> self.core[number]).put(index, word)

    # -- time

    cdef void advance(self, int64_t tick) noexcept nogil:
        """Everything up to and including `tick` happens, on the cores as well."""
        cdef int64_t effect
        while self.active and self.acting < 0:
            effect = self._run_processors(tick)
            if effect > tick:
                break
            Fabric.advance(self, effect)
            self._serve(0 if self._waits_until(0) == effect else 1)
        Fabric.advance(self, tick)

    cdef int64_t _run_processors(self, int64_t tick) noexcept nogil:
        """Both cores execute up to and including `tick` as far as they can alone. Returns the tick of the first access that waits, or NEVER."""
        cdef int number
        cdef bint moved = True
        while moved:
            moved = self._run_ahead(tick)
            for number in range(PROCESSORS):
                if self.turn[number].running == RUNNING and self.turn[number].effect == NEVER:
                    moved |= self._run(number, min(tick + 1, self._horizon(1 - number)))
        return min(self._waits_until(0), self._waits_until(1))

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
        reason = (<Core> self.core[0]).advance(self._cycles_until(0, end), False)
        ahead = self._tick_of(0)
        self._run(1, min(end, ahead))
        if self._is_behind(1, min(end, ahead)):
            (<Core> self.core[0]).take_back()
            self._hesitate(True)
            return True
        self._came_back(0, reason)
        self._hesitate(ahead - begin < RUN_AHEAD_LEAST)
        return True

    cdef bint _is_behind(self, int number, int64_t tick) noexcept nogil:
        """The core accesses something before a tick, or has stopped before it."""
        if self.turn[number].effect != NEVER:
            return self.turn[number].effect < tick
        return self.turn[number].running == RUNNING and self._tick_of(number) < tick

    cdef bint _may_run_ahead(self) noexcept nogil:
        """Both cores run by themselves and nobody looks at them."""
        cdef int number
        for number in range(PROCESSORS):
            if self.turn[number].running != RUNNING or self.turn[number].effect != NEVER:
                return False
            if (<Core> self.core[number]).o is not NULL or (<Core> self.core[number]).c.s.sleeping:
                return False
        if self.pause > 0:
            self.pause -= 1
            return False
        return True

    cdef void _hesitate(self, bint failed) noexcept nogil:
        """What failed is tried again the later, the more often it did."""
        self.pauses = min(2 * self.pauses + 1, PAUSES_MOST) if failed else 0
        self.pause = self.pauses

    cdef int64_t _waits_until(self, int number) noexcept nogil:
        """Tick at which the access happens that the core waits for; NEVER if there is none."""
        return self.turn[number].effect if self.turn[number].running == RUNNING else NEVER

    cdef int64_t _horizon(self, int number) noexcept nogil:
        """Tick before which this core reaches nothing of the other."""
        cdef int64_t idle
        if self.turn[number].running != RUNNING:
            return NEVER
        if self.turn[number].effect != NEVER:
            return self.turn[number].effect
        idle = (<Core> self.core[number]).idle_until()
        return NEVER if idle == PPU_NEVER else self.turn[number].start + TICKS_PER_CYCLE * idle + ON_OMNIBUS

    cdef int64_t _tick_of(self, int number) noexcept nogil:
        """Tick that a core has come to."""
        return self.turn[number].start + TICKS_PER_CYCLE * (<Core> self.core[number]).c.s.now

    cdef int64_t _cycles_until(self, int number, int64_t tick) noexcept nogil:
        """First cycle of a core that is not before a tick."""
        return (tick - self.turn[number].start + TICKS_PER_CYCLE - 1) // TICKS_PER_CYCLE

    cdef bint _run(self, int number, int64_t limit) noexcept nogil:
        """Executes what issues before a tick. True if there was anything to do."""
        cdef int64_t until = self._cycles_until(number, limit)
        if (<Core> self.core[number]).c.s.now >= until:
            return False
        self._came_back(number, (<Core> self.core[number]).advance(until, False))
        return True

    cdef void _came_back(self, int number, int reason) noexcept nogil:
        """A core has stopped executing: it waits for an access, somebody halts it, or it has nothing more to do for now."""
        if reason == PPU_OUTSIDE:
            self.turn[number].effect = max(self._effect_of(number), self.now)
        elif reason == PPU_BREAKPOINT:
            self._halted(number)

    cdef void _halted(self, int number) noexcept nogil:
        """Somebody looks at the core; time stands still until he lets it go on."""
        with gil:
            try:
                (<Core> self.core[number]).stopped()
            except Exception:
                _log.exception("debugger of PPU %d", number)

    cdef int64_t _effect_of(self, int number) noexcept nogil:
        """Tick at which the access that the core waits for happens; a core whose fetch nobody answers stands still from then on."""
        cdef uint32_t address = 0
        cdef int access = (<Core> self.core[number]).next_access(&address)
        cdef int64_t issued = self.turn[number].start + TICKS_PER_CYCLE * (<Core> self.core[number]).c.wanted
        if access == PPU_ACCESS_FETCH:
            if self.fetches(address):
                return issued + FAR_READ // 2
            self.processor_fault(number, address, access, True)
            self.turn[number].running = STUCK
            return NEVER
        if access == PPU_ACCESS_READ or access == PPU_ACCESS_WRITE:
            if address < ARRAY_END:
                if access == PPU_ACCESS_READ and self.parallel.converts(address):
                    self.turn[number].converting = CONVERTS + number
                return issued + ON_PARALLEL_BUS // 2
        elif address >= OMNIBUS:
            if access == PPU_ACCESS_LOAD and self.converts((address & 0x7fffffff) >> 2):
                self.turn[number].converting = CONVERTS + self.converters_of((address & 0x7fffffff) >> 2)
            return issued + ON_OMNIBUS
        return issued + (FAR_READ // 2 if access == PPU_ACCESS_LOAD or access == PPU_ACCESS_READ else FAR_WRITE)

    cdef void _serve(self, int number) noexcept nogil:
        """The access of a core happens now; one that needs the converters starts them first."""
        cdef Turn* turn = &self.turn[number]
        cdef uint32_t location = 0
        cdef int reason, access
        if turn.converting >= CONVERTS:
            turn.effect = max(self.cadc.start(self.analog, turn.converting - CONVERTS, self.now), self.now)
            turn.converted, turn.converting = turn.effect - self.now, CONVERTED
            if self.cadc.n_internal:
                access = (<Core> self.core[number]).next_access(&location)
                self.processor_fault(number, location, access, False)
            return
        turn.effect = NEVER
        self.acting = number
        reason = (<Core> self.core[number]).advance((<Core> self.core[number]).c.s.now + 1, True)
        self.acting, turn.converting, turn.converted = -1, 0, 0
        self._came_back(number, reason)
        for number in range(PROCESSORS):
            if self.switched >> number & 1:
                self._switch(number, self.now)
        self.switched = 0

    cdef bint has_converted(self, int number) noexcept nogil:
        """The access of a core has had its conversion; asked for once."""
        cdef bint has = self.turn[number].converting == CONVERTED
        self.turn[number].converting = 0
        return has

    cdef int _waited(self, int number, int64_t cycle, int64_t back) noexcept nogil:
        """Cycles from the issue of an access to its end, if what it brings takes `back` ticks to the core."""
        return <int>max((self.now + back - self.turn[number].start) // TICKS_PER_CYCLE - cycle, 0)

    cdef void _fault(self, uint32_t address, bint is_read, bint undefined) noexcept nogil:
        """An access over the omnibus that nobody serves is reported with the core it comes from, if it comes from one."""
        if self.acting < 0:
            Registers._fault(self, address, is_read, undefined)
        else:
            self.processor_fault(self.acting, OMNIBUS | address << 2, PPU_ACCESS_LOAD if is_read else PPU_ACCESS_STORE, undefined)

    def processor_tick(self, int number, int64_t cycle):
        """The chip's tick at a cycle of a core, 0 top or 1 bottom, counted from its last reset."""
        return self.turn[number].start + TICKS_PER_CYCLE * cycle

    # -- state

    def processor_arrays(self):
        """Where the cores stand in the chip's time."""
        return {"turn": longs(self.turn, sizeof(self.turn))}

    def processors_restored(self):
        """The cores stand as their state says."""
        self.active = self.turn[0].running == RUNNING or self.turn[1].running == RUNNING


# -- the ports of the cores

cdef int _fetch(void* context, uint32_t address, uint32_t* word, int64_t cycle) noexcept nogil:
    cdef Context* place = <Context*> context
    word[0] = (<Processors> place.owner).fetch_word(address)
    return FAR_READ // TICKS_PER_CYCLE


cdef int _load(void* context, uint32_t address, uint32_t* word, int64_t cycle) noexcept nogil:
    cdef Context* place = <Context*> context
    if (<Processors> place.owner).has_converted(place.number):
        word[0] = (<Processors> place.owner).peek((address & 0x7fffffff) >> 2)
    else:
        word[0] = (<Processors> place.owner).load_word(place.number, address)
    return (<Processors> place.owner)._waited(place.number, cycle, ON_OMNIBUS if address >= OMNIBUS else FAR_READ // 2)


cdef int _store(void* context, uint32_t address, uint32_t word, int enables, int64_t cycle) noexcept nogil:
    cdef Context* place = <Context*> context
    (<Processors> place.owner).store_word(place.number, address, word, enables)
    return (<Processors> place.owner)._waited(place.number, cycle, 0)


cdef int _read(void* context, uint32_t location, uint8_t* lanes, const uint8_t* enables, int64_t cycle) noexcept nogil:
    cdef Context* place = <Context*> context
    (<Processors> place.owner).read_row(place.number, location, lanes, enables)
    if location >= ARRAY_END:
        return FAR_READ // TICKS_PER_CYCLE
    return (ON_PARALLEL_BUS + (<Processors> place.owner).turn[place.number].converted) // TICKS_PER_CYCLE


cdef int _write(void* context, uint32_t location, const uint8_t* lanes, const uint8_t* enables, int64_t cycle) noexcept nogil:
    cdef Context* place = <Context*> context
    (<Processors> place.owner).write_row(place.number, location, lanes, enables)
    return (ON_PARALLEL_BUS if location < ARRAY_END else FAR_WRITE) // TICKS_PER_CYCLE


cdef int64_t ON_OMNIBUS = number("ppu_omnibus")
cdef int64_t ON_PARALLEL_BUS = number("ppu_parallel_bus")
cdef int64_t FAR_READ = number("ppu_far_read")
cdef int64_t FAR_WRITE = number("ppu_far_write")
cdef uint32_t PPU_CONTROL_BASE = the_map().base_of("PPUControlRegister")
