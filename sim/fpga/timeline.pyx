"""Time in the FPGA: what happens by itself while a program waits, works or blocks.

Time is the FPGA cycle (8 ns, 4 ticks) since power-on. It stands still between runs: the chip neither runs nor rests then, so a run
continues exactly where the one before stopped. An instruction that blocks longer than the instruction timeout is given up with a
TimeoutNotification, and what follows is discarded up to the next HALT, which is echoed as usual. (facts: transport 2.1, 2.4)

Beside other FPGAs an FPGA may go on only up to a `limit`, as long as it is not known what they send. An instruction that needs more time is
suspended there: it is executed once more when the limit has moved, and does what it would have done without one. So whatever blocks asks
`reach` before it lets time pass, and has changed nothing that it would change again.
"""

cimport cython
from cpython.exc cimport PyErr_CheckSignals
from libc.stdint cimport int64_t, uint32_t, uint64_t

from fisch.ut cimport FROM_HIGHSPEED_LINK_NOTIFICATION, FROM_TIMEOUT_NOTIFICATION
from hicannx_sim.base.clock cimport NEVER, TICKS_PER_FPGA_CYCLE
from hicannx_sim.base.growing cimport growing_at, growing_count
from hicannx_sim.chip.link cimport LinkChange
from hicannx_sim.fpga.registers cimport RegisterFile

from hicannx_sim.base.errors import InterruptedRunError, OutOfMemoryError, StreamLimitError
from hicannx_sim.base.numbers import number
from hicannx_sim.base.signals import deliver, kept
from hicannx_sim.base.state import fields


