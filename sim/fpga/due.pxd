from libc.stdint cimport int64_t


cdef struct Due:
    int64_t cycle
    int64_t value
    int kind


cdef class DueQueue:
    cdef Due* entries
    cdef Py_ssize_t head, end, capacity

    cdef int push(self, int64_t cycle, int kind, int64_t value) except -1 nogil
    cdef int64_t next(self) noexcept nogil
    cdef Due pop(self) noexcept nogil
    cdef Py_ssize_t size(self) noexcept nogil
    cdef void clear(self) noexcept nogil
