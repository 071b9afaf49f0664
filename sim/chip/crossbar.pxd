from libc.stdint cimport int64_t, uint8_t, uint16_t, uint32_t, uint64_t

from haldls.layout cimport Layout
from hicannx_sim.chip.omnibus cimport Omnibus

cdef enum:
    INPUTS = 20
    OUTPUTS = 12
    NODES = 76
    L2_INPUT = 8
    L2_OUTPUT = 8
    BACKGROUND_INPUT = 12


cdef struct CrossbarState:
    uint32_t node_words[NODES]      # CrossbarNode
    uint32_t output_words[1]        # CrossbarOutputConfig
    uint16_t mask[NODES]
    uint16_t target[NODES]
    bint count_drops[NODES]
    bint count_events[OUTPUTS]
    int64_t period[OUTPUTS]
    int64_t busy_until[OUTPUTS]
    uint32_t drops[INPUTS]          # CrossbarInputDropCounter
    uint32_t events[OUTPUTS]        # CrossbarOutputEventCounter
    uint64_t n_in[INPUTS]
    uint64_t n_unrouted[INPUTS]
    uint32_t unrouted[INPUTS]       # label of the latest of them
    uint64_t n_out[OUTPUTS]
    uint64_t n_lost[OUTPUTS]


cdef class Crossbar:
    cdef CrossbarState s
    cdef Layout node_layout, output_layout
    cdef int n_nodes[INPUTS]
    cdef uint8_t node[INPUTS][9]
    cdef uint8_t output_of[NODES]
    cdef uint64_t n_passed[NODES]       # events by node, for those who look; no state
    cdef uint64_t n_dropped[NODES]
    cdef int64_t latency
    cdef int64_t depth

    cdef attach(self, Omnibus bus)
    cdef void configure_node(self, int node, const uint32_t* word) noexcept nogil
    cdef void set_period(self, int output, int64_t period) noexcept nogil
    cdef void configure_outputs(self, const uint32_t* word) noexcept nogil
    cdef int route(self, int source, uint32_t label, int64_t tick, int64_t* departure) noexcept nogil
    cdef void reset(self) noexcept nogil
