from libc.stdint cimport int64_t, uint32_t, uint64_t

from haldls.layout cimport Layout
from hicannx_sim.chip.omnibus cimport Omnibus
from hicannx_sim.chip.queue cimport EventQueue

cdef enum:
    SOURCES = 8


cdef struct BackgroundState:
    uint32_t words[SOURCES][3]      # BackgroundSpikeSource
    bint enabled[SOURCES]
    bint random[SOURCES]
    int64_t period[SOURCES]         # ticks
    uint32_t rate[SOURCES]
    uint32_t label[SOURCES]
    uint32_t mask[SOURCES]
    uint32_t generator[SOURCES]
    int generation[SOURCES]         # counts how often a source was switched: what belongs to an earlier time is void
    uint64_t n_events


cdef class BackgroundSources:
    cdef BackgroundState s
    cdef Layout layout
    cdef EventQueue queue

    cdef attach(self, Omnibus bus)
    cdef void configure(self, int source, const uint32_t* words, int64_t tick) noexcept nogil
    cdef int64_t advance(self, int source, int64_t tick, bint* fires, uint32_t* label) noexcept nogil
    cdef void reset(self) noexcept nogil
