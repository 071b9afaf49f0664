"""The FPGA's own part of the omnibus: its registers, laid out by table.py, and its memories. Time in FPGA cycles.

Registers are stored here. What reading or writing one does beyond that is done by the block that has attached itself to its row.
"""

cimport cython
from libc.stdint cimport int64_t, uint8_t, uint32_t

from hicannx_sim.base.state cimport view
from hicannx_sim.fpga.memory cimport lanes_of

import logging

import numpy as np

from hicannx_sim.base.errors import UndefinedAccess
from hicannx_sim.base.numbers import number
from hicannx_sim.fpga import table

cdef enum:
    ADDRESSES_COUNTED = 65536

_MEMORIES = ("external SRAM", "external DRAM")
_GAP = 0x8000       # words between two registers, above which they are in different banks
_log = logging.getLogger("hicannx_sim.fpga")


@cython.no_gc_clear
cdef class RegisterBlock:
    """See the declaration."""

    def __dealloc__(self):
        cdef int row
        if self.registers is not None:
            for row in range(MAX_ROWS):
                if self.registers.rows[row].block == <void*> self:
                    self.registers.rows[row].block = NULL

    cdef int attach(self, RegisterFile registers, str name) except -1:
        """The file does not keep the block alive: the block keeps the file."""
        cdef int row = registers._number(name)
        self.registers = registers
        registers.rows[row].block = <void*> self
        return row

    cdef int64_t free_from(self, int row) noexcept nogil:
        return 0

    cdef bint affects_events(self, int row, uint32_t before, uint32_t data) noexcept nogil:
        return False

    cdef int64_t write(self, int row, uint32_t index, uint32_t before, uint32_t data, int64_t cycle) except -1 nogil:
        return 0

    cdef int64_t read(self, int row, uint32_t index, int64_t cycle, uint32_t* data) except -1 nogil:
        data[0] = 0
        return cycle


def _stretches(rows):
    """(first address, words) of the parts of the address space in which the rows stand."""
    rows = sorted(rows, key=lambda row: row.address)
    first, end = rows[0].address, rows[0].end
    for row in rows:
        if row.address - end > _GAP:
            yield first, end - first
            first = row.address
        end = max(end, row.end)
    yield first, end - first


