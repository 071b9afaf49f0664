cimport cython
from libc.stdint cimport int32_t, int64_t, uint64_t

cdef enum:
    LINES = 4


cdef struct Event:
    int64_t tick
    uint64_t order      # kind [63:56], where [55:48], order of insertion
    int32_t kind
    int32_t where
    int64_t what


cdef struct Line:
    Event* events
    Py_ssize_t head, end, room


cdef inline bint before(const Event* a, const Event* b) noexcept nogil:
    return a.tick < b.tick or (a.tick == b.tick and a.order < b.order)


@cython.final
cdef class EventQueue:
    """Events ordered by (tick, kind, where, order of insertion)."""
    cdef Line line[LINES]           # by kind: those that came in order
    cdef Event* heap                # the others, as a binary heap
    cdef Py_ssize_t size, capacity
    cdef uint64_t sequence
    cdef int at                     # where the earliest event stands: line, or LINES for the heap

    cdef void clear(self) noexcept nogil
    cdef void _grow(self, Line* line) noexcept nogil
    cdef void _insert(self, const Event* event) noexcept nogil
    cdef void _drop_from_heap(self) noexcept nogil

    cdef inline void push(self, int64_t tick, int kind, int where, int64_t what) noexcept nogil:
        """kind, where: 0..255."""
        cdef Event event
        cdef Line* line = &self.line[kind % LINES]
        event.tick, event.kind, event.where, event.what = tick, kind, where, what
        event.order = <uint64_t>kind << 56 | <uint64_t>where << 48 | self.sequence
        self.sequence += 1
        if line.head == line.end:
            line.head = line.end = 0
        elif before(&event, &line.events[line.end - 1]):
            self._insert(&event)
            return
        if line.end == line.room:
            self._grow(line)
        line.events[line.end] = event
        line.end += 1

    cdef inline const Event* first(self) noexcept nogil:
        """The earliest event, NULL if there is none; valid until the next push or pop."""
        cdef const Event* found = self.heap if self.size else NULL
        cdef const Event* event
        cdef int i
        self.at = LINES
        for i in range(LINES):
            if self.line[i].head < self.line[i].end:
                event = self.line[i].events + self.line[i].head
                if found == NULL or before(event, found):
                    found, self.at = event, i
        return found

    cdef inline bint due(self, int64_t tick) noexcept nogil:
        """Whether there is an event at or before a tick."""
        cdef const Event* event = self.first()
        return event != NULL and event.tick <= tick

    cdef inline void pop(self) noexcept nogil:
        """Drops the event that `first` has just given."""
        if self.at < LINES:
            self.line[self.at].head += 1
        else:
            self._drop_from_heap()
