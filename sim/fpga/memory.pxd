cimport cython
from libc.stdint cimport uint32_t

from hicannx_sim.chip.far_memory cimport FarMemory

cdef enum:
    PAGE_BITS = 12
    PAGES = 1 << 14


@cython.final
cdef class ExternalMemory(FarMemory):
    cdef uint32_t sram_base, sram_words, dram_base, dram_words
    cdef uint32_t* sram
    cdef uint32_t* page[PAGES]          # words of the DRAM's pages, NULL for those that nobody wrote
    cdef readonly object sram_array
    cdef readonly dict dram             # page number -> uint32[1 << PAGE_BITS]

    cdef inline bint has(self, uint32_t address) noexcept nogil:
        """There is a word at this address of the omnibus."""
        return address - self.sram_base < self.sram_words or address - self.dram_base < self.dram_words

    cdef uint32_t wrapped(self, uint32_t address) noexcept nogil
    cdef uint32_t load(self, uint32_t address) noexcept nogil
    cdef void store(self, uint32_t address, uint32_t data, uint32_t lanes) noexcept nogil


cdef inline uint32_t lanes_of(int byte_enables) noexcept nogil:
    """Bit mask of the enabled bytes."""
    if byte_enables == 0xf:
        return 0xffffffffu
    return (byte_enables & 1) * 0xffu | (byte_enables >> 1 & 1) * 0xff00u | (byte_enables >> 2 & 1) * 0xff0000u | (byte_enables >> 3 & 1) * 0xff000000u