@cython.final
cdef class RegisterFile:
    """All registers and memories of the FPGA of a `setup` ("cube" or "jboa") with the identification `device_dna` (57 bits).

    `strict`: an access to an address without register raises UndefinedAccess; otherwise it reads 0, is counted in `faults` (for
    the first 65536 of them) and `n_faults`, and these are logged once per address to the logger `hicannx_sim.fpga`.
    """

    def __init__(self, bint strict=False, setup="cube", device_dna=0):
        self.strict = strict
        self.table = table.registers_of(setup)
        self.memory = ExternalMemory()
        self.write_latency, self.read_latency = number("fpga_write"), number("fpga_read")
        self.faults, self._banks = {}, []
        rows = [row for row in self.table if row.name not in _MEMORIES]
        for base, size in _stretches(rows):
            self._add_bank(base, size)
        for n, row in enumerate(self.table):
            if row.name not in _MEMORIES:
                self._add_row(n + 1, row)
        self._store("device DNA high", device_dna >> 32)
        self._store("device DNA low", device_dna & 0xffffffff)

    def _add_bank(self, base, size):
        cdef uint32_t[::1] words = np.zeros(size, np.uint32)
        cdef uint8_t[::1] rows = np.zeros(size, np.uint8)
        self._banks.append((np.asarray(words), np.asarray(rows)))
        self.bank[self.n_banks] = Bank(base, size, &words[0], &rows[0])
        self.n_banks += 1

    def _add_row(self, int n, row):
        cdef Row* info = &self.rows[n]
        kept = row.access == "rw" and not row.volatile
        info.flags = (READABLE if "r" in row.access else 0) | (WRITABLE if "w" in row.access else 0) | (KEPT if kept else 0)
        info.flags |= (VOLATILE if row.volatile else 0) | (EFFECT if row.effect else 0)
        info.address, info.stride, info.mask = row.address, row.stride, (1 << row.width) - 1
        for bank, (words, rows) in enumerate(self._banks):
            first = row.address - self.bank[<int> bank].base
            if 0 <= first < len(words):
                place = slice(first, first + row.count * row.stride, row.stride)
                rows[place], words[place] = n, row.reset
                info.word = self.bank[<int> bank].word + <uint32_t> first

    def _store(self, name, value):
        self.rows[self._number(name)].word[0] = value

    def reset_row(self, name):
        """The registers of a row are as after power-on."""
        row = self.table[self._number(name) - 1]
        for bank, (words, _) in enumerate(self._banks):
            first = row.address - self.bank[<int> bank].base
            if 0 <= first < len(words):
                words[first : first + row.count * row.stride : row.stride] = row.reset

    def _number(self, name):
        return next(n + 1 for n, row in enumerate(self.table) if row.name == name)

    cdef const uint32_t* words(self, str name) except NULL:
        """The stored words of a row."""
        return self.rows[<int> self._number(name)].word

    # -- accesses

    cdef int64_t free_from(self, int row) noexcept nogil:
        """Cycle from which a row that is served takes an access."""
        return (<RegisterBlock> self.rows[row].block).free_from(row)

    cdef bint affects_events(self, int row, uint32_t address, uint32_t data) noexcept nogil:
        """Writing `data` to a row that is served changes what becomes of events: those before it must be on their way."""
        cdef Row* info = &self.rows[row]
        return info.flags & EFFECT and (<RegisterBlock> info.block).affects_events(row, info.word[address - info.address], data)

    cdef int64_t write(self, int row, uint32_t address, uint32_t data, int byte_enables, int64_t cycle, int64_t instruction) except -1 nogil:
        """Returns the cycle at which the access is finished. Bits beyond a register's width are lost, a read-only one ignores the write."""
        cdef Row* info = &self.rows[row]
        cdef uint32_t* cell
        cdef uint32_t before, lanes
        cdef int64_t done = 0
        if row == MEMORY:
            self.memory.store(address, data, lanes_of(byte_enables))
            return cycle + self.write_latency
        self.instruction = instruction
        if row == NO_ROW:
            self.fault(address, False)
            return cycle + self.write_latency
        cell = info.word + (address - info.address)
        before = cell[0]
        if info.flags & KEPT:
            lanes = lanes_of(byte_enables) & info.mask
            data = (before & ~lanes) | (data & lanes)
            cell[0] = data
        if info.flags & EFFECT and info.block != NULL:
            done = (<RegisterBlock> info.block).write(row, (address - info.address) // info.stride, before, data, cycle)
        return done if done else cycle + self.write_latency

    cdef int64_t read(self, int row, uint32_t address, int64_t cycle, int64_t instruction, uint32_t* data) except -1 nogil:
        """Returns the cycle at which the response is there; a write-only register reads 0."""
        cdef Row* info = &self.rows[row]
        if row == MEMORY:
            data[0] = self.memory.load(address)
            return cycle + self.read_latency
        self.instruction = instruction
        data[0] = 0
        if row == NO_ROW:
            self.fault(address, True)
        elif info.flags & VOLATILE and info.block != NULL:
            cycle = (<RegisterBlock> info.block).read(row, (address - info.address) // info.stride, cycle, data)
        elif info.flags & READABLE:
            data[0] = info.word[address - info.address]
        return cycle + self.read_latency

    cdef int fault(self, uint32_t address, bint is_read) except -1 nogil:
        """Nobody is there for the access that is being served."""
        with gil:
            if self.strict:
                raise UndefinedAccess(address, self.instruction, is_read)
            key = (address, is_read)
            if key not in self.faults and (address, not is_read) not in self.faults and len(self.faults) < ADDRESSES_COUNTED:
                _log.warning(
                    "%s address 0x%08x: no such register on this FPGA (instruction %d)",
                    "read from" if is_read else "write to", address, self.instruction,
                )
            if key in self.faults or len(self.faults) < ADDRESSES_COUNTED:
                self.faults[key] = self.faults.get(key, 0) + 1
            self.n_faults += 1
        return 0

    def write_word(self, uint32_t address, uint32_t data, int byte_enables=0xf, int64_t cycle=0):
        """A write at a cycle; returns the cycle at which it is finished."""
        return self.write(self.row_at(address), address, data, byte_enables, cycle, -1)

    def read_word(self, uint32_t address, int64_t cycle=0):
        """What a read at a cycle returns."""
        cdef uint32_t data = 0
        self.read(self.row_at(address), address, cycle, -1, &data)
        return data

    def arrays(self):
        """The stored words, and how many accesses went to nothing (their addresses are a log)."""
        banks = {f"{self.bank[<int> n].base:#010x}": words for n, (words, _) in enumerate(self._banks)}
        return {"n_faults": view(&self.n_faults, sizeof(self.n_faults), "i8"), **banks}
