"""The one queue of digital events of a chip.

Events of one tick are ordered by kind and place before the order of insertion: some are found earlier than others if the chip is advanced in
long steps, and the result must not depend on that. Most events of a kind come in the order in which they are due (labels from the link, events on
their way off the chip): they stand in lines, one for each kind, and only the others in a heap.
"""

cimport cython
from libc.stdlib cimport abort, free, realloc
from libc.string cimport memmove
from hicannx_sim.base.state cimport view


@cython.final
cdef class EventQueue:
    def __dealloc__(self):
        for i in range(LINES):
            free(self.line[<int>i].events)
        free(self.heap)

    def __len__(self):
        return self.size + sum(self.line[<int>i].end - self.line[<int>i].head for i in range(LINES))

    cdef void _grow(self, Line* line) noexcept nogil:
        """Room for one more event at the end of a line."""
        if line.head > line.room // 2:
            memmove(line.events, line.events + line.head, (line.end - line.head) * sizeof(Event))
            line.end -= line.head
            line.head = 0
            return
        line.room = 2 * line.room if line.room else 256
        line.events = <Event*>realloc(line.events, line.room * sizeof(Event))
        if line.events == NULL:
            abort()

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

    cdef void _drop_from_heap(self) noexcept nogil:
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

    cdef void clear(self) noexcept nogil:
        cdef int i
        self.size = 0
        for i in range(LINES):
            self.line[i].head = self.line[i].end = 0

    def arrays(self):
        """The events ahead, and how many there were so far."""
        lines = {}
        for i in range(LINES):
            line = &self.line[<int>i]
            lines[f"line {i}"] = view(line.events + line.head, (line.end - line.head) * sizeof(Event), "u1")
        return {**lines, "heap": view(self.heap, self.size * sizeof(Event), "u1"), "sequence": view(&self.sequence, sizeof(self.sequence), "u8")}

    def resize_arrays(self, sizes):
        """Room for events, in bytes."""
        cdef Event nothing = Event(0, 0, 0, 0, 0)
        cdef int i
        self.clear()
        for i in range(LINES):
            while self.line[i].end < <Py_ssize_t>(sizes[f"line {i}"] // sizeof(Event)):
                if self.line[i].end == self.line[i].room:
                    self._grow(&self.line[i])
                self.line[i].end += 1
        while self.size < <Py_ssize_t>(sizes["heap"] // sizeof(Event)):
            self._insert(&nothing)
