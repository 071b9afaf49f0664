"""Decoder of the stream from the FPGA, for compiled code of other packages."""

cimport cython
from libc.stdint cimport uint8_t, uint64_t

from fisch._rows cimport Rows


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
    cdef int foresee(self, double more) except -1 nogil
    cdef int decode_block(self, Py_ssize_t n_bytes) except -1 nogil
    cpdef int push(self, const uint64_t[::1] words) except -1
