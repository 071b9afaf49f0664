"""The growing array in which programs are written."""

cimport cython
from libc.stdint cimport uint8_t, uint32_t, uint64_t
from libc.stdlib cimport free, realloc
from libc.string cimport memcpy

from fisch._grow cimport grown
from fisch.ut cimport TO_OMNIBUS_ADDRESS, TO_OMNIBUS_DATA
from fisch._wire cimport word_of

import numpy as np


@cython.final
cdef class Memory:
    """Words that belong to the arrays made of it."""

    cdef void* data
    cdef Py_ssize_t size
    cdef Py_ssize_t stride

    def __dealloc__(self):
        free(self.data)

    def __getbuffer__(self, Py_buffer* buffer, int flags):
        self.stride = sizeof(uint64_t)
        buffer.buf, buffer.obj, buffer.len = self.data, self, self.size * self.stride
        buffer.itemsize, buffer.ndim, buffer.readonly = self.stride, 1, 0
        buffer.format, buffer.shape, buffer.strides, buffer.suboffsets = "Q", &self.size, &self.stride, NULL
        buffer.internal = NULL


@cython.final
cdef class WordBuffer:
    """Growing array of 64-bit words to the FPGA.

    >>> from fisch import encode_omnibus_writes
    >>> buffer = WordBuffer()
    >>> buffer.append(encode_omnibus_writes([0x88000009], [1250000]))
    >>> [f"{word:016x}" for word in buffer.to_numpy()]
    ['0b00000f88000009', '0c000000001312d0']
    """

    def __cinit__(self):
        self.data = NULL
        self.size = 0
        self.capacity = 0

    def __dealloc__(self):
        free(self.data)

    cdef int reserve(self, Py_ssize_t more) except -1 nogil:
        """Makes room for `more` words behind the present end."""
        if self.size + more > self.capacity:
            self.data = <uint64_t*> grown(self.data, &self.capacity, self.size + more, sizeof(uint64_t), 64)
        return 0

    cdef int push(self, uint64_t word) except -1 nogil:
        if self.size == self.capacity:
            self.reserve(1)
        self.data[self.size] = word
        self.size += 1
        return 0

    cdef int omnibus_writes(self, const uint32_t* addresses, const uint32_t* words, const uint8_t* byte_enables, Py_ssize_t n) except -1 nogil:
        """Two messages per write; `byte_enables` has one mask of four bits per write, NULL means all four bytes."""
        cdef Py_ssize_t i
        cdef uint64_t* out
        cdef uint64_t enables = 0xf
        self.reserve(2 * n)
        out = self.data + self.size
        for i in range(n):
            if byte_enables != NULL:
                enables = byte_enables[i] & 0xf
            out[2 * i] = word_of(TO_OMNIBUS_ADDRESS, enables << 32 | addresses[i])
            out[2 * i + 1] = word_of(TO_OMNIBUS_DATA, words[i])
        self.size += 2 * n
        return 0

    cdef int omnibus_reads(self, const uint32_t* addresses, Py_ssize_t n) except -1 nogil:
        """One message per read."""
        cdef Py_ssize_t i
        cdef uint64_t* out
        self.reserve(n)
        out = self.data + self.size
        for i in range(n):
            out[i] = word_of(TO_OMNIBUS_ADDRESS, <uint64_t> 0x1f << 32 | addresses[i])
        self.size += n
        return 0

    def append(self, words not None):
        """Appends an array of words (uint64)."""
        cdef const uint64_t[::1] view = np.ascontiguousarray(words, dtype=np.uint64)
        cdef Py_ssize_t n = view.shape[0]
        if n:
            self.reserve(n)
            memcpy(self.data + self.size, &view[0], n * sizeof(uint64_t))
            self.size += n

    def to_numpy(self):
        """A copy of the words, uint64[len(self)]."""
        cdef uint64_t[::1] view
        words = np.empty(self.size, dtype=np.uint64)
        if self.size:
            view = words
            memcpy(&view[0], self.data, self.size * sizeof(uint64_t))
        return words

    def clear(self):
        """Forgets all words, keeps the memory."""
        self.size = 0

    cdef object handed_over(self):
        """The words as an array that owns them, uint64[len(self)], without copying. The buffer is empty afterwards, with no memory of its own."""
        cdef Memory memory = Memory.__new__(Memory)
        cdef void* data = realloc(self.data, max(self.size, 1) * sizeof(uint64_t))
        memory.data, memory.size = data if data != NULL else self.data, self.size
        self.data = NULL
        self.size = self.capacity = 0
        return np.asarray(memory)

    def __len__(self):
        return self.size
