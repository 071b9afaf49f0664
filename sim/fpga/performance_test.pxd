cimport cython
from libc.stdint cimport int64_t, uint32_t

from hicannx_sim.chip.link cimport Link
from hicannx_sim.fpga.registers cimport RegisterBlock


cdef struct PerformanceTestState:
    int64_t begin           # cycle at which the running test began, NEVER
    int64_t words           # of the last one
    int64_t errors          # words lost in it
    int64_t first_error     # the first of them


@cython.final
cdef class PerformanceTest(RegisterBlock):
    cdef PerformanceTestState s
    cdef Link link
    cdef int64_t word_cycles, saturating_phys

    cdef int64_t sent(self, int64_t cycle) noexcept nogil
    cdef void damaged(self, int64_t cycle) noexcept nogil
