cimport cython
from libc.stdint cimport int64_t

from hicannx_sim.base.growing cimport Growing


cdef struct Due:
    int64_t cycle
    int64_t value
    int kind


@cython.final
cdef class DueQueue:
    cdef Growing entries        # Due, by cycle

    cdef void push(self, int64_t cycle, int kind, int64_t value) noexcept nogil
    cdef int64_t next(self) noexcept nogil
    cdef Due pop(self) noexcept nogil
    cdef int64_t keep_latest(self, int64_t n) noexcept nogil
    cdef void clear(self) noexcept nogil
