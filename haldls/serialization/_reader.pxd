from libc.stdint cimport int64_t

from haldls.serialization.nodes cimport Node

cdef enum:
    DEEPEST = 64


cdef class Reader:
    cdef list labels                   # per level: name of the member being read, None for an element
    cdef int64_t numbers[DEEPEST]      # per level: number of the element being read
    cdef int depth
    cdef unsigned char seen[1024]      # classes whose version was read
    cdef int64_t* values               # of the object being read
    cdef Py_ssize_t n_values, capacity
    cdef int push(self) except -1
    cdef int keep(self, int64_t value) except -1
    cdef int reserve(self, Py_ssize_t more) except -1
    cdef int fits(self, Node node, int64_t number) except -1
    cdef int64_t decoded(self, Node node, int64_t number) except? -9223372036854775807
    cdef int64_t on_grid(self, Node node, int64_t x, int64_t y, int64_t e) except -1
    cdef int64_t ordered(self, Node node, int64_t low, int64_t high) except -1
    cdef int refuse_version(self, int64_t found, int known, str name) except -1
    cdef object taken(self)
