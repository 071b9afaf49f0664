from libc.stdint cimport int64_t, uint16_t, uint32_t

from hicannx_sim.fpga.due cimport DueQueue
from hicannx_sim.fpga.registers cimport RegisterFile


cdef class SpikeIO:
    cdef RegisterFile registers
    cdef DueQueue received              # frames on the receiving line, by the cycle at which they end
    cdef DueQueue transmitted           # frames that left the board
    cdef int64_t line_free              # cycle from which the sending line takes the next frame
    cdef int64_t frame_bits, depth
    cdef readonly int64_t n_sent, n_silent, n_overflow, n_received, n_unrouted, n_ignored

    cdef uint32_t config(self) noexcept nogil
    cdef int64_t frame(self) noexcept nogil
    cdef bint sends(self) noexcept nogil
    cdef bint loops(self) noexcept nogil
    cdef int transmit(self, uint16_t label, int64_t cycle) except -1 nogil
    cdef int64_t next(self) noexcept nogil
    cdef int receive(self) noexcept nogil
