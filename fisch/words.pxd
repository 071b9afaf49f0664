"""The growing array in which programs are written, for compiled code of other packages."""

cimport cython
from libc.stdint cimport uint8_t, uint32_t, uint64_t


@cython.final
cdef class WordBuffer:
    """Growing array of words to the FPGA."""

    cdef uint64_t* data
    cdef readonly Py_ssize_t size
    cdef Py_ssize_t capacity

    cdef int reserve(self, Py_ssize_t more) except -1 nogil
    cdef int push(self, uint64_t word) except -1 nogil
    cdef int omnibus_writes(self, const uint32_t* addresses, const uint32_t* words, const uint8_t* byte_enables, Py_ssize_t n) except -1 nogil
    cdef int omnibus_reads(self, const uint32_t* addresses, Py_ssize_t n) except -1 nogil
    cdef object handed_over(self)
