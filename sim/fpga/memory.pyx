"""The memories beside the chip, SRAM and DRAM, which host and plasticity processors share: 32-bit words by the FPGA's omnibus address.

The DRAM is kept in pages; what was never written is 0. Accuracy: exact, but for what a processor finds between the end of the SRAM and the
DRAM: the SRAM again, which is inferred from tests that store there and read back. (facts: transport 3.1)
"""

cimport cython
from libc.string cimport memset

import numpy as np

from hicannx_sim.fpga import table


@cython.final
cdef class ExternalMemory(FarMemory):
    """`sram_array`: uint32[words]. `dram`: page number -> uint32[words of a page], of the pages that were written to."""

    def __init__(self):
        sram, dram = table.named("external SRAM"), table.named("external DRAM")
        self.sram_base, self.sram_words, self.dram_base, self.dram_words = sram.address, sram.count, dram.address, dram.count
        if dram.count > PAGES << PAGE_BITS:
            raise ValueError(f"a DRAM of {dram.count} words has more pages than there is room for")
        cdef uint32_t[::1] words
        self.sram_array = words = np.zeros(sram.count, np.uint32)
        self.sram = &words[0]
        self.dram = {}

    cdef uint32_t load(self, uint32_t address) noexcept nogil:
        cdef uint32_t offset = address - self.dram_base
        cdef const uint32_t* page
        if address - self.sram_base < self.sram_words:
            return self.sram[address - self.sram_base]
        page = self.page[offset >> PAGE_BITS]
        return 0 if page == NULL else page[offset & ((1 << PAGE_BITS) - 1)]

    cdef void store(self, uint32_t address, uint32_t data, uint32_t lanes) noexcept nogil:
        cdef uint32_t offset = address - self.dram_base
        cdef uint32_t* cell
        if address - self.sram_base < self.sram_words:
            cell = self.sram + (address - self.sram_base)
        else:
            if self.page[offset >> PAGE_BITS] == NULL:
                with gil:
                    self.open_page(offset >> PAGE_BITS)
            cell = self.page[offset >> PAGE_BITS] + (offset & ((1 << PAGE_BITS) - 1))
        cell[0] = (cell[0] & ~lanes) | (data & lanes)

    # -- as the plasticity processors see them

    cdef uint32_t wrapped(self, uint32_t address) noexcept nogil:
        """The word behind an address: up to the DRAM the SRAM appears again and again, since its upper address lines lead nowhere."""
        if self.sram_base <= address < self.dram_base:
            return self.sram_base + (address - self.sram_base) % self.sram_words
        return address

    cdef bint holds(self, uint32_t address) noexcept nogil:
        return self.has(self.wrapped(address))

    cdef uint32_t load_far(self, uint32_t address) noexcept nogil:
        return self.load(self.wrapped(address))

    cdef void store_far(self, uint32_t address, uint32_t data, int byte_enables) noexcept nogil:
        self.store(self.wrapped(address), data, lanes_of(byte_enables))

    def open_page(self, int number):
        """A page of the DRAM gets memory."""
        cdef uint32_t[::1] words
        self.dram[number] = words = np.zeros(1 << PAGE_BITS, np.uint32)
        self.page[number] = &words[0]

    def close_pages(self):
        """The DRAM is empty."""
        self.dram = {}
        memset(self.page, 0, sizeof(self.page))

    def arrays(self):
        """The SRAM, and the pages of the DRAM that were written to."""
        return {"sram": self.sram_array, **{f"dram {page}": words for page, words in self.dram.items()}}

    def resize_arrays(self, sizes):
        """Room for these pages of the DRAM."""
        pages = [int(name.removeprefix("dram ")) for name in sizes if name.startswith("dram ")]
        self.close_pages()
        for page in pages:
            self.open_page(page)
