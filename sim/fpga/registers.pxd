from libc.stdint cimport int64_t, uint8_t, uint16_t, uint32_t

from hicannx_sim.chip.far_memory cimport FarMemory

cdef enum:
    SMALL_WORDS = 0x10000
    SRAM_WORDS = 0x8000
    SPIKE_IO_WORDS = 0x18001
    ROUTING_WORDS = 0x20000
    DRAM_PAGE_BITS = 12
    DRAM_PAGES = 1 << 14
    ROUTING_OUTPUTS = 0x10000   # offset of the output table, behind the input table

cdef enum Kind:
    DEFINED = 1
    READABLE = 2
    WRITABLE = 4
    VOLATILE = 8
    EFFECT = 16


cdef class RegisterFile(FarMemory):
    # -- values; SRAM, single registers, spike I/O, routing tables
    cdef uint32_t* sram
    cdef uint32_t* small
    cdef uint32_t* spike_io
    cdef uint32_t* routing
    cdef readonly object sram_array
    cdef readonly object small_array
    cdef readonly object spike_io_array
    cdef readonly object routing_array
    cdef readonly dict dram             # page number -> uint32[DRAM_PAGE], the pages that were written to
    cdef uint32_t* page[DRAM_PAGES]     # their words
    cdef readonly dict faults           # (address, is_read) -> number of accesses to nothing
    cdef readonly int64_t n_faults      # accesses to nothing, all of them
    # -- what the registers are
    cdef uint8_t small_kind[SMALL_WORDS]
    cdef uint32_t small_mask[SMALL_WORDS]
    cdef uint8_t* spike_io_kind
    cdef uint32_t* spike_io_mask
    cdef uint8_t* routing_kind
    cdef uint32_t* routing_mask
    cdef object _kinds, _masks, _rows
    cdef readonly bint strict

    cdef int kind(self, uint32_t address) noexcept nogil
    cdef uint32_t peek(self, uint32_t address) noexcept nogil
    cdef int store(self, uint32_t address, uint32_t data, int byte_enables, int64_t instruction) except -1 nogil
    cdef int load(self, uint32_t address, int64_t instruction, uint32_t* data) except -1 nogil
    cdef int fault(self, uint32_t address, bint is_read, int64_t instruction) except -1 nogil
    cdef void dram_store(self, uint32_t offset, uint32_t data, uint32_t lanes) noexcept nogil
    cdef uint32_t dram_load(self, uint32_t offset) noexcept nogil
