"""Storage of the FPGA's registers, built from the table in table.py.

What happens beyond storing (timers, counters, buses, gates) is done by the executor; `kind` tells it where.
"""

from libc.stdint cimport int64_t, uint8_t, uint16_t, uint32_t
from libc.string cimport memset

from hicannx_sim.base.state cimport longs

import logging

import numpy as np

from hicannx_sim.base.errors import UndefinedAccess
from hicannx_sim.fpga import table

cdef enum:
    SMALL_BASE = 0x88000000u
    SPIKE_IO_BASE = 0x88020000u
    ROUTING_BASE = 0x880c0000u
    SRAM_BASE = 0x80000000u
    DRAM_BASE = 0x84000000u
    DRAM_END = 0x88000000u
    ADDRESSES_COUNTED = 65536

# the same for Python expressions, where a C enumerator above 2**31 would turn negative
_SMALL = range(table.SMALL_BASE, table.SMALL_BASE + table.SMALL_WORDS)
_SPIKE_IO = range(table.SPIKE_IO_BASE, table.SPIKE_IO_BASE + table.SPIKE_IO_WORDS)
_ROUTING = range(table.ROUTING_BASE, table.ROUTING_BASE + table.ROUTING_WORDS)
_log = logging.getLogger("hicannx_sim.fpga")


cdef inline uint32_t lanes_of(int byte_enables) noexcept nogil:
    """Bit mask of the enabled bytes."""
    cdef uint32_t lanes = 0
    if byte_enables == 0xf:
        return 0xffffffffu
    if byte_enables & 1:
        lanes |= 0xff
    if byte_enables & 2:
        lanes |= 0xff00
    if byte_enables & 4:
        lanes |= 0xff0000
    if byte_enables & 8:
        lanes |= 0xff000000u
    return lanes


