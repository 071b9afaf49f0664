"""Time in the FPGA: what happens by itself while a program waits, works or blocks.

Time is the FPGA cycle (8 ns, 4 ticks) since power-on. It stands still between runs: the chip neither runs nor rests then, so a run
continues exactly where the one before stopped. An instruction that blocks longer than the instruction timeout is given up with a
TimeoutNotification, and what follows is discarded up to the next HALT, which is echoed as usual. (facts: transport 2.1, 2.4)
"""

from cpython.exc cimport PyErr_CheckSignals
from libc.stdint cimport int64_t, uint32_t, uint64_t

from fisch._ut cimport FROM_HIGHSPEED_LINK_NOTIFICATION, FROM_JTAG_DATA, FROM_TIMEOUT_NOTIFICATION
from hicannx_sim.chip.jtag cimport TAP
from hicannx_sim.chip.port cimport Port
from hicannx_sim.chip.power cimport Power
from hicannx_sim.base.growing cimport growing_at, growing_count
from hicannx_sim.chip.link cimport LinkChange
from hicannx_sim.base.clock cimport NEVER, TICKS_PER_FPGA_CYCLE
from hicannx_sim.fpga.events cimport EventPath
from hicannx_sim.fpga.injector cimport Injector
from hicannx_sim.fpga.jtag_master cimport JTAGMaster
from hicannx_sim.fpga.local_bus cimport LocalBus
from hicannx_sim.fpga.registers cimport RegisterFile
from hicannx_sim.fpga.trace cimport Trace

import logging

from hicannx_sim.base.errors import InterruptedRunError, UnmodelledScan
from hicannx_sim.base.numbers import number

_log = logging.getLogger("hicannx_sim.fpga")

cdef enum:
    FLUSH_CYCLES = 125000       # 1 ms: how far time may get ahead of the stream


