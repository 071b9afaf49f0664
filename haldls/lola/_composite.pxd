from libc.stdint cimport int32_t, int64_t, uint8_t, uint32_t

from haldls.layout cimport Container, Layout, Schema
from haldls.fields cimport Field


cdef class Step:
    cdef readonly Layout layout
    cdef readonly object at
    cdef readonly int count
    cdef int n_slots, rows, first, write_word, read_word
    cdef Py_ssize_t stride
    cdef int32_t* index
    cdef int64_t* mask
    cdef int* shift
    cdef bint contiguous, masked, hooked
    cdef const int64_t* defaults
    cdef void gather(self, int repetition, const int64_t* slots, int64_t* part) noexcept
    cdef void scatter(self, int repetition, const int64_t* part, int64_t* slots) noexcept
    cdef void encode(self, const int64_t* slots, uint32_t* words) noexcept
    cdef void decode(self, const uint32_t* words, int64_t* slots) noexcept
    cdef Container part(self, Container container, int repetition)
    cdef int encode_parts(self, Container container, uint32_t* words, uint8_t* enables) except -1
    cdef int decode_parts(self, Container container, const uint32_t* words) except -1


cdef class CompositeLayout(Layout):
    cdef readonly list steps
    cdef list hooked   # steps whose registers no bit map describes


cdef class Composition(Schema):
    cdef readonly tuple parts
    cdef int fill(self, Field field) except -1
