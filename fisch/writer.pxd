"""Writer of the stream from the FPGA, for compiled code of other packages."""

cimport cython
from libc.stdint cimport uint8_t, uint32_t, uint64_t


@cython.final
cdef class ResponseWriter:
    """Packs messages from the FPGA into a stream of 64-bit words."""

    cdef uint8_t* data
    cdef Py_ssize_t size          # bytes
    cdef Py_ssize_t capacity
    cdef readonly uint64_t time   # stamp that the receiver gives to the last message

    cdef int reserve(self, Py_ssize_t more) except -1 nogil
    cpdef int message(self, int header, uint64_t payload) except -1 nogil
    cpdef int omnibus(self, uint32_t data) except -1 nogil
    cpdef int jtag(self, uint64_t data) except -1 nogil
    cpdef int loopback(self, bint tick) except -1 nogil
    cpdef int link_notification(self, uint8_t value) except -1 nogil
    cpdef int timeout(self, uint32_t instruction, int trace_stalls, int omnibus_reads) except -1 nogil
    cpdef int systime(self, uint64_t time) except -1 nogil
    cpdef int sysdelta(self, int delta) except -1 nogil
    cdef int pack(self, int first_header, const uint32_t* events, int n) except -1 nogil
    cdef int spikes(self, const uint32_t* events, int n) except -1 nogil
    cdef int madc_samples(self, const uint32_t* events, int n) except -1 nogil
    cpdef int annotate(self, uint64_t time) except -1 nogil
    cpdef int flush(self) except -1 nogil