@cython.final
cdef class Timeline(RegisterBlock):
    """The clock of one FPGA, and the blocks that act by themselves as it goes on."""

    def __init__(
        self, RegisterFile registers not None, Trace trace not None, EventPath events not None, JTAGMaster jtag not None,
        SystimeSync sync not None, Injector injector not None, Responses responses not None,
    ):
        self.link, self.trace, self.events, self.jtag = events.link, trace, events, jtag
        self.sync, self.injector, self.responses = sync, injector, responses
        self.attach(registers, "timer")
        self.timeout = registers.words("instruction timeout")
        self.chip_request, self.stream_limit = number("chip_request"), number("stream_limit")
        self.s.next_due = self.limit = NEVER
        self.s.streamed = -1

    cdef int64_t read(self, int row, uint32_t index, int64_t cycle, uint32_t* data) except -1 nogil:
        """The playback timer."""
        data[0] = <uint32_t> (cycle - self.s.timer_origin)
        return cycle

    @property
    def timeouts(self):
        """Instructions given up since power-on."""
        return self.s.timeouts

    # ---------------------------------------------------------------------------------------------------------- what happens by itself
    cdef int run_due(self, int64_t cycle) except -1 nogil:
        """What is due up to and including `cycle`: faults, events that come back, JTAG operations, system time syncs."""
        cdef int64_t scan, due
        while True:
            scan = self.jtag.next_done()
            due = min(min(scan, self.sync.s.done), min(self.events.next(), self.injector.next()))
            self.s.next_due = due
            if due > cycle:
                return 0
            if due == self.injector.next():
                self.responses.delay(due + self.injector.apply())
            elif due == self.events.next():
                self.events.return_events(due)
            elif due == scan:
                self.finish_scan(scan)
            else:
                self.finish_sync()

    cdef int finish_scan(self, int64_t done) except -1 nogil:
        """The JTAG operation that is finished at `done`. It may change the link: events before it have passed."""
        cdef uint64_t response
        if self.link.s.ready != NEVER:
            self.events.advance(done * TICKS_PER_FPGA_CYCLE + self.chip_request)
        if self.jtag.step(&response):
            self.responses.scan(response, done + 1)
        return self.jtag.check_scans(self.s.instruction)

    cdef int finish_scans(self) except -1 nogil:
        """All queued scans that answer are done, unless this is suspended."""
        while self.jtag.s.n_responses and self.reach(self.jtag.next_done()):
            self.run_due(self.jtag.next_done())
        return 0

    cdef int finish_sync(self) except -1 nogil:
        """End of a system time sync. Events before it belong to the old time."""
        cdef int64_t cycle = self.sync.s.done
        if self.sync.succeeds():
            self.catch_up(cycle)
            self.sync.take_over(cycle)
        return 0

    # ---------------------------------------------------------------------------------------------------------- the stream
    cdef int catch_up(self, int64_t cycle) except -1 nogil:
        """Brings chip and stream to `cycle`, in steps that bound what can be on the way between them."""
        while cycle - self.s.streamed > STEP_CYCLES:
            self.catch_up_step(self.s.streamed + STEP_CYCLES)
        return self.catch_up_step(cycle)

    cdef int catch_up_step(self, int64_t cycle) except -1 nogil:
        cdef int64_t tick = cycle * TICKS_PER_FPGA_CYCLE
        if cycle >= self.s.next_due:
            self.run_due(cycle)
        self.notify_link(tick)
        self.events.advance(tick)
        self.s.next_due = min(self.s.next_due, self.events.next())
        self.check()
        self.s.streamed = max(self.s.streamed, cycle)
        return self.trace.emit(cycle, False)

    cdef void notify_link(self, int64_t tick) noexcept nogil:
        """PHYs that came up or went down until `tick`."""
        cdef const LinkChange* change
        cdef int64_t i
        self.link.collect(tick)
        for i in range(growing_count(&self.link.changes)):
            change = <const LinkChange*> growing_at(&self.link.changes, i, sizeof(LinkChange))
            self.trace.push(max(cycles_of(change.tick), self.s.streamed + 1), FROM_HIGHSPEED_LINK_NOTIFICATION,
                            <uint64_t> change.phy << 5 | <uint64_t> change.up << 4)
        self.link.clear_changes()

    cdef int check(self) except -1 nogil:
        """A keyboard interrupt, somebody's `interrupt`, too long a stream and the end of the memory end the run here."""
        with gil:
            PyErr_CheckSignals()
            if kept:
                deliver()
            if self.interrupted:
                raise InterruptedRunError(f"the run was interrupted at instruction {self.s.instruction}")
            if self.trace.writer.size > self.stream_limit:
                raise StreamLimitError(self.trace.writer.size, self.s.instruction)
            refused = self.refused()
            if refused != self.reported:
                self.reported = refused
                raise OutOfMemoryError(f"no memory for events or responses on their way, at instruction {self.s.instruction}")
        return 0

    cdef int64_t refused(self) noexcept nogil:
        """Entries of queues that there was no memory for, since power-on, on FPGA, link and chip."""
        cdef int64_t own
        own = self.trace.refused() + self.events.refused() + self.injector.queue.entries.refused
        return own + self.link.changes.refused + self.events.chip.fabric.refused()

    cdef int64_t at_chip(self) except -1 nogil:
        """A signal leaves for the chip: returns the tick at which it is there. Events that left the chip before have passed."""
        cdef int64_t tick = self.s.cycle * TICKS_PER_FPGA_CYCLE + self.chip_request
        self.catch_up(self.s.cycle)
        self.events.advance(tick)
        return tick

    # ---------------------------------------------------------------------------------------------------------- waiting
    cdef int64_t gives_up(self) noexcept nogil:
        """Cycle at which the instruction times out if it still blocks."""
        return self.s.began + self.timeout[0]

    cdef bint reach(self, int64_t cycle) except -1 nogil:
        """Whether time may go on to `cycle`. If not, it goes on to the limit, and the instruction is suspended."""
        if cycle < self.limit:
            return True
        self.pass_time(self.limit - 1)
        self.s.cycle = max(self.s.cycle, self.limit)
        self.s.suspended = True
        return False

    cdef int pass_time(self, int64_t cycle) except -1 nogil:
        while self.s.cycle < cycle:
            self.s.cycle = min(cycle, max(self.s.cycle, self.s.streamed) + STEP_CYCLES)
            if self.s.cycle >= self.s.next_due:
                self.run_due(self.s.cycle)
            if self.s.cycle - self.s.streamed >= STEP_CYCLES:
                self.catch_up(self.s.cycle)
        return 0

    cdef int wait_until(self, int64_t cycle) except -1 nogil:
        """Time passes up to `cycle`, unless the instruction is suspended."""
        return self.pass_time(cycle) if self.s.cycle >= cycle or self.reach(cycle) else 0

    cdef int block_until(self, int64_t cycle) except -1 nogil:
        """The instruction ends at `cycle`, times out before, or is suspended."""
        cdef int64_t limit = self.gives_up()
        self.wait_until(min(cycle, limit))
        if self.s.suspended:
            return 0
        return self.time_out() if cycle > limit else self.run_due(self.s.cycle)

    cdef int time_out(self) except -1 nogil:
        """Reports the instruction that blocks and discards what follows."""
        cdef uint64_t stalls
        self.catch_up(self.s.cycle)
        stalls = self.trace.stalls_before(self.s.cycle)
        self.s.timeouts += 1
        self.s.discarding = True
        self.trace.push(
            self.s.cycle, FROM_TIMEOUT_NOTIFICATION,
            <uint64_t> self.responses.in_flight(self.s.cycle) << 39 | stalls << 32 | <uint64_t> <uint32_t> self.s.instruction,
        )
        return 0

    def arrays(self):
        """Time, and what is due next."""
        return fields(<TimelineState[:1]> &self.s)
