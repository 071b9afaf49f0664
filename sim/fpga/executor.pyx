"""The playback executor: takes one 64-bit message per FPGA cycle and produces the stream of responses.

By default all instructions of a program are there from its start and responses are fetched at once; with a host (hicannx_sim.fpga.host) words come and go
at its rate. Barriers, polls, chip accesses while the link is down and a full JTAG queue block. (facts: transport 2.1 to 2.9)

Accuracy: order and count of responses, timer, barriers, time-outs: exact as far as software relies on them. Latencies: timing.py.
"""

from libc.stdint cimport int64_t, uint8_t, uint16_t, uint32_t, uint64_t

from fisch._ut cimport (
    FROM_LOOPBACK, TO_BARRIER, TO_JTAG_DATA, TO_JTAG_INIT, TO_JTAG_INS, TO_JTAG_SCALER, TO_LOOPBACK, TO_OMNIBUS_ADDRESS, TO_OMNIBUS_DATA,
    TO_POLLING_OMNIBUS_BLOCK, TO_RESET, TO_SETUP, TO_SPIKE_PACK_1, TO_SPIKE_PACK_2, TO_SPIKE_PACK_3, TO_SYSTIME_INIT, TO_WAIT_UNTIL,
)
from hicannx_sim.base.clock cimport NEVER, TICKS_PER_FPGA_CYCLE
from hicannx_sim.fpga.omnibus cimport Omnibus
from hicannx_sim.base.state cimport ints, longs, view

import numpy as np

from hicannx_sim.base.errors import ProtocolError

cdef enum:
    # barriers
    BARRIER_OMNIBUS = 1
    BARRIER_JTAG = 2
    BARRIER_SYSTIME = 4
    RETRIES = 0x2000            # offset of the register from 0x88000000, as in table.py


