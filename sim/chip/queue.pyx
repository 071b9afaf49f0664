"""The one queue of digital events of a chip.

Events of one tick are ordered by kind and place before the order of insertion: some are found earlier than others if the chip is advanced in
long steps, and the result must not depend on that. Most events of a kind come in the order in which they are due (labels from the link, events on
their way off the chip): they stand in lines, one for each kind, and only the others in a heap.
"""

cimport cython
from hicannx_sim.base.growing cimport growing_clear, growing_free
from hicannx_sim.base.state cimport items, resize, view


@cython.final
cdef class EventQueue:
    def __dealloc__(self):
        for kind in range(KINDS):
            growing_free(&self.line[<int>kind])
        growing_free(&self.heap)

    def __len__(self):
        return self.heap.end + sum(growing_count(&self.line[<int>kind]) for kind in range(KINDS))

    cdef void _insert(self, const Event* event) noexcept nogil:
        cdef Event* heap
        cdef int64_t i = self.heap.end, parent
        if growing_append(&self.heap, sizeof(Event)) == NULL:
            return
        heap = <Event*> self.heap.items
        while i:
            parent = (i - 1) >> 1
            if not before(event, &heap[parent]):
                break
            heap[i] = heap[parent]
            i = parent
        heap[i] = event[0]

    cdef void _drop_from_heap(self) noexcept nogil:
        cdef Event* heap = <Event*> self.heap.items
        cdef Event last
        cdef int64_t i = 0, child = 1
        self.heap.end -= 1
        last = heap[self.heap.end]
        while child < self.heap.end:
            if child + 1 < self.heap.end and before(&heap[child + 1], &heap[child]):
                child += 1
            if before(&last, &heap[child]):
                break
            heap[i] = heap[child]
            i = child
            child = 2 * i + 1
        heap[i] = last

    cdef void clear(self) noexcept nogil:
        cdef int kind
        growing_clear(&self.heap)
        for kind in range(KINDS):
            growing_clear(&self.line[kind])

    cdef int64_t refused(self) noexcept nogil:
        """Events that there was no memory for."""
        cdef int64_t n = self.heap.refused
        cdef int kind
        for kind in range(KINDS):
            n += self.line[kind].refused
        return n

    def arrays(self):
        """The events ahead, and how many there were so far."""
        lines = {f"line {kind}": items(&self.line[<int>kind], sizeof(Event)) for kind in range(KINDS)}
        return {**lines, "heap": items(&self.heap, sizeof(Event)), "sequence": view(&self.sequence, sizeof(self.sequence), "u8")}

    def resize_arrays(self, sizes):
        """Room for events, in bytes."""
        resize(&self.heap, sizes["heap"], sizeof(Event))
        for kind in range(KINDS):
            resize(&self.line[<int>kind], sizes[f"line {kind}"], sizeof(Event))
