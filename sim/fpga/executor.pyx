# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""The playback executor: takes one 64-bit message per FPGA cycle and produces the stream of responses.

Time is the FPGA cycle (8 ns, 4 ticks) since power-on. It stands still between runs: the chip neither runs nor rests then, so a run
continues exactly where the one before stopped. All instructions of a run are there from its start; the rate of the host's network is not
modelled.

Accesses are posted: the executor goes on as soon as bus or link have taken them. A chip access while the link is down, a barrier, a poll and
a full JTAG queue block; an instruction that blocks longer than the instruction timeout is given up with a TimeoutNotification, and what follows
is discarded up to the next HALT, which is echoed as usual. (facts: transport 2.1 to 2.9)

Accuracy: order and count of responses, timer, barriers, time-outs: exact as far as software relies on them. Latencies: timing.py.
"""

from cpython.exc cimport PyErr_CheckSignals
from libc.stdint cimport int64_t, uint8_t, uint16_t, uint32_t, uint64_t

from fisch._ut cimport (
    FROM_HIGHSPEED_LINK_NOTIFICATION, FROM_JTAG_DATA, FROM_LOOPBACK, FROM_OMNIBUS_DATA, FROM_TIMEOUT_NOTIFICATION, TO_BARRIER, TO_JTAG_DATA,
    TO_JTAG_INIT, TO_JTAG_INS, TO_JTAG_SCALER, TO_LOOPBACK, TO_OMNIBUS_ADDRESS, TO_OMNIBUS_DATA, TO_POLLING_OMNIBUS_BLOCK, TO_RESET, TO_SETUP,
    TO_SPIKE_PACK_1, TO_SPIKE_PACK_2, TO_SPIKE_PACK_3, TO_SYSTIME_INIT, TO_WAIT_UNTIL,
)
from sim.chip.jtag cimport TAP
from sim.chip.port cimport Port
from sim.clock cimport NEVER, TICKS_PER_FPGA_CYCLE
from sim.fpga.jtag_master cimport JTAGMaster
from sim.fpga.local_bus cimport LocalBus
from sim.fpga.registers cimport RegisterFile
from sim.fpga.trace cimport Trace

import numpy as np

from sim.errors import InterruptedRunError, ProtocolError, UndefinedAccess, UnmodelledAccess
from sim.fpga.timing import value

cdef enum:
    FPGA_BIT = 0x80000000u
    # offsets from 0x88000000, as in table.py
    POLL_ADDRESS = 0x6
    POLL_TARGET = 0x7
    POLL_MASK = 0x8
    # chip addresses whose writing may change the state of the link
    LINK_REGISTERS = 0x40000
    LINK_REGISTERS_END = 0x80008
    # barriers
    BARRIER_OMNIBUS = 1
    BARRIER_JTAG = 2
    BARRIER_SYSTIME = 4
    FLUSH_CYCLES = 125000       # 1 ms: how far time may get ahead of the stream
    FLUSH_ITEMS = 65536         # how many responses may wait


cdef inline int64_t cycles_of(int64_t ticks) noexcept nogil:
    """Ticks to FPGA cycles, rounded up."""
    return (ticks + TICKS_PER_FPGA_CYCLE - 1) // TICKS_PER_FPGA_CYCLE


cdef class Executor:
    """One FPGA with its chip behind `port` and `tap`, and its `board` (sim.board.Board).

    `device_dna`: 57-bit identification; `strict`: accesses to what is undefined or not modelled raise UndefinedAccess or UnmodelledAccess.
    """

    def __init__(self, Port port not None, TAP tap not None, board not None, device_dna=0x15000000000005D, bint strict=False):
        self.port, self.tap, self.board = port, tap, board
        self.chip, self.link = port.chip, port.link
        self.registers = RegisterFile(strict)
        self.trace = Trace()
        self.jtag = JTAGMaster(tap)
        self.bus = LocalBus(self.registers, self.link, self.trace, board, device_dna)
        self._read_timing()
        self._power_on()

    def _read_timing(self):
        self.latency.poll_period, self.latency.loopback = value("poll_period"), value("loopback")
        self.latency.systime_sync, self.latency.chip_word_interval = value("systime_sync"), value("chip_word_interval")
        self.latency.chip_request, self.latency.chip_response = value("chip_request"), value("chip_response")
        self.latency.event_to_chip, self.latency.event_interval = value("event_to_chip"), value("event_interval")
        self.latency.event_queue = value("event_queue")
        self.latency.saturating_phys, self.latency.reads_in_flight = value("saturating_phys"), value("reads_in_flight")

    def _power_on(self):
        self.pending = NEVER
        self.last_response = self.flushed = -1
        self.discarding = self.has_address = False

    def run(self, words not None):
        """Executes uint64[n] words (usually closed by HALT) and returns the stream of responses, uint64[m].

        Raises ProtocolError for words that are no messages and, in strict mode, UndefinedAccess; the executor is usable afterwards.
        """
        self.begin()
        try:
            self.feed(words, False)
            self.settle()
        except BaseException:
            self.abandon()
            raise
        return self.trace.words()

    # ---------------------------------------------------------------------------------------------------------- runs in pieces
    def begin(self):
        """A new run begins; its words come with `feed`, its responses are in `trace`."""
        self.trace.begin_run()
        self.discarding = self.has_address = self.halted = self.interrupted = False
        self.instruction = self.executed = 0

    def feed(self, words not None, bint stop_at_halt=True):
        """Executes the next uint64[n] words of a run, up to and including the first HALT if so asked. Returns how many were executed.

        How a run is cut into pieces makes no difference to its responses. Raises as `run` does, then `executed` includes the word at fault
        and the run can be ended with `end` or, as the real system would, with `give_up`; InterruptedRunError after `interrupt`.
        """
        cdef const uint64_t[::1] view = np.ascontiguousarray(words, dtype=np.uint64)
        cdef Py_ssize_t n = view.shape[0]
        self.halted = False
        if n:
            try:
                with nogil:
                    n = self.execute(&view[0], n, stop_at_halt)
            except BaseException:
                self.executed = self.instruction + 1
                raise
        self.executed += n
        return n

    def settle(self):
        """Brings everything that has happened so far into the stream, although no HALT asks for it."""
        with nogil:
            self.flush(self.cycle)

    def give_up(self):
        """After an error in `feed`: the instruction is reported like one that timed out, what follows is discarded up to HALT."""
        self.time_out()

    def end(self):
        """Ends a run without its HALT: nothing of it answers in the next one. Queued JTAG messages are lost."""
        self.abandon()

    def interrupt(self):
        """Ends the run that another thread executes; without effect if there is none."""
        self.interrupted = True

    cdef void abandon(self) noexcept:
        """After an error: nothing of this run answers in the next one. Queued JTAG messages are lost."""
        self.trace.drop_responses()
        self.jtag.clear()
        self.pending = self.bus.status.sync_done

    @property
    def counters(self):
        """What happened since power-on, with every place where something got lost."""
        return {
            "labels sent": self.labels_sent,
            "labels dropped": self.labels_dropped,
            "omnibus words written": self.bus.status.words_written,
            "omnibus words read": self.bus.status.words_read,
            "instruction timeouts": self.timeouts,
            "failed system time syncs": self.failed_syncs,
            "accesses to undefined FPGA addresses": self.registers.n_faults,
            "accesses to undefined or unmodelled chip addresses": self.chip.n_faults,
            "scans of unknown JTAG instructions": self.tap.n_unknown,
            "bytes to missing SPI devices": self.board.spi.lost,
            "events": self.trace.counters,
        }

    # ---------------------------------------------------------------------------------------------------------- instructions
    cdef Py_ssize_t execute(self, const uint64_t* words, Py_ssize_t n, bint stop_at_halt) except -1 nogil:
        cdef Py_ssize_t i
        cdef uint64_t word
        for i in range(n):
            word = words[i]
            self.instruction = self.executed + i
            if self.cycle >= self.pending:
                self.service(self.cycle)
                if self.registers.strict:
                    self.check_faults()
            if self.discarding and word >> 56 != TO_LOOPBACK:
                continue
            self.step(word)
            if stop_at_halt and word >> 56 == TO_LOOPBACK and not word & 1:
                self.halted = True
                self.flush(self.cycle)
                return i + 1
        return n

    cdef int step(self, uint64_t word) except -1 nogil:
        """One instruction; `cycle` is that of the next one afterwards."""
        cdef int header = <int> (word >> 56)
        if header == TO_OMNIBUS_DATA:
            if not self.has_address:
                with gil:
                    self.protocol_error(word, True)
            self.has_address = False
            self.write(<uint32_t> word)
        elif header == TO_OMNIBUS_ADDRESS:
            if word >> 36 & 1:
                self.read(<uint32_t> word)
            else:
                self.address = <uint32_t> word
                self.byte_enables = <int> (word >> 32 & 0xf)
                self.has_address = True
        elif header == TO_SPIKE_PACK_1 or header == TO_SPIKE_PACK_2 or header == TO_SPIKE_PACK_3:
            self.spikes(word, header - TO_SPIKE_PACK_1 + 1)
        elif header == TO_WAIT_UNTIL:
            self.wait_until(<uint32_t> word)
        elif header == TO_SETUP:
            self.bus.status.timer_origin = self.cycle + 1
        elif header == TO_JTAG_DATA or header == TO_JTAG_INS or header == TO_JTAG_INIT or header == TO_JTAG_SCALER:
            self.jtag_message(<uint8_t> header, word)
        elif header == TO_BARRIER:
            self.barrier(word)
        elif header == TO_LOOPBACK:
            if not word & 1:
                return self.halt()
            if not self.discarding:
                self.trace.push(self.cycle + self.latency.loopback, FROM_LOOPBACK, 1)
        elif header == TO_SYSTIME_INIT:
            self.systime_init(word & 1)
        elif header == TO_POLLING_OMNIBUS_BLOCK:
            self.poll(word & 1)
        elif header == TO_RESET:
            self.reset_chip(word & 1)
        elif header < 0x80:      # the top bit marks a word without message
            with gil:
                self.protocol_error(word, False)
        self.cycle += 1
        return 0

    cdef int protocol_error(self, uint64_t word, bint known) except -1:
        raise ProtocolError("omnibus data without an address before it" if known else "no such message to the FPGA", self.instruction, word)

    cdef int wait_until(self, uint32_t time) except -1 nogil:
        """Lets the timer reach `time`; the next instruction issues one cycle later. Never times out."""
        cdef int64_t target = self.bus.status.timer_origin + time
        while self.cycle < target:
            self.cycle = min(target, max(self.cycle, self.flushed) + FLUSH_CYCLES)
            if self.cycle >= self.pending:
                self.service(self.cycle)
            if self.cycle - self.flushed >= FLUSH_CYCLES:
                self.flush(self.cycle)
        return 0

    cdef int block_until(self, int64_t cycle) except -1 nogil:
        """The instruction ends at `cycle`, or times out before."""
        cdef int64_t limit = self.cycle + self.bus.timeout()
        if cycle > limit:
            self.cycle = limit
            self.service(self.cycle)
            return self.time_out()
        self.cycle = max(self.cycle, cycle)
        return self.service(self.cycle)

    cdef int barrier(self, uint64_t kinds) except -1 nogil:
        """Waits for all given kinds. A single FPGA passes multi_fpga and systime_correction at once."""
        cdef int64_t cycle = self.cycle
        if kinds & BARRIER_OMNIBUS:
            cycle = max(cycle, self.omnibus_done)
        if kinds & BARRIER_JTAG and self.jtag.count:
            cycle = max(cycle, self.jtag.idle_from)
        if kinds & BARRIER_SYSTIME and self.bus.status.sync_done != NEVER:
            cycle = max(cycle, self.bus.status.sync_done)
        return self.block_until(cycle)

    cdef int time_out(self) except -1 nogil:
        """Reports the instruction that blocks and discards what follows."""
        cdef int64_t in_flight = 0
        cdef int i
        for i in range(min(self.n_reads, READ_RING)):
            in_flight += self.reads[i] > self.cycle
        in_flight = min(in_flight, self.latency.reads_in_flight)
        self.timeouts += 1
        self.discarding = True
        self.has_address = False
        return self.trace.push(self.cycle, FROM_TIMEOUT_NOTIFICATION, <uint64_t> in_flight << 39 | <uint64_t> <uint32_t> self.instruction)

    cdef int halt(self) except -1 nogil:
        """Echoes HALT when all responses of earlier instructions are in the stream."""
        while self.jtag.n_responses:
            self.service(self.jtag.next_done())
        self.cycle = max(self.cycle, self.last_response) + 1
        self.flush(self.cycle)
        self.trace.emit(self.cycle, True)
        self.cycle = max(self.cycle, self.trace.last + 1)
        self.trace.push(self.cycle, FROM_LOOPBACK, 0)
        self.trace.emit(self.cycle, True)
        self.cycle = max(self.cycle, self.trace.last) + 1
        self.discarding = self.has_address = False
        return 0

    # ---------------------------------------------------------------------------------------------------------- what happens by itself
    cdef int service(self, int64_t cycle) except -1 nogil:
        """JTAG operations and system time syncs that are finished at `cycle`."""
        cdef uint64_t response
        cdef int64_t done
        while True:
            done = self.jtag.next_done()
            self.pending = min(done, self.bus.status.sync_done)
            if self.pending > cycle:
                return 0
            if done <= self.bus.status.sync_done:
                self.rate_until = 0
                if self.jtag.step(&response):
                    self.last_response = max(self.last_response, done + 1)
                    self.trace.push(done + 1, FROM_JTAG_DATA, response)
            else:
                self.adopt_systime()

    cdef int flush(self, int64_t cycle) except -1 nogil:
        """Brings chip and stream to `cycle`. A keyboard interrupt ends the run here."""
        cdef Py_ssize_t i
        cdef int64_t tick = cycle * TICKS_PER_FPGA_CYCLE
        if cycle >= self.pending:
            self.service(cycle)
        self.link.collect(tick)
        for i in range(self.link.n_changes):
            self.trace.push(
                max(cycles_of(self.link.changes[i].tick), self.flushed + 1), FROM_HIGHSPEED_LINK_NOTIFICATION,
                <uint64_t> self.link.changes[i].phy << 5 | <uint64_t> self.link.changes[i].up << 4,
            )
        self.link.clear_changes()
        self.chip.advance(tick)
        with gil:
            PyErr_CheckSignals()
            if self.interrupted:
                raise InterruptedRunError(f"the run was interrupted at instruction {self.instruction}")
        self.trace.take(self.chip)
        self.flushed = max(self.flushed, cycle)
        return self.trace.emit(cycle, False)

    cdef int adopt_systime(self) except -1 nogil:
        """End of a sync: chip and FPGA take over the time base, if the link is there."""
        cdef int64_t cycle = self.bus.status.sync_done, tick = cycle * TICKS_PER_FPGA_CYCLE
        self.bus.status.sync_done = NEVER
        if self.link.ready > tick:
            self.failed_syncs += 1
            return 0
        self.flush(cycle)
        self.chip.systime_sync(tick)
        self.bus.status.last_chip_time = self.chip.systime(tick)
        self.bus.status.last_round_trip = cycles_of(self.latency.chip_request + self.latency.chip_response)
        self.trace.set_time(cycle, self.bus.status.last_chip_time >> 1)
        return 0

    cdef int systime_init(self, bint sync) except -1 nogil:
        if not sync:
            return 0
        if self.bus.status.sync_done != NEVER:
            self.block_until(self.bus.status.sync_done)
            if self.discarding:
                return 0
        self.bus.status.sync_done = self.cycle + self.latency.systime_sync
        self.pending = min(self.pending, self.bus.status.sync_done)
        return 0

    cdef int reset_chip(self, bint asserted) except -1 nogil:
        cdef int64_t tick = self.cycle * TICKS_PER_FPGA_CYCLE + self.latency.chip_request
        self.flush(self.cycle)
        self.rate_until = 0
        self.port.reset(asserted, tick)
        self.tap.set_reset(asserted)
        return 0

    cdef int jtag_message(self, uint8_t header, uint64_t payload) except -1 nogil:
        cdef int64_t room = self.jtag.room_from(self.cycle)
        if room > self.cycle:
            self.block_until(room)
            if self.discarding:
                return 0
        self.jtag.push(header, payload, self.cycle)
        self.pending = min(self.pending, self.jtag.next_done())
        return 0

    # ---------------------------------------------------------------------------------------------------------- events
    cdef int spikes(self, uint64_t payload, int n) except -1 nogil:
        """1 to 3 labels to the crossbar; lost while the link is down or when its queue is full."""
        cdef int64_t tick = self.cycle * TICKS_PER_FPGA_CYCLE, arrival = tick + self.latency.event_to_chip, at
        cdef int i
        if tick >= self.rate_until and not self.refresh_rate(tick):
            self.labels_dropped += n
            return 0
        for i in range(n):
            at = max(arrival, self.event_free)
            if at - arrival >= self.latency.event_queue * self.latency.event_interval:
                self.labels_dropped += n - i
                return 0
            self.chip.spike(<uint16_t> (payload >> 16 * (n - 1 - i)), at)
            self.event_free = at + self.latency.event_interval
            self.labels_sent += 1
        return 0

    # ---------------------------------------------------------------------------------------------------------- omnibus
    cdef int refresh_rate(self, int64_t tick) noexcept nogil:
        """1 if the link is up at `tick`; then also how close accesses may follow each other, and until when that is so."""
        cdef int phy, n = self.link.n_up(tick)
        self.rate_until = 0
        if n == 0:
            return 0
        self.rate_interval = self.latency.chip_word_interval * self.latency.saturating_phys // min(n, self.latency.saturating_phys)
        self.rate_until = NEVER
        for phy in range(8):
            if tick < self.link.up_at[phy] < self.rate_until:
                self.rate_until = self.link.up_at[phy]
        return 1

    cdef int chip_slot(self) except -1 nogil:
        """Waits until the link takes an access: 1, or 0 after a time-out."""
        cdef int64_t limit = self.cycle + self.bus.timeout(), target
        while self.cycle * TICKS_PER_FPGA_CYCLE >= self.rate_until and not self.refresh_rate(self.cycle * TICKS_PER_FPGA_CYCLE):
            target = min(self.pending, cycles_of(self.link.ready))
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
        self.bus.status.words_written += 1
        return 1

    cdef int write(self, uint32_t data) except -1 nogil:
        """The write prepared by the address before."""
        cdef int64_t arrival
        if self.address & FPGA_BIT:
            return self.local_write(data)
        if not self.chip_slot():
            return 0
        arrival = self.cycle * TICKS_PER_FPGA_CYCLE + self.latency.chip_request
        self.port.write(self.address, data, self.byte_enables, arrival)
        self.omnibus_done = max(self.omnibus_done, cycles_of(arrival + self.latency.chip_response))
        if LINK_REGISTERS <= self.address < LINK_REGISTERS_END:
            self.rate_until = 0
        return self.check_faults() if self.registers.strict else 0

    cdef int local_write(self, uint32_t data) except -1 nogil:
        """A write to the FPGA's own registers."""
        cdef int64_t free = self.bus.free_from(self.address)
        if free > self.cycle:
            self.block_until(free)
            if self.discarding:
                return 0
        if self.bus.changes_stream(self.address):
            self.flush(self.cycle)
        self.omnibus_done = max(self.omnibus_done, self.bus.write(self.address, data, self.byte_enables, self.cycle, self.instruction))
        self.rate_until = 0
        return 0

    cdef int read(self, uint32_t address) except -1 nogil:
        cdef uint32_t data = 0
        cdef int64_t done
        self.has_address = False
        if address & FPGA_BIT:
            done = self.local_read(address, &data)
        else:
            done = self.chip_read(address, &data)
        return self.respond(data, done) if done else 0

    cdef int64_t local_read(self, uint32_t address, uint32_t* data) except -1 nogil:
        """Cycle of the response, 0 after a time-out."""
        cdef int64_t free = self.bus.free_from(address)
        if free > self.cycle:
            self.block_until(free)
            if self.discarding:
                return 0
        return self.bus.read(address, self.cycle, self.instruction, data)

    cdef int64_t chip_read(self, uint32_t address, uint32_t* data) except -1 nogil:
        """Cycle of the response, 0 after a time-out."""
        cdef int64_t arrival
        if not self.chip_slot():
            return 0
        arrival = self.cycle * TICKS_PER_FPGA_CYCLE + self.latency.chip_request
        data[0] = self.port.read(address, arrival)
        self.bus.status.words_read += 1
        if self.registers.strict:
            self.check_faults()
        return cycles_of(arrival + self.latency.chip_response)

    cdef int check_faults(self) except -1 nogil:
        """Strict mode: raises for the latest access of the chip's that went wrong, also if it came from JTAG or from within."""
        if self.chip.n_faults == self.known_faults:
            return 0
        self.known_faults = self.chip.n_faults
        with gil:
            address, is_read, undefined = self.chip.last_fault
            raise (UndefinedAccess if undefined else UnmodelledAccess)(address, self.instruction, is_read)

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

    cdef int poll(self, bint expects_equality) except -1 nogil:
        """Reads until the masked value equals the target (or differs from it). Poll reads do not answer."""
        cdef uint32_t address = self.registers.small[POLL_ADDRESS], data = 0
        cdef int64_t limit = self.cycle + self.bus.timeout(), done
        while True:
            done = self.local_read(address, &data) if address & FPGA_BIT else self.chip_read(address, &data)
            if not done:
                return 0
            self.cycle = done
            if ((data & self.registers.small[POLL_MASK]) == self.registers.small[POLL_TARGET]) == expects_equality:
                return 0
            self.cycle += self.latency.poll_period
            if self.cycle > limit:
                return self.time_out()
            self.service(self.cycle)
            if self.cycle - self.flushed >= FLUSH_CYCLES:
                self.flush(self.cycle)
