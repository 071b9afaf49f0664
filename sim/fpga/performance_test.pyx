"""The throughput test of the high-speed link: counted words are sent and looped back.

(facts: registers/behaviour, PerfTest)
"""

cimport cython
from hicannx_sim.base.clock cimport NEVER, TICKS_PER_FPGA_CYCLE
from hicannx_sim.fpga.registers cimport RegisterFile

from hicannx_sim.base.numbers import number
from hicannx_sim.base.state import fields

cdef enum:
    WORDS_PER_PHY = 5       # in `word_cycles` cycles
    # registers of the result
    SENT = 0
    FIRST_ERROR = 3


@cython.final
cdef class PerformanceTest(RegisterBlock):
    """Runs while its bit is set."""

    def __init__(self, RegisterFile registers not None, Link link not None):
        self.link = link
        self.attach(registers, "performance test")
        self.attach(registers, "performance test result")
        self.word_cycles, self.saturating_phys = number("perf_test_word"), number("saturating_phys")
        self.s.begin = NEVER

    cdef int64_t write(self, int row, uint32_t index, uint32_t before, uint32_t data, int64_t cycle) except -1 nogil:
        self.s.words = self.sent(cycle)
        if not data:
            self.s.begin = NEVER
        elif self.s.begin == NEVER:
            self.s.begin, self.s.words, self.s.errors, self.s.first_error = cycle, 0, 0, 0
        return 0

    cdef int64_t read(self, int row, uint32_t index, int64_t cycle, uint32_t* data) except -1 nogil:
        if index == FIRST_ERROR:
            data[0] = <uint32_t> self.s.first_error
        else:
            data[0] = <uint32_t> (self.sent(cycle) - (0 if index == SENT else self.s.errors))
        return cycle

    cdef int64_t sent(self, int64_t cycle) noexcept nogil:
        """Words so far. The PHYs share them up to where more of them do not help."""
        cdef int64_t phys
        if self.s.begin == NEVER:
            return self.s.words
        phys = min(self.link.n_up(cycle * TICKS_PER_FPGA_CYCLE), self.saturating_phys)
        return (cycle - self.s.begin) * WORDS_PER_PHY * phys // self.word_cycles

    cdef void damaged(self, int64_t cycle) noexcept nogil:
        """A word of the running test does not come back."""
        if self.s.begin == NEVER:
            return
        if not self.s.errors:
            self.s.first_error = self.sent(cycle)
        self.s.errors += 1

    def arrays(self):
        """The running or last test."""
        return fields(<PerformanceTestState[:1]> &self.s)
