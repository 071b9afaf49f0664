# cython: language_level=3
from libc.stdint cimport int32_t, int64_t, uint64_t


cdef struct Event:
    int64_t tick
    uint64_t order      # kind [63:56], where [55:48], order of insertion
    int32_t kind
    int32_t where
    int64_t what


cdef class EventQueue:
    """Binary heap of events ordered by (tick, kind, where, order of insertion)."""
    cdef Event* heap
    cdef readonly Py_ssize_t size
    cdef Py_ssize_t capacity
    cdef uint64_t sequence

    # kind, where: 0..255
    cdef void push(self, int64_t tick, int kind, int where, int64_t what) noexcept nogil
    cdef Event pop(self) noexcept nogil
    cdef void clear(self) noexcept nogil
