from libc.stdint cimport uint32_t


cdef class FarMemory:
    """Memories beside the chip that the plasticity processors reach over the link: 32-bit words by the FPGA's omnibus address.

    This one has none of them; the FPGA brings its own.
    """
    cdef bint holds(self, uint32_t address) noexcept nogil
    cdef uint32_t load_far(self, uint32_t address) noexcept nogil
    cdef void store_far(self, uint32_t address, uint32_t data, int byte_enables) noexcept nogil
