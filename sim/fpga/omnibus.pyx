"""Accesses of the playback program to the omnibus, on the FPGA itself and over the link on the chip.

They are posted: the executor goes on as soon as bus or link have taken them. An access to the chip while the link is down blocks, and so
does one to a bus of the board that is busy. Responses keep the order of the reads. (facts: transport 2.1)
"""

cimport cython
from libc.stdint cimport int64_t, uint32_t

from hicannx_sim.base.clock cimport TICKS_PER_FPGA_CYCLE, NEVER
from hicannx_sim.chip.omnibus cimport SERVED, UNDEFINED
from hicannx_sim.chip.watch cimport READ, WRITE
from hicannx_sim.fpga.registers cimport MEMORY
from hicannx_sim.fpga.timeline cimport STEP_CYCLES, TimelineState, cycles_of

from hicannx_sim.base.numbers import number
from hicannx_sim.base.state import fields

cdef enum:
    FPGA_BIT = 0x80000000u
    RESPONSES_MAX = 65536       # how many responses may wait before the stream catches up
    NOT_SERVED = 0
    UNANSWERED = -1


@cython.final
cdef class OmnibusMaster:
    """Reads and writes for the program, as `time` goes on. Over the link they reach the chip behind `port`, whose supplies `power` switches
    when a byte to the board has done so."""

    def __init__(
        self, Timeline time not None, RegisterFile registers not None, PHYBlock phys not None, BoardBuses board not None,
        Port port not None, Power power not None,
    ):
        self.time, self.registers, self.phys, self.link, self.board = time, registers, phys, phys.link, board
        self.port, self.chip, self.power = port, port.chip, power
        self.poll_address, self.poll_target = registers.words("polling address"), registers.words("polling target")
        self.poll_mask, self.poll_period = registers.words("polling mask"), number("poll_period")
        self.chip_request, self.chip_response = number("chip_request"), number("chip_response")
        self.chip_word_interval, self.saturating_phys = number("chip_word_interval"), number("saturating_phys")
        self.reads_in_flight = number("reads_in_flight")

    cdef void clear(self) noexcept nogil:
        """A run begins or ends: no address is prepared."""
        self.s.has_address = self.s.poll_unanswered = self.s.poll_overdue = False

    # ---------------------------------------------------------------------------------------------------------- the link
    cdef bint follow_link(self, int64_t tick) noexcept nogil:
        """Whether the link is up at `tick`; then also how close accesses may follow each other while it stays as it is."""
        cdef int64_t n = self.link.look(tick)
        if n:
            self.s.interval = self.chip_word_interval * self.saturating_phys // min(n, self.saturating_phys)
        return n > 0

    cdef int chip_slot(self) except -1 nogil:
        """Waits until the link takes an access: 1, or 0 after a time-out or if this is suspended."""
        cdef TimelineState* now = &self.time.s
        cdef int64_t limit = self.time.gives_up(), target
        while now.cycle * TICKS_PER_FPGA_CYCLE >= self.link.s.steady_until and not self.follow_link(now.cycle * TICKS_PER_FPGA_CYCLE):
            target = min(now.next_due, cycles_of(self.link.s.ready))
            if not self.time.reach(min(target, limit)):
                return 0
            if target > limit:
                now.cycle = max(now.cycle, limit)
                self.time.time_out()
                return 0
            now.cycle = max(now.cycle, target)
            self.time.run_due(now.cycle)
        if self.s.chip_free > now.cycle * TICKS_PER_FPGA_CYCLE:
            if not self.time.reach(cycles_of(self.s.chip_free)):
                return 0
            now.cycle = cycles_of(self.s.chip_free)
            if now.cycle >= now.next_due:
                self.time.run_due(now.cycle)
        self.s.chip_free = now.cycle * TICKS_PER_FPGA_CYCLE + self.s.interval
        return 1

    cdef int trace_slot(self) except -1 nogil:
        """Waits until one more response fits in front of a full trace memory: 1, or 0 after a time-out. Only with a slow host, beside which there
        are no other FPGAs."""
        cdef TimelineState* now = &self.time.s
        cdef int64_t limit = self.time.gives_up(), target
        while self.time.trace.waiting() >= self.reads_in_flight:
            self.time.catch_up(now.cycle)
            target = max(now.cycle + 1, self.time.trace.next_response())
            if self.time.trace.waiting() < self.reads_in_flight:
                return 1
            if target > limit:
                now.cycle = max(now.cycle, limit)
                self.time.time_out()
                return 0
            now.cycle = target
        return 1

    # ---------------------------------------------------------------------------------------------------------- writes
    cdef int write(self, uint32_t data) except -1 nogil:
        """The write prepared by the address before: address and data leave, a response comes back that nobody sees."""
        self.s.has_address = False
        if self.s.address & FPGA_BIT:
            self.local_write(data)
        else:
            self.chip_write(data)
        self.s.has_address = self.time.s.suspended
        return 0

    cdef int chip_write(self, uint32_t data) except -1 nogil:
        cdef TimelineState* now = &self.time.s
        cdef int64_t arrival
        if not self.chip_slot():
            return 0
        arrival = now.cycle * TICKS_PER_FPGA_CYCLE + self.chip_request
        if self.port.serves(self.s.address):
            self.time.events.advance(arrival)
        self.port.write(self.s.address, data, self.s.byte_enables, arrival)
        arrival = max(arrival, self.chip.fabric.s.now)
        self.phys.s.written += 2
        self.phys.s.read += 1
        self.s.done = max(self.s.done, cycles_of(arrival + self.chip_response))
        return self.check_faults() if self.registers.strict else 0

    cdef int local_write(self, uint32_t data) except -1 nogil:
        """A write to the FPGA's own registers."""
        cdef TimelineState* now = &self.time.s
        cdef int row = self.registers.row_at(self.s.address)
        cdef bint affects_events
        cdef int64_t done
        cdef bint served = self.registers.is_served(row)
        if served and not self.bus_slot(row):
            return 0
        self.see_chip(row)
        affects_events = served and self.registers.affects_events(row, self.s.address, data)
        if affects_events:
            self.time.catch_up(now.cycle)
            self.time.run_due(now.cycle)
            now.next_due = 0
        done = self.registers.write(row, self.s.address, data, self.s.byte_enables, now.cycle, now.instruction)
        self.tell(WRITE, self.s.address, data, self.s.byte_enables, served)
        if affects_events:
            self.time.events.reroute(now.cycle)
        self.s.done = max(self.s.done, done)
        return self.board_written() if self.board.s.written else 0

    cdef int board_written(self) except -1 nogil:
        """What a byte to the board did to the chip: to its pads and references, and to its supplies."""
        cdef TimelineState* now = &self.time.s
        cdef int64_t tick = now.cycle * TICKS_PER_FPGA_CYCLE
        self.board.s.written = False
        self.time.events.advance(tick)
        self.chip.board_moved(tick)
        if self.board.s.supplies != self.power.s.rails:
            self.power.supply(self.board.s.supplies, self.time.at_chip())
        return 0

    cdef int bus_slot(self, int row) except -1 nogil:
        """Waits until a bus of the board takes an access: 1, or 0 after a time-out or if this is suspended."""
        cdef int64_t free = self.registers.free_from(row)
        if free <= self.time.s.cycle:
            return 1
        self.time.block_until(free)
        return not (self.time.s.discarding or self.time.s.suspended)

    # ---------------------------------------------------------------------------------------------------------- reads
    cdef int read(self, uint32_t address) except -1 nogil:
        cdef uint32_t data = 0
        cdef int64_t done
        self.s.has_address = False
        if self.time.trace.limited and not self.trace_slot():
            return 0
        done = self.local_read(address, &data) if address & FPGA_BIT else self.chip_read(address, &data)
        if done == UNANSWERED:
            self.time.responses.s.lost += 1
        return self.respond(data, done) if done > 0 else 0

    cdef int64_t local_read(self, uint32_t address, uint32_t* data) except -2 nogil:
        """Cycle of the response, or NOT_SERVED."""
        cdef int row = self.registers.row_at(address)
        cdef int64_t done
        if self.registers.is_served(row) and not self.bus_slot(row):
            return NOT_SERVED
        self.see_chip(row)
        done = self.registers.read(row, address, self.time.s.cycle, self.time.s.instruction, data)
        self.tell(READ, address, data[0], 15, self.registers.is_served(row))
        return done

    cdef void tell(self, int kind, uint32_t address, uint32_t data, int byte_enables, bint served) noexcept nogil:
        """Whoever looks learns of an access to the FPGA's own registers."""
        if self.chip.fabric.watch.accesses_on:
            self.chip.fabric.watch.by_host(self.time.s.cycle * TICKS_PER_FPGA_CYCLE, kind, address, data, byte_enables, SERVED if served else UNDEFINED)

    cdef void see_chip(self, int row) noexcept nogil:
        """What has happened on the chip up to now, if it shows in the register: the memories that its processors share with the host, and
        events that got lost on their way from it."""
        if row == self.phys.dropped or (row == MEMORY and self.chip.processors.active):
            self.time.events.advance(self.time.s.cycle * TICKS_PER_FPGA_CYCLE)

    cdef int64_t chip_read(self, uint32_t address, uint32_t* data) except -2 nogil:
        """Cycle of the response, NOT_SERVED, or UNANSWERED if the response gets lost."""
        cdef TimelineState* now = &self.time.s
        cdef int64_t arrival
        if not self.chip_slot():
            return NOT_SERVED
        arrival = now.cycle * TICKS_PER_FPGA_CYCLE + self.chip_request
        data[0] = self.port.read(address, arrival)
        arrival = max(arrival, self.chip.fabric.s.now)  # a conversion holds the omnibus
        self.phys.s.written += 1
        if self.registers.strict:
            self.check_faults()
        if self.time.injector.swallows():
            return UNANSWERED
        self.phys.s.read += 1
        return cycles_of(arrival + self.chip_response)

    cdef int respond(self, uint32_t data, int64_t cycle) except -1 nogil:
        cdef TimelineState* now = &self.time.s
        self.s.done = max(self.s.done, self.time.responses.read(data, cycle))
        if self.time.trace.waiting() >= RESPONSES_MAX and now.cycle > now.streamed:
            self.time.catch_up(now.cycle)
        return 0

    cdef int check_faults(self) except -1 nogil:
        """Strict mode: raises for the latest access or setting of the chip's that went wrong, also if it came from JTAG or from within."""
        if self.chip.faults.n == self.s.known_faults:
            return 0
        self.s.known_faults = self.chip.faults.n
        with gil:
            raise self.chip.faults.error(self.time.s.instruction)

    # ---------------------------------------------------------------------------------------------------------- waiting for it
    cdef int64_t idle_from(self) noexcept nogil:
        """Cycle at which every access is finished; NEVER while a response is missing."""
        return NEVER if self.time.responses.s.lost else self.s.done

    cdef int poll(self, bint expects_equality) except -1 nogil:
        """Reads until the masked value equals the target (or differs from it). Poll reads do not answer."""
        cdef TimelineState* now = &self.time.s
        cdef uint32_t address = self.poll_address[0], data = 0
        cdef int64_t limit = self.time.gives_up(), done
        if self.s.poll_overdue:
            return self.give_up_poll()
        if self.s.poll_unanswered:
            return self.poll_for_ever()
        while True:
            done = self.local_read(address, &data) if address & FPGA_BIT else self.chip_read(address, &data)
            if done == NOT_SERVED:
                return 0
            if done == UNANSWERED:
                self.time.responses.s.lost += 1
                return self.poll_for_ever()
            now.cycle = done
            if ((data & self.poll_mask[0]) == self.poll_target[0]) == expects_equality:
                return 0
            now.cycle += self.poll_period
            if now.cycle > limit:
                return self.give_up_poll()
            if not self.time.reach(now.cycle):
                return 0
            self.time.run_due(now.cycle)
            if now.cycle - now.streamed >= STEP_CYCLES:
                self.time.catch_up(now.cycle)

    cdef int give_up_poll(self) except -1 nogil:
        """Polling has taken too long."""
        self.s.poll_overdue = not self.time.reach(self.time.s.cycle)
        return 0 if self.s.poll_overdue else self.time.time_out()

    cdef int poll_for_ever(self) except -1 nogil:
        """The response to a poll got lost: until the instruction times out."""
        self.time.block_until(NEVER)
        self.s.poll_unanswered = self.time.s.suspended
        return 0

    def arrays(self):
        """The prepared write, and what bus and link are busy with."""
        return fields(<OmnibusMasterState[:1]> &self.s)
