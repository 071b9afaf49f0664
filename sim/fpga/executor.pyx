"""The playback executor: takes one 64-bit message per FPGA cycle and produces the stream of responses.

By default all instructions of a program are there from its start and responses are fetched at once; with a host (hicannx_sim.fpga.host) words
come and go at its rate. Barriers, polls, chip accesses while the link is down and a full JTAG queue block. (facts: transport 2.1 to 2.9)

Accuracy: order and count of responses, timer, barriers, time-outs: exact as far as software relies on them. Latencies: base.numbers.
"""

cimport cython
from libc.stdint cimport int64_t, uint8_t, uint16_t, uint32_t, uint64_t

from fisch.ut cimport (
    FROM_LOOPBACK, TO_BARRIER, TO_JTAG_DATA, TO_JTAG_INIT, TO_JTAG_INS, TO_JTAG_SCALER, TO_LOOPBACK, TO_OMNIBUS_ADDRESS, TO_OMNIBUS_DATA,
    TO_POLLING_OMNIBUS_BLOCK, TO_RESET, TO_SETUP, TO_SPIKE_PACK_1, TO_SPIKE_PACK_2, TO_SPIKE_PACK_3, TO_SYSTIME_INIT, TO_WAIT_UNTIL,
)
from hicannx_sim.base.clock cimport NEVER, TICKS_PER_FPGA_CYCLE
from hicannx_sim.chip.port cimport Port
from hicannx_sim.fpga.timeline cimport TimelineState

import numpy as np

from haldls import Barrier
from hicannx_sim.base.errors import ProtocolError
from hicannx_sim.base.numbers import number
from hicannx_sim.base.places import bits_of
from hicannx_sim.base.state import fields

cdef uint64_t BARRIER_OMNIBUS = bits_of(Barrier, "enable_omnibus").mask
cdef uint64_t BARRIER_JTAG = bits_of(Barrier, "enable_jtag").mask
cdef uint64_t BARRIER_SYSTIME = bits_of(Barrier, "enable_systime").mask
cdef uint64_t BARRIER_MULTI_FPGA = bits_of(Barrier, "enable_multi_fpga").mask