cdef class Executor(Omnibus):
    """One FPGA; see `Engine` for what it is made of."""

    def __init__(self, *parts, host=None, **others):
        super().__init__(*parts, host=host, **others)
        cdef int64_t[::1] ring
        if host is not None:
            self.host_interval, self.playback_words = host.cycles_per_word, host.playback_words
            self._taken_at = ring = np.zeros(host.playback_words, np.int64)
            self.taken_at = &ring[0]

    # ---------------------------------------------------------------------------------------------------------- runs
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
        return self.trace.take_words(True)

    def begin(self):
        """A new run begins; its words come with `feed`, its responses are in `trace`."""
        self.trace.begin_run()
        self.discarding = self.has_address = self.halted = self.interrupted = False
        self.instruction = self.executed = 0
        self.fetched, self.fetched_at = 0, self.cycle
        self.pending = 0            # somebody may have changed something meanwhile

    def feed(self, words not None, bint stop_at_halt=True):
        """Executes the next uint64[n] words of a run, up to and including the first HALT if so asked. Returns how many were executed.

        How a run is cut into pieces makes no difference to its responses. Raises as `run` does, then `executed` includes the word at fault
        and the run can be ended with `end` or, as the real system would, with `give_up`; InterruptedRunError after `interrupt`.
        """
        cdef const uint64_t[::1] program = np.ascontiguousarray(words, dtype=np.uint64)
        cdef Py_ssize_t n = program.shape[0]
        self.halted = False
        if n:
            try:
                with nogil:
                    n = self.execute(&program[0], n, stop_at_halt)
            except BaseException:
                self.executed = self.instruction + 1
                raise
        self.executed += n
        return n

    def settle(self):
        """Brings everything that has happened so far into the stream, although no HALT asks for it."""
        with nogil:
            self.flush(self.cycle)

    def idle(self):
        """The host is late: time passes until everything the run has asked for is answered, and that is brought into the stream."""
        with nogil:
            while self.jtag.n_responses:
                self.service(self.jtag.next_done())
            self.pass_until(self.last_response + 1)
            self.flush(self.cycle)
            self.trace.emit(self.cycle, True)

    def new_session(self):
        """A host has connected: messages are not annotated with times until it synchronises them, and no routing is set.

        Which registers of the FPGA a new connection resets is not known; the hardware tests rely on these. (derived)
        """
        self.abandon()
        self.trace.timed = False
        self.registers.reset_routing()

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

    def inject(self, fault, seed):
        """From now on a fault (hicannx_sim.fpga.faults) happens."""
        self.injector.add(fault, self.cycle, seed)

    def clear_faults(self):
        """Nothing goes wrong any more."""
        self.injector.clear(self.cycle)
        self.rate_until = 0

    @property
    def counters(self):
        """What happened since power-on, with every place where something got lost."""
        path = self.events.counters
        return {
            "labels sent": path["to chip"]["passed"],
            "labels dropped": sum(count for name, count in path["to chip"].items() if name != "passed"),
            "event path": path,
            "packets to chip": self.bus.status.packets_written,
            "packets from chip": self.bus.status.packets_read,
            "responses missing on purpose": self.injector.n_missing,
            "instruction timeouts": self.timeouts,
            "failed system time syncs": self.failed_syncs,
            "accesses to undefined FPGA addresses": self.registers.n_faults,
            "accesses to undefined or unmodelled chip addresses": self.chip.faults.n,
            "scans of unknown JTAG instructions": self.tap.n_unknown,
            "bytes to missing SPI devices": self.board.spi.lost,
            "bytes to missing I2C devices": self.board.i2c.unacknowledged,
            "events": self.trace.counters,
        }

    # ---------------------------------------------------------------------------------------------------------- instructions
    cdef Py_ssize_t execute(self, const uint64_t* words, Py_ssize_t n, bint stop_at_halt) except -1 nogil:
        cdef Py_ssize_t i
        cdef uint64_t word
        for i in range(n):
            word = words[i]
            self.instruction = self.executed + i
            if self.host_interval:
                self.fetch()
            if self.cycle >= self.pending:
                self.service(self.cycle)
            if not self.discarding or word >> 56 == TO_LOOPBACK:
                self.step(word)
            if self.registers.strict:
                self.check_faults()
            if stop_at_halt and word >> 56 == TO_LOOPBACK and not word & 1:
                self.halted = True
                self.flush(self.cycle)
                return i + 1
        return n

    cdef int fetch(self) except -1 nogil:
        """Waits until the host has sent the next word; it stops while the playback memory is full."""
        cdef int64_t place = self.fetched % self.playback_words
        if self.fetched >= self.playback_words:
            self.fetched_at = max(self.fetched_at, self.taken_at[place])
        self.fetched_at += self.host_interval
        self.pass_until(self.fetched_at)
        self.taken_at[place] = self.cycle
        self.fetched += 1
        return 0

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
            self.wait_until(word)
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

    cdef int wait_until(self, uint64_t time) except -1 nogil:
        """Lets the timer reach `time`; the next instruction issues one cycle later. Never times out."""
        return self.pass_until(self.bus.status.timer_origin + <uint32_t> time)

    cdef int barrier(self, uint64_t kinds) except -1 nogil:
        """Waits for all given kinds. A single FPGA passes multi_fpga and systime_correction at once."""
        cdef int64_t cycle = self.cycle
        if kinds & BARRIER_OMNIBUS:
            cycle = max(cycle, self.omnibus_idle())
        if kinds & BARRIER_JTAG and self.jtag.count:
            cycle = max(cycle, self.jtag.idle_from)
        self.block_until(cycle)
        while kinds & BARRIER_SYSTIME and self.bus.status.sync_done != NEVER and not self.discarding:
            self.block_until(self.bus.status.sync_done)
        return 0

    cdef int halt(self) except -1 nogil:
        """Echoes HALT when all responses of earlier instructions are in the stream. Those that will never come are given up."""
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
        self.lost_reads = 0
        return 0

    cdef int reset_chip(self, bint asserted) except -1 nogil:
        """The chip's reset line. Events that left the chip before have passed."""
        cdef int64_t tick = self.cycle * TICKS_PER_FPGA_CYCLE + self.latency.chip_request
        self.flush(self.cycle)
        self.events.advance(tick)
        self.rate_until = 0
        self.power.reset(asserted, tick)
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

    cdef int systime_init(self, bint sync) except -1 nogil:
        """Starts a system time sync, after one that is still running."""
        if not sync:
            return 0
        self.barrier(BARRIER_SYSTIME)
        if self.discarding:
            return 0
        self.sync_attempts = self.registers.small[RETRIES]
        self.bus.status.sync_done = self.cycle + self.latency.systime_sync
        self.pending = min(self.pending, self.bus.status.sync_done)
        return 0

    cdef int spikes(self, uint64_t payload, int n) except -1 nogil:
        """1 to 3 labels to the chip."""
        cdef int i
        for i in range(n):
            self.events.send(<uint16_t> (payload >> 16 * (n - 1 - i)), self.cycle)
        return 0

    # ---------------------------------------------------------------------------------------------------------- state
    def arrays(self):
        """Time, the instruction, what the omnibus and the link are busy with, and counters."""
        state = {
            "cycle": longs(&self.cycle, sizeof(self.cycle)), "instruction": longs(&self.instruction, sizeof(self.instruction)),
            "executed": longs(&self.executed, sizeof(self.executed)), "halted": ints(&self.halted, sizeof(self.halted)),
            "pending": longs(&self.pending, sizeof(self.pending)), "flushed": longs(&self.flushed, sizeof(self.flushed)),
            "discarding": ints(&self.discarding, sizeof(self.discarding)), "address": view(&self.address, sizeof(self.address), "u4"),
            "byte_enables": ints(&self.byte_enables, sizeof(self.byte_enables)), "has_address": ints(&self.has_address, sizeof(self.has_address)),
            "omnibus_done": longs(&self.omnibus_done, sizeof(self.omnibus_done)),
            "last_response": longs(&self.last_response, sizeof(self.last_response)), "reads": longs(self.reads, sizeof(self.reads)),
            "n_reads": longs(&self.n_reads, sizeof(self.n_reads)), "lost_reads": longs(&self.lost_reads, sizeof(self.lost_reads)),
            "chip_free": longs(&self.chip_free, sizeof(self.chip_free)), "sync_attempts": longs(&self.sync_attempts, sizeof(self.sync_attempts)),
            "rate_until": longs(&self.rate_until, sizeof(self.rate_until)), "rate_interval": longs(&self.rate_interval, sizeof(self.rate_interval)),
            "known_faults": longs(&self.known_faults, sizeof(self.known_faults)), "timeouts": longs(&self.timeouts, sizeof(self.timeouts)),
            "known_scans": longs(&self.known_scans, sizeof(self.known_scans)),
            "failed_syncs": longs(&self.failed_syncs, sizeof(self.failed_syncs)), "fetched": longs(&self.fetched, sizeof(self.fetched)),
            "fetched_at": longs(&self.fetched_at, sizeof(self.fetched_at)),
        }
        return state if self._taken_at is None else {**state, "taken_at": self._taken_at}

    def blocks(self):
        """{name: block} of the parts of the FPGA that have state of their own."""
        return {
            "registers": self.registers, "trace": self.trace, "jtag": self.jtag, "power": self.power, "bus": self.bus, "events": self.events,
            "injector": self.injector, **self.events.blocks(), **self.injector.blocks(),
        }
