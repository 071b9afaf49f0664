"""Accesses of the playback program to the omnibus, on the FPGA itself and over the link on the chip.

They are posted: the executor goes on as soon as bus or link have taken them. An access to the chip while the link is down blocks, and so
does one to a bus of the board that is busy. Responses keep the order of the reads. (facts: transport 2.1)
"""

from libc.stdint cimport int64_t, uint32_t

from fisch._ut cimport FROM_OMNIBUS_DATA
from hicannx_sim.base.clock cimport NEVER, TICKS_PER_FPGA_CYCLE
from hicannx_sim.fpga.engine cimport READ_RING, Engine, cycles_of


cdef enum:
    FPGA_BIT = 0x80000000u
    # offsets from 0x88000000, as in table.py
    POLL_ADDRESS = 0x6
    POLL_TARGET = 0x7
    POLL_MASK = 0x8
    # chip addresses whose writing may change the state of the link
    LINK_REGISTERS = 0x40000
    LINK_REGISTERS_END = 0x80008
    FLUSH_CYCLES = 125000       # 1 ms: how far time may get ahead of the stream while polling
    FLUSH_ITEMS = 65536         # how many responses may wait
    UNANSWERED = -1


cdef class Omnibus(Engine):
    """The part of the executor that reads and writes."""

    cdef int refresh_rate(self, int64_t tick) noexcept nogil:
        """1 if the link is up at `tick`; then also how close accesses may follow each other, and until when that is so."""
        cdef int phy, n = self.link.n_up(tick)
        self.rate_until = 0
        if n == 0:
            return 0
        self.rate_interval = self.latency.chip_word_interval * self.latency.saturating_phys // min(n, self.latency.saturating_phys)
        self.rate_until = NEVER
        for phy in range(8):
            if tick < self.link.s.up_at[phy] < self.rate_until:
                self.rate_until = self.link.s.up_at[phy]
        return 1

    cdef int chip_slot(self) except -1 nogil:
        """Waits until the link takes an access: 1, or 0 after a time-out."""
        cdef int64_t limit = self.cycle + self.bus.timeout(), target
        while self.cycle * TICKS_PER_FPGA_CYCLE >= self.rate_until and not self.refresh_rate(self.cycle * TICKS_PER_FPGA_CYCLE):
            target = min(self.pending, cycles_of(self.link.s.ready))
            if target > limit:
                self.cycle = max(self.cycle, limit)
                self.time_out()
                return 0
            self.cycle = max(self.cycle, target)
            self.service(self.cycle)
        if self.chip_free > self.cycle * TICKS_PER_FPGA_CYCLE:
            self.cycle = cycles_of(self.chip_free)
            if self.cycle >= self.pending:
                self.service(self.cycle)
        self.chip_free = self.cycle * TICKS_PER_FPGA_CYCLE + self.rate_interval
        return 1

    cdef int trace_slot(self) except -1 nogil:
        """Waits until one more response fits in front of a full trace memory: 1, or 0 after a time-out."""
        cdef int64_t limit = self.cycle + self.bus.timeout(), target
        while self.trace.waiting() >= self.latency.reads_in_flight:
            self.flush(self.cycle)
            target = max(self.cycle + 1, self.trace.next_response())
            if self.trace.waiting() < self.latency.reads_in_flight:
                return 1
            if target > limit:
                self.cycle = max(self.cycle, limit)
                self.time_out()
                return 0
            self.cycle = target
        return 1

    # ---------------------------------------------------------------------------------------------------------- writes
    cdef int write(self, uint32_t data) except -1 nogil:
        """The write prepared by the address before: address and data go to the chip, a response comes back that nobody sees."""
        cdef int64_t arrival
        if self.address & FPGA_BIT:
            return self.local_write(data)
        if not self.chip_slot():
            return 0
        arrival = self.cycle * TICKS_PER_FPGA_CYCLE + self.latency.chip_request
        if LINK_REGISTERS <= self.address < LINK_REGISTERS_END:
            self.events.advance(arrival)
            self.rate_until = 0
        self.port.write(self.address, data, self.byte_enables, arrival)
        arrival = max(arrival, self.port.chip.fabric.s.now)
        self.bus.status.packets_written += 2
        self.bus.status.packets_read += 1
        self.omnibus_done = max(self.omnibus_done, cycles_of(arrival + self.latency.chip_response))
        return self.check_faults() if self.registers.strict else 0

    cdef int local_write(self, uint32_t data) except -1 nogil:
        """A write to the FPGA's own registers."""
        cdef int64_t free = self.bus.free_from(self.address)
        if free > self.cycle:
            self.block_until(free)
            if self.discarding:
                return 0
        self.see_processors(self.address)
        if self.bus.changes_stream(self.address, data):
            self.flush(self.cycle)
            self.service(self.cycle)
            self.pending = 0
        self.omnibus_done = max(self.omnibus_done, self.bus.write(self.address, data, self.byte_enables, self.cycle, self.instruction))
        self.rate_until = 0
        return self.switch_supplies() if self.bus.rails != self.power.rails else 0

    # ---------------------------------------------------------------------------------------------------------- reads
    cdef int read(self, uint32_t address) except -1 nogil:
        cdef uint32_t data = 0
        cdef int64_t done
        self.has_address = False
        if self.trace.limited and not self.trace_slot():
            return 0
        if address & FPGA_BIT:
            done = self.local_read(address, &data)
        else:
            done = self.chip_read(address, &data)
        if done == UNANSWERED:
            self.lost_reads += 1
        return self.respond(data, done) if done > 0 else 0

    cdef int64_t local_read(self, uint32_t address, uint32_t* data) except -2 nogil:
        """Cycle of the response, 0 after a time-out."""
        cdef int64_t free = self.bus.free_from(address)
        if free > self.cycle:
            self.block_until(free)
            if self.discarding:
                return 0
        self.see_processors(address)
        return self.bus.read(address, self.cycle, self.instruction, data)

    cdef void see_processors(self, uint32_t address) noexcept nogil:
        """What the chip's processors have done up to now to a word of the memories they share with the host."""
        if self.chip.processors.active and self.registers.holds(address):
            self.events.advance(self.cycle * TICKS_PER_FPGA_CYCLE)

    cdef int64_t chip_read(self, uint32_t address, uint32_t* data) except -2 nogil:
        """Cycle of the response, 0 after a time-out, UNANSWERED if the response gets lost."""
        cdef int64_t arrival
        if not self.chip_slot():
            return 0
        arrival = self.cycle * TICKS_PER_FPGA_CYCLE + self.latency.chip_request
        data[0] = self.port.read(address, arrival)
        arrival = max(arrival, self.port.chip.fabric.s.now)  # a conversion holds the omnibus
        self.bus.status.packets_written += 1
        if self.registers.strict:
            self.check_faults()
        if self.injector.missing and self.injector.swallows():
            return UNANSWERED
        self.bus.status.packets_read += 1
        return cycles_of(arrival + self.latency.chip_response)

    cdef int respond(self, uint32_t data, int64_t cycle) except -1 nogil:
        """Responses of the omnibus keep the order of the reads."""
        self.last_response = max(cycle, self.last_response + 1)
        self.omnibus_done = max(self.omnibus_done, self.last_response)
        self.reads[self.n_reads % READ_RING] = self.last_response
        self.n_reads += 1
        self.trace.push(self.last_response, FROM_OMNIBUS_DATA, data)
        if self.trace.waiting() >= FLUSH_ITEMS and self.cycle > self.flushed:
            self.flush(self.cycle)
        return 0

    cdef int check_faults(self) except -1 nogil:
        """Strict mode: raises for the latest access or setting of the chip's that went wrong, also if it came from JTAG or from within."""
        if self.chip.faults.n == self.known_faults:
            return 0
        self.known_faults = self.chip.faults.n
        with gil:
            raise self.chip.faults.error(self.instruction)

    # ---------------------------------------------------------------------------------------------------------- waiting for it
    cdef int64_t omnibus_idle(self) noexcept nogil:
        """Cycle at which every access is finished; NEVER while a response is missing."""
        return NEVER if self.lost_reads else self.omnibus_done

    cdef int poll(self, bint expects_equality) except -1 nogil:
        """Reads until the masked value equals the target (or differs from it). Poll reads do not answer."""
        cdef uint32_t address = self.registers.small[POLL_ADDRESS], data = 0
        cdef int64_t limit = self.cycle + self.bus.timeout(), done
        while True:
            done = self.local_read(address, &data) if address & FPGA_BIT else self.chip_read(address, &data)
            if done == 0:
                return 0
            if done == UNANSWERED:
                self.lost_reads += 1
                return self.block_until(NEVER)
            self.cycle = done
            if ((data & self.registers.small[POLL_MASK]) == self.registers.small[POLL_TARGET]) == expects_equality:
                return 0
            self.cycle += self.latency.poll_period
            if self.cycle > limit:
                return self.time_out()
            self.service(self.cycle)
            if self.cycle - self.flushed >= FLUSH_CYCLES:
                self.flush(self.cycle)
