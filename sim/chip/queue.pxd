cimport cython
from libc.stdint cimport int32_t, int64_t, uint64_t

from hicannx_sim.base.growing cimport Growing, growing_append, growing_at, growing_count, growing_drop

cdef enum:
    # kinds of events, in the order in which those of one tick are processed
    AT_BACKGROUND       # where: source, what: generation
    AT_CROSSBAR         # where: input, what: 14-bit label
    AT_PADI             # where: bus, what: event
    AT_OUT              # where: link output, what: 16-bit label
    AT_POST             # what: neuron, or 512 + block for all neurons of a block
    KINDS


cdef struct Event:
    int64_t tick
    uint64_t order      # kind [63:56], where [55:48], order of insertion
    int32_t kind
    int32_t where
    int64_t what


cdef inline bint before(const Event* a, const Event* b) noexcept nogil:
    return a.tick < b.tick or (a.tick == b.tick and a.order < b.order)


@cython.final
cdef class EventQueue:
    """Events ordered by (tick, kind, where, order of insertion)."""
    cdef Growing line[KINDS]        # Event: those that came in order
    cdef Growing heap               # Event: the others, as a binary heap
    cdef uint64_t sequence
    cdef int at                     # where the earliest event stands: line, or KINDS for the heap

    cdef void clear(self) noexcept nogil
    cdef int64_t refused(self) noexcept nogil
    cdef void _insert(self, const Event* event) noexcept nogil
    cdef void _drop_from_heap(self) noexcept nogil

    cdef inline void push(self, int64_t tick, int kind, int where, int64_t what) noexcept nogil:
        """kind: see above, where: 0..255."""
        cdef Event event
        cdef Event* place
        cdef Growing* line = &self.line[kind]
        event.tick, event.kind, event.where, event.what = tick, kind, where, what
        event.order = <uint64_t>kind << 56 | <uint64_t>where << 48 | self.sequence
        self.sequence += 1
        if growing_count(line) and before(&event, <const Event*> growing_at(line, growing_count(line) - 1, sizeof(Event))):
            self._insert(&event)
            return
        place = <Event*> growing_append(line, sizeof(Event))
        if place != NULL:
            place[0] = event

    cdef inline const Event* first(self) noexcept nogil:
        """The earliest event, NULL if there is none; valid until the next push or pop."""
        cdef const Event* earliest = <const Event*> self.heap.items if self.heap.end else NULL
        cdef const Event* event
        cdef int kind
        self.at = KINDS
        for kind in range(KINDS):
            if growing_count(&self.line[kind]):
                event = <const Event*> growing_at(&self.line[kind], 0, sizeof(Event))
                if earliest == NULL or before(event, earliest):
                    earliest, self.at = event, kind
        return earliest

    cdef inline bint due(self, int64_t tick) noexcept nogil:
        """Whether there is an event at or before a tick."""
        cdef const Event* event = self.first()
        return event != NULL and event.tick <= tick

    cdef inline void pop(self) noexcept nogil:
        """Drops the event that `first` has just given."""
        if self.at < KINDS:
            growing_drop(&self.line[self.at], 1)
        else:
            self._drop_from_heap()