@cython.final
cdef class Executor:
    """One FPGA of a `setup` ("cube" or "jboa") with its chip behind `port` and `tap`, its `board` (hicannx_sim.board.Board) and a `host` (HostLink,
    None: infinitely fast). Its parts are

    playback, time, omnibus, jtag, sync     the program's words, and what executes them
    events, phys, performance_test          the link to the chip
    responses, trace                        the way back to the host
    registers, board_buses, power           what the omnibus and the reset line reach
    injector                                what goes wrong on purpose

    `device_dna`: 57-bit identification; `strict`: accesses to what is undefined or not modelled raise UndefinedAccess or UnmodelledAccess.
    """

    def __init__(
        self, Port port not None, TAP tap not None, board not None, device_dna=0x15000000000005D, bint strict=False, setup="cube", host=None
    ):
        self.chip, self.tap, self.board, self.power = port.chip, tap, board, Power(port, tap)
        self.registers = RegisterFile(strict, setup, device_dna)
        self.chip.processors.bus.far = self.registers.memory
        self.trace, self.playback = Trace(self.registers, host), PlaybackMemory(host)
        self.responses, self.jtag = Responses(self.trace), JTAGMaster(tap, strict)
        self.phys, self.performance_test = PHYBlock(self.registers, port.link), PerformanceTest(self.registers, port.link)
        self.events = EventPath(self.chip, self.phys, self.trace, self.registers)
        self.sync = SystimeSync(self.registers, self.chip, port.link, self.trace)
        self.injector = Injector(self.phys, self.performance_test, self.trace, self.events)
        self.time = Timeline(self.registers, self.trace, self.events, self.jtag, self.sync, self.injector, self.responses)
        self.board_buses = BoardBuses(self.registers, board)
        self.omnibus = OmnibusMaster(self.time, self.registers, self.phys, self.board_buses, port, self.power)
        self.loopback = number("loopback")
        self.gate, self.chip.fabric.watch.instruction = self.chip.fabric.watch.gate, &self.time.s.instruction

    @property
    def cycle(self):
        """FPGA cycle since power-on at which the next instruction issues."""
        return self.time.s.cycle

    @property
    def executed(self):
        """Instructions of the run that are done."""
        return self.s.executed

    @property
    def instruction(self):
        """Index of the instruction of the run that is being executed, or was the last."""
        return self.time.s.instruction

    @property
    def halted(self):
        """Whether the last piece of the run ended with HALT."""
        return self.s.halted

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
        self.omnibus.clear()
        self.playback.begin_run(self.time.s.cycle)
        self.s.executed, self.s.halted, self.s.echo = 0, False, -1
        self.s.at_barrier, self.s.release = False, NEVER
        self.time.s.instruction, self.time.s.discarding, self.time.s.suspended, self.time.interrupted = 0, False, False, False
        self.time.s.next_due = 0            # somebody may have changed something meanwhile

    def feed(self, words not None, bint stop_at_halt=True):
        """Executes the next uint64[n] words of a run, up to and including the first HALT if so asked. Returns how many were executed.

        How a run is cut into pieces makes no difference to its responses. Raises as `run` does, then `executed` includes the word at fault
        and the run can be ended with `end` or, as the real system would, with `give_up`; InterruptedRunError after `interrupt`.
        """
        cdef const uint64_t[::1] program = np.ascontiguousarray(words, dtype=np.uint64)
        cdef Py_ssize_t n = program.shape[0]
        self.s.halted = False
        if n:
            try:
                with nogil:
                    n = self.execute(&program[0], n, stop_at_halt)
            except BaseException:
                self.s.executed = self.time.s.instruction + 1
                raise
        self.s.executed += n
        return n

    def settle(self):
        """Brings everything that has happened so far into the stream, although no HALT asks for it."""
        with nogil:
            self.time.catch_up(self.time.s.cycle)

    def idle(self):
        """The host waits for answers in the middle of a run: time passes until everything the run has asked for is answered, and that is brought
        into the stream. This alone lets FPGA times depend on the host, as on the real FPGA, whose time goes on while no word comes: who calls it
        must know that the host waits, and not only that words are late. Words that come in other pieces change nothing (`feed`)."""
        with nogil:
            self.time.finish_scans()
            self.time.wait_until(self.responses.s.last + 1)
            self.time.catch_up(self.time.s.cycle)
            self.trace.emit(self.time.s.cycle, True)

    def new_session(self):
        """A host has connected: messages are not annotated with times until it synchronises them, and no routing is set.

        Which registers of the FPGA a new connection resets is not known; the hardware tests rely on these. (derived)
        """
        self.abandon()
        self.trace.s.timed = False
        self.events.router.clear()

    def give_up(self):
        """After an error in `feed`: the instruction is reported like one that timed out, what follows is discarded up to HALT."""
        self.time.time_out()

    def end(self):
        """Ends a run without its HALT: nothing of it answers in the next one. Queued JTAG messages are lost."""
        self.abandon()

    def interrupt(self):
        """Ends the run that another thread executes; without effect if there is none."""
        self.time.interrupted = True

    cdef void abandon(self) noexcept:
        """After an error: nothing of this run answers in the next one. Queued JTAG messages are lost."""
        self.trace.drop_responses()
        self.jtag.clear()

    def inject(self, fault, seed):
        """From now on a fault (hicannx_sim.fpga.faults) happens."""
        self.injector.add(fault, self.time.s.cycle, seed)

    def clear_faults(self):
        """Nothing goes wrong any more."""
        self.injector.clear(self.time.s.cycle)

    @property
    def counters(self):
        """What happened since power-on, with every place where something got lost."""
        path = self.events.counters
        return {
            "labels sent": path["to chip"]["passed"],
            "labels dropped": sum(count for name, count in path["to chip"].items() if name != "passed"),
            "event path": path,
            "packets to chip": self.phys.s.written,
            "packets from chip": self.phys.s.read,
            "responses missing on purpose": self.injector.s.n_missing,
            "instruction timeouts": self.time.s.timeouts,
            "failed system time syncs": self.sync.s.failed,
            "accesses to undefined FPGA addresses": self.registers.n_faults,
            "accesses to undefined or unmodelled chip addresses": self.chip.faults.n,
            "scans of unknown JTAG instructions": self.tap.s.n_unknown,
            "bytes to missing SPI devices": self.board.spi.lost,
            "bytes to missing I2C devices": self.board.i2c.unacknowledged,
            "events": self.trace.counters, "events wanted after all": self.trace.looked,
        }

    # ---------------------------------------------------------------------------------------------------------- instructions
    cdef Py_ssize_t execute(self, const uint64_t* words, Py_ssize_t n, bint stop_at_halt) except -1 nogil:
        """Executes words until they or time are at an end. Returns how many are done; one that is suspended is not."""
        cdef TimelineState* now = &self.time.s
        cdef Py_ssize_t i
        cdef uint64_t word
        for i in range(n):
            word = words[i]
            now.instruction = self.s.executed + i
            if self.gate.wanted:
                if self.gate.paused:
                    self.time.catch_up(now.cycle)
                self.gate.passes(now.cycle * TICKS_PER_FPGA_CYCLE, True)
            if self.playback.limited:
                self.fetch()
            if now.cycle >= self.time.limit:
                return i
            if now.cycle >= now.next_due:
                self.time.run_due(now.cycle)
            if not now.suspended:
                now.began = now.cycle
            now.suspended = False
            if not now.discarding or word >> 56 == TO_LOOPBACK:
                self.step(word)
            if self.registers.strict:
                self.omnibus.check_faults()
            if now.suspended:
                return i
            if stop_at_halt and word >> 56 == TO_LOOPBACK and not word & 1:
                self.s.halted = True
                self.time.catch_up(now.cycle)
                return i + 1
        return n

    cdef int fetch(self) except -1 nogil:
        """Waits until the host has sent the next word."""
        self.time.wait_until(self.playback.arrival())
        self.playback.leaves(self.time.s.cycle)
        return 0

    cdef int step(self, uint64_t word) except -1 nogil:
        """One instruction; the time is that of the next one afterwards, unless it is suspended."""
        cdef TimelineState* now = &self.time.s
        cdef int header = <int> (word >> 56)
        if header == TO_OMNIBUS_DATA:
            if not self.omnibus.s.has_address:
                with gil:
                    self.protocol_error(word, True)
            self.omnibus.write(<uint32_t> word)
        elif header == TO_OMNIBUS_ADDRESS:
            if word >> 36 & 1:
                self.omnibus.read(<uint32_t> word)
            else:
                self.omnibus.prepare(<uint32_t> word, <int> (word >> 32 & 0xf))
        elif header == TO_SPIKE_PACK_1 or header == TO_SPIKE_PACK_2 or header == TO_SPIKE_PACK_3:
            self.spikes(word, header - TO_SPIKE_PACK_1 + 1)
        elif header == TO_WAIT_UNTIL:
            self.time.wait_until(now.timer_origin + <uint32_t> word)  # the next instruction issues one cycle later; never times out
        elif header == TO_SETUP:
            now.timer_origin = now.cycle + 1
        elif header == TO_JTAG_DATA or header == TO_JTAG_INS or header == TO_JTAG_INIT or header == TO_JTAG_SCALER:
            self.jtag_message(<uint8_t> header, word)
        elif header == TO_BARRIER:
            self.barrier(word)
        elif header == TO_LOOPBACK:
            if not word & 1:
                return self.halt()
            if not now.discarding:
                self.trace.push(now.cycle + self.loopback, FROM_LOOPBACK, 1)
        elif header == TO_SYSTIME_INIT:
            self.systime_init(word & 1)
        elif header == TO_POLLING_OMNIBUS_BLOCK:
            self.omnibus.poll(word & 1)
        elif header == TO_RESET:
            self.power.reset(word & 1, self.time.at_chip())
        elif header < 0x80:      # the top bit marks a word without message
            with gil:
                self.protocol_error(word, False)
        if not now.suspended:
            now.cycle += 1
        return 0

    cdef int protocol_error(self, uint64_t word, bint known) except -1:
        what = "omnibus data without an address before it" if known else "no such message to the FPGA"
        raise ProtocolError(what, self.time.s.instruction, word)

    cdef int barrier(self, uint64_t kinds) except -1 nogil:
        """Waits for all given kinds, for other FPGAs last. A single FPGA passes multi_fpga and systime_correction at once."""
        cdef TimelineState* now = &self.time.s
        cdef int64_t cycle = now.cycle
        if kinds & BARRIER_OMNIBUS:
            cycle = max(cycle, self.omnibus.idle_from())
        if kinds & BARRIER_JTAG and self.jtag.s.count:
            cycle = max(cycle, self.jtag.s.idle_from)
        self.time.block_until(cycle)
        while kinds & BARRIER_SYSTIME and self.sync.s.done != NEVER and not (now.discarding or now.suspended):
            self.time.block_until(self.sync.s.done)
        if kinds & BARRIER_MULTI_FPGA and self.events.router.others and not (now.discarding or now.suspended):
            self.wait_for_others()
        return 0

    cdef int wait_for_others(self) except -1 nogil:
        """Tells the other FPGAs that this one has arrived, and waits until all have. A release of which nobody took notice is over."""
        if not self.s.at_barrier:
            self.s.at_barrier = True
            self.s.release = self.s.release if self.s.release > self.time.s.cycle else <int64_t> NEVER
            self.events.router.arrive(self.time.s.cycle)
        self.time.block_until(self.s.release)
        self.s.at_barrier = self.time.s.suspended
        return 0

    cdef int halt(self) except -1 nogil:
        """Echoes HALT when all responses of earlier instructions are in the stream. Those that will never come are given up."""
        cdef TimelineState* now = &self.time.s
        if self.s.echo < 0:
            self.time.finish_scans()
            if now.suspended:
                return 0
            self.s.echo = max(now.cycle, self.responses.s.last) + 1
        if not self.time.reach(self.s.echo):
            return 0
        now.cycle, self.s.echo = self.s.echo, -1
        self.time.catch_up(now.cycle)
        self.trace.emit(now.cycle, True)
        now.cycle = max(now.cycle, self.trace.s.last + 1)
        self.trace.push(now.cycle, FROM_LOOPBACK, 0)
        self.trace.emit(now.cycle, True)
        now.cycle = max(now.cycle, self.trace.s.last) + 1
        now.discarding = False
        self.omnibus.clear()
        self.responses.s.lost = 0
        return 0

    cdef int jtag_message(self, uint8_t header, uint64_t payload) except -1 nogil:
        cdef int64_t room = self.jtag.room_from(self.time.s.cycle)
        if room > self.time.s.cycle:
            self.time.block_until(room)
            if self.time.s.discarding or self.time.s.suspended:
                return 0
        self.jtag.push(header, payload, self.time.s.cycle)
        self.time.s.next_due = min(self.time.s.next_due, self.jtag.next_done())
        return 0

    cdef int systime_init(self, bint sync) except -1 nogil:
        """Starts a system time sync, after one that is still running."""
        if not sync:
            return 0
        self.barrier(BARRIER_SYSTIME)
        if self.time.s.discarding or self.time.s.suspended:
            return 0
        self.sync.start(self.time.s.cycle)
        self.time.s.next_due = min(self.time.s.next_due, self.sync.s.done)
        return 0

    cdef void spikes(self, uint64_t payload, int n) noexcept nogil:
        """1 to 3 labels to the chip."""
        cdef int i
        for i in range(n):
            self.events.send(<uint16_t> (payload >> 16 * (n - 1 - i)), self.time.s.cycle)

    # ---------------------------------------------------------------------------------------------------------- state
    def arrays(self):
        """How far the run is."""
        return fields(<ExecutorState[:1]> &self.s)

    def blocks(self):
        """{name: block} of the parts of the FPGA that have state of their own."""
        return {
            "registers": self.registers, "memory": self.registers.memory, "playback": self.playback, "time": self.time, "omnibus": self.omnibus,
            "jtag": self.jtag, "sync": self.sync, "phys": self.phys, "performance_test": self.performance_test,
            "board_buses": self.board_buses, "responses": self.responses, "trace": self.trace, "power": self.power, "events": self.events,
            "injector": self.injector, **self.events.blocks(), **self.injector.blocks(),
        }
