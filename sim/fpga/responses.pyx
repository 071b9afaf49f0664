"""Responses of the program on their way into the trace: those of omnibus reads keep the order of the reads."""

cimport cython
from fisch.ut cimport FROM_JTAG_DATA, FROM_OMNIBUS_DATA

from hicannx_sim.base.numbers import number
from hicannx_sim.base.state import fields


@cython.final
cdef class Responses:
    """Into `trace`. Time in FPGA cycles."""

    def __init__(self, Trace trace not None):
        self.trace = trace
        self.reads_in_flight = number("reads_in_flight")
        self.s.last = -1

    cdef int64_t read(self, uint32_t data, int64_t cycle) noexcept nogil:
        """The data of an omnibus read are there at `cycle`; returns when they reach the trace."""
        self.s.last = max(cycle, self.s.last + 1)
        self.s.reads[self.s.n_reads % LATEST_READS] = self.s.last
        self.s.n_reads += 1
        self.trace.push(self.s.last, FROM_OMNIBUS_DATA, data)
        return self.s.last

    cdef void scan(self, uint64_t data, int64_t cycle) noexcept nogil:
        """The data of a JTAG scan reach the trace."""
        self.s.last = max(self.s.last, cycle)
        self.trace.push(cycle, FROM_JTAG_DATA, data)

    cdef void delay(self, int64_t cycle) noexcept nogil:
        """The next response comes after `cycle`."""
        self.s.last = max(self.s.last, cycle)

    cdef int64_t in_flight(self, int64_t cycle) noexcept nogil:
        """Omnibus reads that are not answered at `cycle`, as far as the FPGA counts them."""
        cdef int64_t n = self.s.lost
        cdef int i
        for i in range(min(self.s.n_reads, <int64_t> LATEST_READS)):
            n += self.s.reads[i] > cycle
        return min(n, self.reads_in_flight)

    def arrays(self):
        """The latest responses, and those that are missing."""
        return fields(<ResponsesState[:1]> &self.s)
