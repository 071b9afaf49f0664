from libc.stdint cimport int64_t, uint8_t, uint16_t, uint32_t, uint64_t
from haldls._core cimport Layout

cdef enum:
    INPUTS = 20
    OUTPUTS = 12
    NODES = 76
    L2_INPUT = 8
    L2_OUTPUT = 8
    BACKGROUND_INPUT = 12


cdef class Crossbar:
    cdef Layout node_layout, output_layout
    cdef int n_nodes[INPUTS]
    cdef uint8_t node[INPUTS][9]
    cdef uint8_t output_of[NODES]
    cdef uint16_t mask[NODES]
    cdef uint16_t target[NODES]
    cdef bint count_drops[NODES]
    cdef bint count_events[OUTPUTS]
    cdef int64_t period[OUTPUTS]
    cdef int64_t busy_until[OUTPUTS]
    cdef int64_t latency
    cdef int64_t depth
    cdef uint32_t drops[INPUTS]
    cdef uint32_t events[OUTPUTS]
    cdef uint64_t n_in[INPUTS]
    cdef uint64_t n_unrouted[INPUTS]
    cdef uint64_t n_out[OUTPUTS]
    cdef uint64_t n_lost[OUTPUTS]

    cdef void configure_node(self, int node, const uint32_t* word) noexcept nogil
    cdef void set_period(self, int output, int64_t period) noexcept nogil
    cdef void configure_outputs(self, const uint32_t* word) noexcept nogil
    cdef int route(self, int source, uint32_t label, int64_t tick, int64_t* departure) noexcept nogil
    cdef void reset(self) noexcept nogil
