cimport cython
from libc.stdint cimport int64_t, uint8_t, uint16_t, uint32_t

from hicannx_sim.base.growing cimport Growing
from hicannx_sim.fpga.due cimport DueQueue
from hicannx_sim.fpga.registers cimport RegisterBlock, RegisterFile


cdef enum RecordKind:
    SPIKE
    BARRIER                         # the FPGA has reached a barrier between FPGAs


cdef struct Record:
    int64_t cycle                   # at which it reaches the node
    uint16_t label                  # routing label of a spike
    uint8_t sender                  # FPGA
    uint8_t kind


cdef struct RouterState:
    int64_t outputs, inputs         # entries that are enabled
    int64_t free                    # cycle at which the line to the node takes the next spike
    # -- counters
    int64_t sent, silent, received, unrouted, overflow


@cython.final
cdef class Router(RegisterBlock):
    cdef RouterState s
    cdef readonly DueQueue arrivals     # routing labels, by the cycle at which they arrive
    cdef bint coupled                   # somebody carries what is sent to the node, and back from it
    cdef uint8_t sender                 # number of this one among them
    cdef int others                     # how many others there are
    cdef Growing outbox                 # Record
    cdef const uint32_t* output
    cdef const uint32_t* input
    cdef int outputs_row
    cdef RegisterFile registers         # None on an FPGA without tables
    cdef uint32_t output_enable, output_label, input_enable, input_label
    cdef int64_t hop, up, depth

    cdef void clear(self)
    cdef bint sends(self) noexcept nogil
    cdef bint loops(self) noexcept nogil
    cdef void transmit(self, uint16_t label, int64_t cycle) noexcept nogil
    cdef void arrive(self, int64_t cycle) noexcept nogil
    cdef void leave(self, int64_t cycle, uint16_t label, int kind) noexcept nogil
    cdef int64_t next(self) noexcept nogil
    cdef int receive(self) noexcept nogil
