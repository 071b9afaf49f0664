"""A queue of things that are due at FPGA cycles; those of one cycle keep the order in which they were pushed."""

cimport cython
from libc.stdint cimport int64_t
from libc.string cimport memset

from hicannx_sim.base.clock cimport NEVER
from hicannx_sim.base.growing cimport growing_at, growing_clear, growing_count, growing_drop, growing_free, growing_insert
from hicannx_sim.base.state cimport items, resize


@cython.final
cdef class DueQueue:
    """Fast if entries are pushed nearly in order."""

    def __dealloc__(self):
        growing_free(&self.entries)

    cdef void push(self, int64_t cycle, int kind, int64_t value) noexcept nogil:
        cdef int64_t place = growing_count(&self.entries)
        cdef Due* entry
        while place and (<Due*> growing_at(&self.entries, place - 1, sizeof(Due))).cycle > cycle:
            place -= 1
        entry = <Due*> growing_insert(&self.entries, place, sizeof(Due))
        if entry != NULL:
            memset(entry, 0, sizeof(Due))  # with what is between its fields: the same state is the same bytes
            entry.cycle, entry.kind, entry.value = cycle, kind, value

    cdef int64_t next(self) noexcept nogil:
        """Cycle of the first entry, NEVER if there is none."""
        return (<Due*> growing_at(&self.entries, 0, sizeof(Due))).cycle if growing_count(&self.entries) else <int64_t> NEVER

    cdef Due pop(self) noexcept nogil:
        """The first entry; there must be one."""
        cdef Due first = (<Due*> growing_at(&self.entries, 0, sizeof(Due)))[0]
        growing_drop(&self.entries, 1)
        return first

    cdef int64_t keep_latest(self, int64_t n) noexcept nogil:
        """Drops all but the last n entries; returns how many."""
        cdef int64_t surplus = growing_count(&self.entries) - n
        if surplus <= 0:
            return 0
        growing_drop(&self.entries, surplus)
        return surplus

    cdef void clear(self) noexcept nogil:
        growing_clear(&self.entries)

    def __len__(self):
        return growing_count(&self.entries)

    def arrays(self):
        """What is due, in order."""
        return {"entries": items(&self.entries, sizeof(Due))}

    def resize_arrays(self, sizes):
        """Room for entries of so many bytes."""
        resize(&self.entries, sizes["entries"], sizeof(Due))
