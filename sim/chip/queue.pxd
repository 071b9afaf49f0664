# cython: language_level=3
from libc.stdint cimport int32_t, int64_t, uint64_t


cdef struct Event:
    int64_t tick
    uint64_t order      # kind [63:56], where [55:48], order of insertion
    int32_t kind
    int32_t where
    int64_t what


cdef inline bint before(const Event* a, const Event* b) noexcept nogil:
    return a.tick < b.tick or (a.tick == b.tick and a.order < b.order)


cdef class EventQueue:
    """Events ordered by (tick, kind, where, order of insertion)."""
    cdef Event* line                # those that came in order
    cdef Py_ssize_t head, end, room
    cdef Event* heap                # the others, as a binary heap
    cdef Py_ssize_t size, capacity
    cdef uint64_t sequence

    # kind, where: 0..255
    cdef void push(self, int64_t tick, int kind, int where, int64_t what) noexcept nogil
    cdef Event pop(self) noexcept nogil
    cdef void clear(self) noexcept nogil
    cdef void _append(self, const Event* event) noexcept nogil
    cdef void _insert(self, const Event* event) noexcept nogil
    cdef Event _pop_heap(self) noexcept nogil

    cdef inline const Event* first(self) noexcept nogil:
        """The earliest event, NULL if there is none."""
        if self.head == self.end:
            return self.heap if self.size else NULL
        return self.heap if self.size and before(self.heap, self.line + self.head) else self.line + self.head

    cdef inline bint due(self, int64_t tick) noexcept nogil:
        """Whether there is an event at or before a tick."""
        cdef const Event* event = self.first()
        return event != NULL and event.tick <= tick
