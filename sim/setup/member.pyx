"""An FPGA among others: its program runs in spans of time that end where it is not known yet what the others send.

How long such spans are makes no difference to what comes out. A span can be the longer, the later this FPGA may send something itself
(`earliest`): without routes nothing does before the next barrier between FPGAs or the next write to a route.
"""

cimport cython
from libc.stdint cimport int64_t, uint32_t, uint64_t

from fisch.ut cimport TO_BARRIER, TO_OMNIBUS_ADDRESS, TO_WAIT_UNTIL
from hicannx_sim.base.clock cimport NEVER, TICKS_PER_FPGA_CYCLE
from hicannx_sim.fpga.router cimport Router

import numpy as np

from haldls import Barrier
from hicannx_sim.base.errors import InterruptedRunError, SimError
from hicannx_sim.base.numbers import number
from hicannx_sim.base.places import bits_of
from hicannx_sim.fpga.table import registers_of

cdef uint64_t BARRIER_MULTI_FPGA = bits_of(Barrier, "enable_multi_fpga").mask
cdef uint32_t FIRST_ROUTE, N_ROUTES
FIRST_ROUTE, N_ROUTES = next((row.address, row.count) for row in registers_of("jboa") if row.name == "output routing table")


@cython.final
cdef class Member:
    """FPGA number `sender` of a setup of `size`. Time in FPGA cycles; that of all FPGAs of a setup is the same."""

    def __init__(self, Executor fpga not None, int sender, int size):
        cdef Router router = fpga.events.router
        self.fpga = fpga
        router.coupled, router.sender, router.others = True, sender, size - 1
        self.latency = number("event_from_chip") // TICKS_PER_FPGA_CYCLE
        self.ended = NEVER

    def begin(self, words, bint goes_on=False):
        """A run begins; its program: uint64[n], empty for an FPGA that only lives along. goes_on: an error is like a time-out."""
        cdef const uint64_t[::1] view
        self.program = np.ascontiguousarray(words, dtype=np.uint64).reshape(-1)
        view = self.program
        self.n, self.position, self.critical, self.ended = view.shape[0], 0, -1, NEVER
        self.words = &view[0] if self.n else NULL
        self.fpga.begin()
        self.failed, self.goes_on, self.remarks = False, goes_on, []
        self.seen = self.fpga.time.s.cycle
        if not self.n:
            self.ended, self.fpga.trace.closed = self.seen, True

    @property
    def progress(self):
        """Where the program is: next word, cycle of its end (NEVER before), cycle up to which what has left the chip is known."""
        return self.position, self.ended, self.seen

    def resume(self, words, bint goes_on, progress, remarks):
        """A run goes on whose state the FPGA has already."""
        cdef const uint64_t[::1] view
        self.program = np.ascontiguousarray(words, dtype=np.uint64).reshape(-1)
        view = self.program
        self.n, self.critical = view.shape[0], -1
        self.words = &view[0] if self.n else NULL
        self.position, self.ended, self.seen = progress
        self.failed, self.goes_on, self.remarks = False, goes_on, remarks

    def end(self):
        """The stream of responses of the run, uint64[m]."""
        self.release()
        return self.fpga.trace.take_words(True)

    def abandon(self):
        """After an error somewhere: nothing of this run answers in the next one."""
        self.release()
        self.fpga.end()

    def release(self):
        """Time of this FPGA may go on alone, as it does between runs."""
        self.fpga.time.limit = NEVER
        self.fpga.time.s.suspended = False
        self.program, self.words = None, NULL

    cdef int proceed(self, int64_t limit) except -1 nogil:
        """Executes what issues before `limit`."""
        self.failed = True
        self._proceed(limit)
        self.failed = False
        return 0

    cdef int _proceed(self, int64_t limit) except -1 nogil:
        cdef Py_ssize_t executed
        if self.ended != NEVER:
            return 0
        self.fpga.time.limit = limit
        executed = self.execute()
        self.fpga.s.executed += executed
        self.position += executed
        if self.position == self.n and self.fpga.time.s.cycle < limit:
            limit = self.ended = self.fpga.time.s.cycle
            self.fpga.time.catch_up(limit)
            self.fpga.trace.closed = True
        return self.look(limit)

    cdef Py_ssize_t execute(self) except -1 nogil:
        if not self.goes_on:
            return self.fpga.execute(self.words + self.position, self.n - self.position, False)
        with gil:
            return self.execute_and_go_on()

    cdef Py_ssize_t execute_and_go_on(self):
        """An instruction that cannot be executed is given up like one that times out."""
        try:
            with nogil:
                return self.fpga.execute(self.words + self.position, self.n - self.position, False)
        except InterruptedRunError:
            raise
        except SimError as error:
            self.remarks.append(str(error))
            self.fpga.time.s.suspended = False
            self.fpga.give_up()
            return self.fpga.time.s.instruction + 1 - self.fpga.s.executed

    cdef int live(self, int64_t cycle) except -1 nogil:
        """After the program's end, chip and FPGA live on up to `cycle`."""
        if self.ended == NEVER or cycle <= self.fpga.time.s.cycle:
            return 0
        self.fpga.time.limit = cycle
        self.fpga.time.reach(cycle)
        self.fpga.time.s.suspended = False
        return self.look(cycle)

    cdef int look(self, int64_t cycle) except -1 nogil:
        """What has left the chip before `cycle` is sent. An instruction may have taken longer than that: what happened by itself meanwhile
        comes first."""
        if self.fpga.events.router.sends():
            if self.fpga.time.s.next_due < cycle:
                self.fpga.time.run_due(cycle - 1)
            self.fpga.events.advance(cycle * TICKS_PER_FPGA_CYCLE)
        self.seen = cycle
        return 0

    cdef int64_t front(self) noexcept nogil:
        """Cycle that the program has come to, or was at its end at."""
        return self.fpga.time.s.cycle if self.ended == NEVER else self.ended

    cdef int64_t earliest(self) noexcept nogil:
        """Nothing leaves this FPGA before that cycle but what is in its outbox already, unless spikes from others come."""
        cdef int64_t step = NEVER if self.ended != NEVER else self.next_step()
        if self.fpga.events.router.sends():
            return min(step, self.quiet_until() + self.latency)
        return step

    cdef int64_t quiet_until(self) noexcept nogil:
        """Cycle before which no spike leaves the chip, unless others come: something has to happen on the chip, or the FPGA has to do something."""
        cdef int64_t quiet = self.fpga.chip.quiet_until() // TICKS_PER_FPGA_CYCLE
        if quiet <= self.seen:
            return self.seen
        quiet = min(quiet, self.fpga.time.s.next_due)
        return max(self.seen, quiet if self.ended != NEVER else min(quiet, self.next_instruction()))

    cdef int64_t next_step(self) noexcept nogil:
        """Cycle before which the program does nothing after which something may be sent that could not be sent before."""
        cdef int64_t cycle = self.next_instruction()
        if self.fpga.time.s.discarding or self.fpga.s.at_barrier or self.position == self.n:
            return cycle
        if self.critical < self.position:
            self.critical = self.position
            while self.critical < self.n and not self.is_critical(self.words[self.critical]):
                self.critical += 1
        return NEVER if self.critical == self.n else cycle + self.critical - self.position

    cdef int64_t next_instruction(self) noexcept nogil:
        """Cycle before which the program does nothing more: it waits up to there."""
        cdef int64_t cycle = self.fpga.time.s.cycle
        cdef uint64_t word
        if self.fpga.time.s.discarding or self.position == self.n:
            return cycle
        if self.fpga.s.at_barrier:
            return min(self.fpga.s.release, self.fpga.time.gives_up())
        word = self.words[self.position]
        if word >> 56 == TO_WAIT_UNTIL and self.fpga.time.s.suspended:
            return max(cycle, self.fpga.time.s.timer_origin + <uint32_t> word)
        return cycle

    cdef bint is_critical(self, uint64_t word) noexcept nogil:
        """It is a barrier between FPGAs, or the address of a route that is written."""
        if word >> 56 == TO_BARRIER:
            return word & BARRIER_MULTI_FPGA != 0
        return word >> 56 == TO_OMNIBUS_ADDRESS and not word >> 36 & 1 and <uint32_t> word - FIRST_ROUTE < N_ROUTES
