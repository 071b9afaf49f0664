cimport cython
from libc.stdint cimport int64_t, uint16_t, uint32_t

from hicannx_sim.fpga.due cimport DueQueue
from hicannx_sim.fpga.registers cimport RegisterBlock, RegisterFile


cdef struct RouterState:
    int64_t outputs, inputs         # entries that are enabled
    # -- counters
    int64_t sent, silent, received, unrouted


@cython.final
cdef class Router(RegisterBlock):
    cdef RouterState s
    cdef readonly DueQueue arrivals     # routing labels, by the cycle at which they arrive
    cdef const uint32_t* output
    cdef const uint32_t* input
    cdef int outputs_row
    cdef RegisterFile registers         # None on an FPGA without tables
    cdef uint32_t output_enable, output_label, input_enable, input_label
    cdef int64_t hop

    cdef void clear(self)
    cdef bint sends(self) noexcept nogil
    cdef bint loops(self) noexcept nogil
    cdef void transmit(self, uint16_t label, int64_t cycle) noexcept nogil
    cdef int64_t next(self) noexcept nogil
    cdef int receive(self) noexcept nogil
