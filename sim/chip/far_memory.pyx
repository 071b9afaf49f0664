"""What the chip expects of memories beside it."""


cdef class FarMemory:
    cdef bint holds(self, uint32_t address) noexcept nogil:
        """There is a word at this address."""
        return False

    cdef uint32_t load_far(self, uint32_t address) noexcept nogil:
        return 0

    cdef void store_far(self, uint32_t address, uint32_t data, int byte_enables) noexcept nogil:
        pass
