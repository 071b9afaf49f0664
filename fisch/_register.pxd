"""Containers of the wire, for compiled code."""

from libc.stdint cimport int64_t, uint8_t, uint32_t


cdef class Kind:
    """What all instances of one container class have in common."""

    cdef readonly object container       # class
    cdef readonly object coordinate      # class
    cdef readonly int backend
    cdef readonly bint readable, writable
    cdef readonly int labels             # words per access of a spike pack, else 0
    cdef readonly bint valued            # it has a value at all
    cdef readonly bint enables           # the value has byte enables

    cdef inline int words(self) noexcept nogil:
        """Words per access."""
        return self.labels if self.labels else 1

    cdef inline uint8_t unpack(self, int64_t raw, uint32_t* words) noexcept nogil:
        """Writes the words of a value and returns its byte enables."""
        cdef int i
        if self.labels == 0:
            words[0] = <uint32_t> raw
            return <uint8_t> (raw >> 32) if self.enables else 0xf
        for i in range(self.labels):
            words[i] = <uint32_t> (raw >> 16 * (self.labels - 1 - i) & 0xffff)
        return 0xf


cdef class RawRegister:
    """One value. `raw`: the number; with byte enables these in bits 35 to 32; of several labels the first is the most significant."""

    cdef int64_t raw


cdef Kind kind_of(object container)
cdef Kind kind_at(object coordinate)
cdef RawRegister register_of_word(Kind kind, uint32_t word)
