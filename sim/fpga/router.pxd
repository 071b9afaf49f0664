from libc.stdint cimport int64_t, uint16_t, uint32_t

from hicannx_sim.fpga.due cimport DueQueue
from hicannx_sim.fpga.registers cimport RegisterFile


cdef class Router:
    cdef RegisterFile registers
    cdef DueQueue arrivals              # routing labels, by the cycle at which they arrive
    cdef int64_t hop
    cdef int64_t outputs, inputs        # entries that are enabled
    cdef readonly int64_t n_sent, n_silent, n_received, n_unrouted

    cdef void rewritten(self, uint32_t offset, uint32_t before, uint32_t after) noexcept nogil
    cdef bint sends(self) noexcept nogil
    cdef bint loops(self) noexcept nogil
    cdef int transmit(self, uint16_t label, int64_t cycle) except -1 nogil
    cdef int64_t next(self) noexcept nogil
    cdef int receive(self) noexcept nogil
