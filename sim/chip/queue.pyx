# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""The one queue of digital events of a chip.

Events of one tick are ordered by kind and place before the order of insertion: some are found earlier than others if the chip is advanced in
long steps, and the result must not depend on that.
"""

from libc.stdlib cimport abort, free, realloc
from sim.state cimport view


cdef inline bint _before(const Event* a, const Event* b) noexcept nogil:
    return a.tick < b.tick or (a.tick == b.tick and a.order < b.order)


cdef class EventQueue:
    def __dealloc__(self):
        free(self.heap)

    cdef void push(self, int64_t tick, int kind, int where, int64_t what) noexcept nogil:
        cdef Py_ssize_t i, parent
        cdef Event event
        if self.size == self.capacity:
            self.capacity = 2 * self.capacity if self.capacity else 256
            self.heap = <Event*>realloc(self.heap, self.capacity * sizeof(Event))
            if self.heap == NULL:
                abort()
        event.tick, event.kind, event.where, event.what = tick, kind, where, what
        event.order = <uint64_t>kind << 56 | <uint64_t>where << 48 | self.sequence
        self.sequence += 1
        i = self.size
        self.size += 1
        while i:
            parent = (i - 1) >> 1
            if not _before(&event, &self.heap[parent]):
                break
            self.heap[i] = self.heap[parent]
            i = parent
        self.heap[i] = event

    cdef Event pop(self) noexcept nogil:
        """The earliest event; the queue must not be empty."""
        cdef Event first = self.heap[0]
        cdef Event last
        cdef Py_ssize_t i = 0, child = 1
        self.size -= 1
        last = self.heap[self.size]
        while child < self.size:
            if child + 1 < self.size and _before(&self.heap[child + 1], &self.heap[child]):
                child += 1
            if _before(&last, &self.heap[child]):
                break
            self.heap[i] = self.heap[child]
            i = child
            child = 2 * i + 1
        self.heap[i] = last
        return first

    cdef void clear(self) noexcept nogil:
        self.size = 0

    def arrays(self):
        """The events ahead, as a heap, and how many there were so far."""
        return {"heap": view(self.heap, self.size * sizeof(Event), "u1"), "sequence": view(&self.sequence, sizeof(self.sequence), "u8")}

    def resize_arrays(self, sizes):
        """Room for a heap of so many bytes."""
        self.size = 0
        while self.size < <Py_ssize_t>(sizes["heap"] // sizeof(Event)):
            self.push(0, 0, 0, 0)
