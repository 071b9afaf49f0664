# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""The one queue of digital events of a chip.

Events of one tick are ordered by kind and place before the order of insertion: some are found earlier than others if the chip is advanced in
long steps, and the result must not depend on that. Most events come in the order in which they are due (labels from the link): they stand in a
line, and only the others in a heap.
"""

from libc.stdlib cimport abort, free, realloc
from libc.string cimport memmove
from sim.state cimport view


cdef class EventQueue:
    def __dealloc__(self):
        free(self.line)
        free(self.heap)

    def __len__(self):
        return self.size + self.end - self.head

    cdef void push(self, int64_t tick, int kind, int where, int64_t what) noexcept nogil:
        cdef Event event
        event.tick, event.kind, event.where, event.what = tick, kind, where, what
        event.order = <uint64_t>kind << 56 | <uint64_t>where << 48 | self.sequence
        self.sequence += 1
        if self.head == self.end:
            self.head = self.end = 0
        if self.head == self.end or before(&self.line[self.end - 1], &event):
            self._append(&event)
        else:
            self._insert(&event)

    cdef void _append(self, const Event* event) noexcept nogil:
        if self.end == self.room and self.head > self.room // 2:
            memmove(self.line, self.line + self.head, (self.end - self.head) * sizeof(Event))
            self.end -= self.head
            self.head = 0
        if self.end == self.room:
            self.room = 2 * self.room if self.room else 256
            self.line = <Event*>realloc(self.line, self.room * sizeof(Event))
            if self.line == NULL:
                abort()
        self.line[self.end] = event[0]
        self.end += 1

    cdef void _insert(self, const Event* event) noexcept nogil:
        cdef Py_ssize_t i, parent
        if self.size == self.capacity:
            self.capacity = 2 * self.capacity if self.capacity else 256
            self.heap = <Event*>realloc(self.heap, self.capacity * sizeof(Event))
            if self.heap == NULL:
                abort()
        i = self.size
        self.size += 1
        while i:
            parent = (i - 1) >> 1
            if not before(event, &self.heap[parent]):
                break
            self.heap[i] = self.heap[parent]
            i = parent
        self.heap[i] = event[0]

    cdef Event pop(self) noexcept nogil:
        """The earliest event; the queue must not be empty."""
        if self.head < self.end and not (self.size and before(self.heap, &self.line[self.head])):
            self.head += 1
            return self.line[self.head - 1]
        return self._pop_heap()

    cdef Event _pop_heap(self) noexcept nogil:
        cdef Event first = self.heap[0]
        cdef Event last
        cdef Py_ssize_t i = 0, child = 1
        self.size -= 1
        last = self.heap[self.size]
        while child < self.size:
            if child + 1 < self.size and before(&self.heap[child + 1], &self.heap[child]):
                child += 1
            if before(&last, &self.heap[child]):
                break
            self.heap[i] = self.heap[child]
            i = child
            child = 2 * i + 1
        self.heap[i] = last
        return first

    cdef void clear(self) noexcept nogil:
        self.head = self.end = self.size = 0

    def arrays(self):
        """The events ahead, and how many there were so far."""
        return {
            "line": view(self.line + self.head, (self.end - self.head) * sizeof(Event), "u1"),
            "heap": view(self.heap, self.size * sizeof(Event), "u1"), "sequence": view(&self.sequence, sizeof(self.sequence), "u8"),
        }

    def resize_arrays(self, sizes):
        """Room for events, in bytes."""
        cdef Event nothing = Event(0, 0, 0, 0, 0)
        self.clear()
        while self.end < <Py_ssize_t>(sizes["line"] // sizeof(Event)):
            self._append(&nothing)
        while self.size < <Py_ssize_t>(sizes["heap"] // sizeof(Event)):
            self._insert(&nothing)