cdef class Engine:
    """One FPGA of a `setup` ("cube" or "jboa") with its chip behind `port` and `tap`, its `board` (hicannx_sim.board.Board) and a `host` (HostLink, None:
    infinitely fast).

    `device_dna`: 57-bit identification; `strict`: accesses to what is undefined or not modelled raise UndefinedAccess or UnmodelledAccess.
    """

    def __init__(
        self, Port port not None, TAP tap not None, board not None, device_dna=0x15000000000005D, bint strict=False, setup="cube", host=None
    ):
        self.port, self.tap, self.board = port, tap, board
        self.chip, self.link, self.power = port.chip, port.link, Power(port, tap)
        self.registers = self.chip.processors.bus.far = RegisterFile(strict, setup)
        self.trace = Trace(host)
        self.events = EventPath(self.chip, self.link, self.trace, self.registers)
        self.jtag = JTAGMaster(tap)
        self.bus = LocalBus(self.registers, self.link, self.trace, self.events, board, device_dna)
        self.injector = Injector(self.bus, self.link, self.trace, self.events)
        self.latency.poll_period, self.latency.loopback = number("poll_period"), number("loopback")
        self.latency.systime_sync, self.latency.chip_word_interval = number("systime_sync"), number("chip_word_interval")
        self.latency.chip_request, self.latency.chip_response = number("chip_request"), number("chip_response")
        self.latency.saturating_phys, self.latency.reads_in_flight = number("saturating_phys"), number("reads_in_flight")
        self.pending = NEVER
        self.warned_scans = set()
        self.last_response = self.flushed = -1

    # ---------------------------------------------------------------------------------------------------------- what happens by itself
    cdef int service(self, int64_t cycle) except -1 nogil:
        """What is due up to and including `cycle`: faults, events that come back, JTAG operations, system time syncs."""
        cdef int64_t jtag
        while True:
            jtag = self.jtag.next_done()
            self.pending = min(min(jtag, self.bus.status.sync_done), min(self.events.next(), self.injector.next()))
            if self.pending > cycle:
                return 0
            if self.pending == self.injector.next():
                self.last_response = max(self.last_response, self.pending + self.injector.apply())
                self.rate_until = 0
            elif self.pending == self.events.next():
                self.events.pump(self.pending)
            elif self.pending == jtag:
                self.jtag_step(jtag)
            else:
                self.finish_sync()

    cdef int jtag_step(self, int64_t done) except -1 nogil:
        """The JTAG operation that is finished at `done`. It may change the link: events before it have passed."""
        cdef uint64_t response
        if self.link.s.ready != NEVER:
            self.events.advance(done * TICKS_PER_FPGA_CYCLE + self.latency.chip_request)
        self.rate_until = 0
        if self.jtag.step(&response):
            self.last_response = max(self.last_response, done + 1)
            self.trace.push(done + 1, FROM_JTAG_DATA, response)
        if self.tap.n_unknown != self.known_scans:
            with gil:
                self.check_scans()
        return 0

    cdef int check_scans(self) except -1:
        """A scan of a JTAG instruction without a modelled register: refused in strict mode, else logged once per instruction."""
        self.known_scans = self.tap.n_unknown
        if self.registers.strict:
            raise UnmodelledScan(self.tap.instruction, self.instruction)
        if self.tap.instruction not in self.warned_scans:
            self.warned_scans.add(self.tap.instruction)
            _log.warning("JTAG instruction 0x%02x: its data register is not modelled, it acts as BYPASS", self.tap.instruction)
        return 0

    cdef int finish_sync(self) except -1 nogil:
        """End of a system time sync: chip and FPGA take over the time base, if the link is there; otherwise it is tried again."""
        cdef int64_t cycle = self.bus.status.sync_done, tick = cycle * TICKS_PER_FPGA_CYCLE
        self.bus.status.sync_done = NEVER
        if self.link.s.ready > tick:
            if self.sync_attempts:
                self.sync_attempts -= 1
                self.bus.status.sync_done = cycle + self.latency.systime_sync
            else:
                self.failed_syncs += 1
            return 0
        self.flush(cycle)
        self.chip.systime_sync(tick)
        self.bus.status.last_chip_time = self.chip.systime(tick)
        self.bus.status.last_round_trip = cycles_of(self.latency.chip_request + self.latency.chip_response)
        self.trace.set_time(cycle, self.bus.status.last_chip_time >> 1)
        return 0

    cdef int flush(self, int64_t cycle) except -1 nogil:
        """Brings chip and stream to `cycle`, in steps that bound what can be on the way between them."""
        while cycle - self.flushed > FLUSH_CYCLES:
            self.flush_step(self.flushed + FLUSH_CYCLES)
        return self.flush_step(cycle)

    cdef int flush_step(self, int64_t cycle) except -1 nogil:
        """One step of `flush`. A keyboard interrupt or somebody's `interrupt` ends the run here."""
        cdef Py_ssize_t i
        cdef const LinkChange* change
        cdef int64_t tick = cycle * TICKS_PER_FPGA_CYCLE
        if cycle >= self.pending:
            self.service(cycle)
        self.link.collect(tick)
        for i in range(growing_count(&self.link.changes)):
            change = <const LinkChange*> growing_at(&self.link.changes, i, sizeof(LinkChange))
            self.trace.push(max(cycles_of(change.tick), self.flushed + 1), FROM_HIGHSPEED_LINK_NOTIFICATION,
                            <uint64_t> change.phy << 5 | <uint64_t> change.up << 4)
        self.link.clear_changes()
        self.events.advance(tick)
        self.pending = min(self.pending, self.events.next())
        with gil:
            PyErr_CheckSignals()
            if self.interrupted:
                raise InterruptedRunError(f"the run was interrupted at instruction {self.instruction}")
        self.flushed = max(self.flushed, cycle)
        return self.trace.emit(cycle, False)

    cdef int switch_supplies(self) except -1 nogil:
        """The board has switched supplies of the chip. Events that left it before have passed."""
        cdef int64_t tick = self.cycle * TICKS_PER_FPGA_CYCLE + self.latency.chip_request
        self.flush(self.cycle)
        self.events.advance(tick)
        self.rate_until = 0
        self.power.supply(self.bus.rails, tick)
        return 0

    # ---------------------------------------------------------------------------------------------------------- waiting
    cdef int pass_until(self, int64_t cycle) except -1 nogil:
        """Time passes up to `cycle`."""
        while self.cycle < cycle:
            self.cycle = min(cycle, max(self.cycle, self.flushed) + FLUSH_CYCLES)
            if self.cycle >= self.pending:
                self.service(self.cycle)
            if self.cycle - self.flushed >= FLUSH_CYCLES:
                self.flush(self.cycle)
        return 0

    cdef int block_until(self, int64_t cycle) except -1 nogil:
        """The instruction ends at `cycle`, or times out before."""
        cdef int64_t limit = self.cycle + self.bus.timeout()
        self.pass_until(min(cycle, limit))
        return self.time_out() if cycle > limit else self.service(self.cycle)

    cdef int time_out(self) except -1 nogil:
        """Reports the instruction that blocks and discards what follows."""
        cdef int64_t in_flight = self.lost_reads
        cdef int64_t stalls
        cdef int i
        self.flush(self.cycle)
        stalls = self.trace.stalls_before(self.cycle)
        for i in range(min(self.n_reads, READ_RING)):
            in_flight += self.reads[i] > self.cycle
        in_flight = min(in_flight, self.latency.reads_in_flight)
        self.timeouts += 1
        self.discarding = True
        return self.trace.push(
            self.cycle, FROM_TIMEOUT_NOTIFICATION, <uint64_t> in_flight << 39 | <uint64_t> stalls << 32 | <uint64_t> <uint32_t> self.instruction
        )
