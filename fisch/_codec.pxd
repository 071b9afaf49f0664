"""Words on the wire for compiled code of other packages."""

cimport cython
from libc.stdint cimport int64_t, uint8_t, uint16_t, uint32_t, uint64_t


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


cdef struct Rows:
    char* data
    Py_ssize_t size       # rows
    Py_ssize_t capacity   # rows
    Py_ssize_t row        # bytes per row


@cython.final
cdef class ResponseDecoder:
    """Takes the stream from the FPGA apart, word by word or in large pieces."""

    cdef uint8_t* buffer          # what is left of the stream, then the words of one block
    cdef Py_ssize_t left          # bytes of an unfinished message at the start of the buffer
    cdef readonly Py_ssize_t position   # bytes of the stream that are decoded
    cdef readonly uint64_t time   # stamp of the last message
    cdef readonly Py_ssize_t halts
    cdef int error                # what stopped decoding, 0 while all is well
    cdef int bad_header
    cdef Py_ssize_t spike_packs[3]
    cdef Py_ssize_t madc_packs[3]
    cdef Rows omnibus_rows, jtag_rows, loopback_rows, spike_rows, madc_rows, link_rows, timeout_rows

    cdef int reserve(self, Py_ssize_t n_bytes) except -1 nogil
    cdef int decode_block(self, Py_ssize_t n_bytes) except -1 nogil
    cpdef int push(self, const uint64_t[::1] words) except -1
