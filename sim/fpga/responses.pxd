cimport cython
from libc.stdint cimport int64_t, uint32_t, uint64_t

from hicannx_sim.fpga.trace cimport Trace

cdef enum:
    LATEST_READS = 64


cdef struct ResponsesState:
    int64_t last                    # cycle of the last response
    int64_t reads[LATEST_READS]     # a ring: cycles of the last responses to omnibus reads
    int64_t n_reads
    int64_t lost                    # reads of this run whose responses will never come


@cython.final
cdef class Responses:
    cdef ResponsesState s
    cdef Trace trace
    cdef int64_t reads_in_flight

    cdef int64_t read(self, uint32_t data, int64_t cycle) noexcept nogil
    cdef void scan(self, uint64_t data, int64_t cycle) noexcept nogil
    cdef void delay(self, int64_t cycle) noexcept nogil
    cdef int64_t in_flight(self, int64_t cycle) noexcept nogil
