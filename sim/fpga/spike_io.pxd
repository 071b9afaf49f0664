cimport cython
from libc.stdint cimport int64_t, uint16_t, uint32_t

from hicannx_sim.fpga.due cimport DueQueue
from hicannx_sim.fpga.registers cimport RegisterBlock


cdef struct SpikeIOState:
    int64_t line_free       # cycle from which the sending line takes the next frame
    # -- counters
    int64_t sent, silent, overflow, received, unrouted, ignored, forgotten


@cython.final
cdef class SpikeIO(RegisterBlock):
    cdef SpikeIOState s
    cdef readonly DueQueue received     # frames on the receiving line, by the cycle at which they end
    cdef readonly DueQueue transmitted  # frames that left the board
    cdef const uint32_t* output_route
    cdef const uint32_t* input_route
    cdef const uint32_t* config
    cdef int output_row
    cdef uint32_t scaler, enable_tx, enable_rx, loopback, silent_address, silent_label
    cdef int64_t frame_bits, depth, kept

    cdef int64_t frame(self) noexcept nogil
    cdef bint sends(self) noexcept nogil
    cdef bint loops(self) noexcept nogil
    cdef void transmit(self, uint16_t label, int64_t cycle) noexcept nogil
    cdef int64_t next(self) noexcept nogil
    cdef int receive(self) noexcept nogil
