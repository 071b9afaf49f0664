from libc.stdint cimport int64_t, uint32_t, uint64_t
from haldls._core cimport Layout

cdef enum:
    SOURCES = 8


cdef class BackgroundSources:
    cdef Layout layout
    cdef bint enabled[SOURCES]
    cdef bint random[SOURCES]
    cdef int64_t period[SOURCES]        # ticks
    cdef uint32_t rate[SOURCES]
    cdef uint32_t label[SOURCES]
    cdef uint32_t mask[SOURCES]
    cdef uint32_t state[SOURCES]
    cdef int generation[SOURCES]
    cdef uint64_t n_events

    cdef int64_t configure(self, int source, const uint32_t* words, int64_t tick) noexcept nogil
    cdef int64_t advance(self, int source, int64_t tick, bint* fires, uint32_t* label) noexcept nogil
    cdef void reset(self) noexcept nogil
