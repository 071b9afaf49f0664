"""Access sequences for compiled code of other packages: backends by their number (fisch.backends.Backend)."""

from libc.stdint cimport uint8_t, uint32_t, uint64_t

from fisch.words cimport WordBuffer


# Appends the write of `n` words and returns the number of messages. `byte_enables` (NULL: all) matters for the omnibus only.
cdef Py_ssize_t append_write(
    WordBuffer out, int backend, const uint32_t* addresses, const uint32_t* words, const uint8_t* byte_enables, Py_ssize_t n
) except -1

# Appends the read of `n` addresses and returns the number of responses, which are all of the class `response_class(backend)`.
cdef Py_ssize_t append_read(WordBuffer out, int backend, const uint32_t* addresses, Py_ssize_t n) except -1

# 0 none, 1 omnibus, 2 JTAG, 3 loopback (fisch.backends.Responses)
cdef int response_class(int backend) noexcept nogil
cdef int responses_per_word(int backend) noexcept nogil

# Combines the responses (omnibus data, or the lower 32 bits of JTAG data) to reads of `n` addresses into words.
cdef int decode_read(int backend, const uint32_t* responses, Py_ssize_t n, uint32_t* words) except -1
