"""A queue of things that are due at FPGA cycles; those of one cycle keep the order in which they were pushed."""

from libc.stdint cimport int64_t
from libc.stdlib cimport free, realloc
from libc.string cimport memmove

from hicannx_sim.base.clock cimport NEVER
from hicannx_sim.base.state cimport view


cdef class DueQueue:
    """Fast if entries are pushed nearly in order."""

    def __dealloc__(self):
        free(self.entries)

    cdef int push(self, int64_t cycle, int kind, int64_t value) except -1 nogil:
        cdef Py_ssize_t i
        cdef Due* grown
        if self.end == self.capacity:
            if self.head > self.capacity // 2:
                memmove(self.entries, self.entries + self.head, (self.end - self.head) * sizeof(Due))
                self.end -= self.head
                self.head = 0
            else:
                grown = <Due*> realloc(self.entries, (self.capacity * 2 + 64) * sizeof(Due))
                if grown == NULL:
                    with gil:
                        raise MemoryError("no memory for what is due")
                self.entries = grown
                self.capacity = self.capacity * 2 + 64
        i = self.end
        while i > self.head and self.entries[i - 1].cycle > cycle:
            self.entries[i] = self.entries[i - 1]
            i -= 1
        self.entries[i].cycle, self.entries[i].kind, self.entries[i].value = cycle, kind, value
        self.end += 1
        return 0

    cdef int64_t next(self) noexcept nogil:
        """Cycle of the first entry, NEVER if there is none."""
        return self.entries[self.head].cycle if self.head < self.end else NEVER

    cdef Due pop(self) noexcept nogil:
        """The first entry; there must be one."""
        self.head += 1
        return self.entries[self.head - 1]

    cdef Py_ssize_t size(self) noexcept nogil:
        return self.end - self.head

    cdef void clear(self) noexcept nogil:
        self.head = self.end = 0

    def arrays(self):
        """What is due, in order."""
        return {"entries": view(self.entries + self.head, (self.end - self.head) * sizeof(Due), "u1")}

    def resize_arrays(self, sizes):
        """Room for so much, in bytes."""
        self.clear()
        while self.end < <Py_ssize_t> (sizes["entries"] // sizeof(Due)):
            self.push(0, 0, 0)