cdef class RegisterFile:
    """Values of all registers and memories of the FPGA of a `setup` ("cube" or "jboa").

    `strict`: an access to an address without register raises UndefinedAccess; otherwise it reads 0, is counted in `faults` (for
    the first 65536 of them) and `n_faults`, and these are logged once per address to the logger `hicannx_sim.fpga`.
    """

    def __init__(self, bint strict=False, setup="cube"):
        cdef uint32_t[::1] sram, small, spike_io, routing, spike_io_masks, routing_masks
        cdef uint8_t[::1] spike_io_kinds, routing_kinds
        self.strict = strict
        self._rows = table.registers_of(setup)
        self.sram_array = sram = np.zeros(SRAM_WORDS, np.uint32)
        self.small_array = small = np.zeros(SMALL_WORDS, np.uint32)
        self.spike_io_array = spike_io = np.zeros(SPIKE_IO_WORDS, np.uint32)
        self.routing_array = routing = np.zeros(ROUTING_WORDS, np.uint32)
        spike_io_kinds, routing_kinds = self._kinds = (np.zeros(SPIKE_IO_WORDS, np.uint8), np.zeros(ROUTING_WORDS, np.uint8))
        spike_io_masks, routing_masks = self._masks = (np.zeros(SPIKE_IO_WORDS, np.uint32), np.zeros(ROUTING_WORDS, np.uint32))
        self.sram, self.small, self.spike_io, self.routing = &sram[0], &small[0], &spike_io[0], &routing[0]
        self.spike_io_kind, self.spike_io_mask = &spike_io_kinds[0], &spike_io_masks[0]
        self.routing_kind, self.routing_mask = &routing_kinds[0], &routing_masks[0]
        self._lay_out()
        self.power_on()

    def _lay_out(self):
        """What is where, from the table."""
        for row in self._rows:
            kind = DEFINED | (READABLE if "r" in row.access else 0) | (WRITABLE if "w" in row.access else 0)
            kind |= (VOLATILE if row.volatile else 0) | (EFFECT if row.effect else 0)
            mask = (1 << row.width) - 1
            if row.address in _SMALL:
                for address in row.addresses():
                    self.small_kind[address - _SMALL.start] = kind
                    self.small_mask[address - _SMALL.start] = mask
            for block, place in enumerate((_SPIKE_IO, _ROUTING)):
                if row.address in place:
                    part = slice(row.address - place.start, row.address - place.start + row.count)
                    self._kinds[block][part] = kind
                    self._masks[block][part] = mask

    def power_on(self):
        """All registers at their reset values, memories 0, no faults counted."""
        self.sram_array[:] = 0
        self.close_pages()
        self.faults = {}
        self.n_faults = 0
        for row in self._rows:
            for values, place in ((self.small_array, _SMALL), (self.spike_io_array, _SPIKE_IO), (self.routing_array, _ROUTING)):
                if row.address in place:
                    first = row.address - place.start
                    values[first : first + row.count * row.stride : row.stride] = row.reset

    def reset_routing(self):
        """The routing tables between FPGAs as after power-on."""
        for row in self._rows:
            if row.address in _ROUTING:
                first = row.address - _ROUTING.start
                self.routing_array[first : first + row.count * row.stride : row.stride] = row.reset

    cdef int kind(self, uint32_t address) noexcept nogil:
        """Flags of the register at `address`, 0 if there is none."""
        if address - <uint32_t> SMALL_BASE < SMALL_WORDS:
            return self.small_kind[address - <uint32_t> SMALL_BASE]
        if address - <uint32_t> SRAM_BASE < SRAM_WORDS or <uint32_t> DRAM_BASE <= address < <uint32_t> DRAM_END:
            return DEFINED | READABLE | WRITABLE
        if address - <uint32_t> SPIKE_IO_BASE < SPIKE_IO_WORDS:
            return self.spike_io_kind[address - <uint32_t> SPIKE_IO_BASE]
        if address - <uint32_t> ROUTING_BASE < ROUTING_WORDS:
            return self.routing_kind[address - <uint32_t> ROUTING_BASE]
        return 0

    cdef uint32_t peek(self, uint32_t address) noexcept nogil:
        """Stored value of a single register, a spike I/O register or a routing entry; 0 elsewhere."""
        if address - <uint32_t> SMALL_BASE < SMALL_WORDS:
            return self.small[address - <uint32_t> SMALL_BASE]
        if address - <uint32_t> SPIKE_IO_BASE < SPIKE_IO_WORDS:
            return self.spike_io[address - <uint32_t> SPIKE_IO_BASE]
        if address - <uint32_t> ROUTING_BASE < ROUTING_WORDS:
            return self.routing[address - <uint32_t> ROUTING_BASE]
        return 0

    cdef int store(self, uint32_t address, uint32_t data, int byte_enables, int64_t instruction) except -1 nogil:
        """Stores the enabled bytes; bits beyond the register's width are lost, a read-only register ignores the write."""
        cdef uint32_t lanes = lanes_of(byte_enables), offset
        cdef uint32_t* cell
        if address - <uint32_t> SRAM_BASE < SRAM_WORDS:
            cell = self.sram + (address - <uint32_t> SRAM_BASE)
        elif address - <uint32_t> SMALL_BASE < SMALL_WORDS:
            offset = address - <uint32_t> SMALL_BASE
            if not self.small_kind[offset] & DEFINED:
                return self.fault(address, False, instruction)
            lanes &= self.small_mask[offset] if self.small_kind[offset] & WRITABLE else 0
            cell = self.small + offset
        elif <uint32_t> DRAM_BASE <= address < <uint32_t> DRAM_END:
            self.dram_store(address - <uint32_t> DRAM_BASE, data, lanes)
            return 0
        elif address - <uint32_t> SPIKE_IO_BASE < SPIKE_IO_WORDS and self.spike_io_kind[address - <uint32_t> SPIKE_IO_BASE]:
            offset = address - <uint32_t> SPIKE_IO_BASE
            lanes &= self.spike_io_mask[offset]
            cell = self.spike_io + offset
        elif address - <uint32_t> ROUTING_BASE < ROUTING_WORDS and self.routing_kind[address - <uint32_t> ROUTING_BASE]:
            offset = address - <uint32_t> ROUTING_BASE
            lanes &= self.routing_mask[offset]
            cell = self.routing + offset
        else:
            return self.fault(address, False, instruction)
        cell[0] = (cell[0] & ~lanes) | (data & lanes)
        return 0

    cdef int load(self, uint32_t address, int64_t instruction, uint32_t* data) except -1 nogil:
        """The stored value; a write-only register reads 0."""
        cdef uint32_t offset
        data[0] = 0
        if address - <uint32_t> SRAM_BASE < SRAM_WORDS:
            data[0] = self.sram[address - <uint32_t> SRAM_BASE]
        elif address - <uint32_t> SMALL_BASE < SMALL_WORDS:
            offset = address - <uint32_t> SMALL_BASE
            if not self.small_kind[offset] & DEFINED:
                return self.fault(address, True, instruction)
            if self.small_kind[offset] & READABLE:
                data[0] = self.small[offset]
        elif <uint32_t> DRAM_BASE <= address < <uint32_t> DRAM_END:
            data[0] = self.dram_load(address - <uint32_t> DRAM_BASE)
        elif address - <uint32_t> SPIKE_IO_BASE < SPIKE_IO_WORDS and self.spike_io_kind[address - <uint32_t> SPIKE_IO_BASE]:
            data[0] = self.spike_io[address - <uint32_t> SPIKE_IO_BASE]
        elif address - <uint32_t> ROUTING_BASE < ROUTING_WORDS and self.routing_kind[address - <uint32_t> ROUTING_BASE]:
            data[0] = self.routing[address - <uint32_t> ROUTING_BASE]
        else:
            return self.fault(address, True, instruction)
        return 0

    cdef int fault(self, uint32_t address, bint is_read, int64_t instruction) except -1 nogil:
        with gil:
            if self.strict:
                raise UndefinedAccess(address, instruction, is_read)
            key = (address, is_read)
            if key not in self.faults and (address, not is_read) not in self.faults and len(self.faults) < ADDRESSES_COUNTED:
                _log.warning("%s address 0x%08x: no such register on this FPGA (instruction %d)", "read from" if is_read else "write to", address, instruction)
            if key in self.faults or len(self.faults) < ADDRESSES_COUNTED:
                self.faults[key] = self.faults.get(key, 0) + 1
            self.n_faults += 1
        return 0

    # -- the memories, which the plasticity processors use as well

    cdef bint holds(self, uint32_t address) noexcept nogil:
        return address - <uint32_t> SRAM_BASE < SRAM_WORDS or <uint32_t> DRAM_BASE <= address < <uint32_t> DRAM_END

    cdef uint32_t load_far(self, uint32_t address) noexcept nogil:
        if address < <uint32_t> DRAM_BASE:
            return self.sram[address - <uint32_t> SRAM_BASE]
        return self.dram_load(address - <uint32_t> DRAM_BASE)

    cdef void store_far(self, uint32_t address, uint32_t data, int byte_enables) noexcept nogil:
        cdef uint32_t lanes = lanes_of(byte_enables)
        cdef uint32_t* cell
        if address >= <uint32_t> DRAM_BASE:
            self.dram_store(address - <uint32_t> DRAM_BASE, data, lanes)
            return
        cell = self.sram + (address - <uint32_t> SRAM_BASE)
        cell[0] = (cell[0] & ~lanes) | (data & lanes)

    cdef void dram_store(self, uint32_t offset, uint32_t data, uint32_t lanes) noexcept nogil:
        cdef uint32_t* cell
        if self.page[offset >> DRAM_PAGE_BITS] == NULL:
            with gil:
                self.open_page(offset >> DRAM_PAGE_BITS)
        cell = self.page[offset >> DRAM_PAGE_BITS] + (offset & ((1 << DRAM_PAGE_BITS) - 1))
        cell[0] = (cell[0] & ~lanes) | (data & lanes)

    cdef uint32_t dram_load(self, uint32_t offset) noexcept nogil:
        cdef const uint32_t* page = self.page[offset >> DRAM_PAGE_BITS]
        return 0 if page == NULL else page[offset & ((1 << DRAM_PAGE_BITS) - 1)]

    def open_page(self, number):
        """A page of the DRAM gets memory."""
        cdef uint32_t[::1] words
        self.dram[number] = words = np.zeros(1 << DRAM_PAGE_BITS, np.uint32)
        self.page[<int> number] = &words[0]

    def close_pages(self):
        """The DRAM is empty."""
        self.dram = {}
        memset(self.page, 0, sizeof(self.page))

    def arrays(self):
        """Registers and memories: of the DRAM the pages that were written to; of accesses to nothing their number, not the addresses."""
        pages = {f"dram {page}": words for page, words in self.dram.items()}
        return {
            "sram": self.sram_array, "small": self.small_array, "spike_io": self.spike_io_array, "routing": self.routing_array,
            "n_faults": longs(&self.n_faults, sizeof(self.n_faults)), **pages,
        }

    def resize_arrays(self, sizes):
        """Room for these pages of the DRAM."""
        pages = [int(name.removeprefix("dram ")) for name in sizes if name.startswith("dram ")]
        self.close_pages()
        for page in pages:
            self.open_page(page)
