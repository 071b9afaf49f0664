cimport cython
from libc.stdint cimport int64_t

from hicannx_sim.base.growing cimport Growing


cdef struct PlaybackMemoryState:
    int64_t arrived         # words of this program so far
    int64_t arrived_at      # cycle of the last one


@cython.final
cdef class PlaybackMemory:
    cdef PlaybackMemoryState s
    cdef Growing left                   # int64_t, a ring: cycle at which a word left the memory
    cdef readonly bint limited          # the host is not infinitely fast
    cdef int64_t interval, words        # cycles per word; size

    cdef void begin_run(self, int64_t cycle) noexcept nogil
    cdef int64_t arrival(self) noexcept nogil
    cdef void leaves(self, int64_t cycle) noexcept nogil
