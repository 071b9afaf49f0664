cimport cython
from libc.stdint cimport int64_t, uint8_t, uint32_t

from hicannx_sim.fpga.memory cimport ExternalMemory

cdef enum:
    MAX_BANKS = 4
    MAX_ROWS = 64
    NO_ROW = 0              # there is no register at an address
    MEMORY = 63             # one of the memories is

cdef enum:
    # flags of a row
    READABLE = 1
    WRITABLE = 2
    KEPT = 4                # what is written is stored; else the block gets all of it
    VOLATILE = 8            # reading asks the block
    EFFECT = 16             # writing tells the block


cdef class RegisterFile


cdef class RegisterBlock:
    """A block of the FPGA with registers: what reading and writing them does stands in its own file. It attaches itself to its rows of the
    table. index: which register of a row. Cycles are FPGA cycles."""
    cdef RegisterFile registers

    # from now on it serves the row of this name; returns the row's number
    cdef int attach(self, RegisterFile registers, str name) except -1
    # cycle from which it takes another access
    cdef int64_t free_from(self, int row) noexcept nogil
    # whether writing `data` over `before` changes what becomes of events: those before it must be on their way
    cdef bint affects_events(self, int row, uint32_t before, uint32_t data) noexcept nogil
    # after a write at `cycle`; returns the cycle at which it is finished, 0: as with any register
    cdef int64_t write(self, int row, uint32_t index, uint32_t before, uint32_t data, int64_t cycle) except -1 nogil
    # a volatile register; returns the cycle at which the block has its value
    cdef int64_t read(self, int row, uint32_t index, int64_t cycle, uint32_t* data) except -1 nogil


cdef struct Bank:
    # a stretch of the address space with registers
    uint32_t base, size
    uint32_t* word
    uint8_t* row            # number of the row at each address, NO_ROW


cdef struct Row:
    # a row of the table
    int flags
    uint32_t address, stride
    uint32_t mask           # bits that exist
    void* block             # RegisterBlock, NULL: it is only stored
    uint32_t* word          # of the first address


@cython.final
cdef class RegisterFile:
    cdef readonly ExternalMemory memory
    cdef readonly bint strict
    cdef Bank bank[MAX_BANKS]
    cdef int n_banks
    cdef Row rows[MAX_ROWS]
    cdef readonly tuple table           # rows of table.py; row n of it is rows[n + 1]
    cdef list _banks                    # (words, rows) of each bank
    cdef int64_t write_latency, read_latency
    cdef int64_t instruction            # that does the access
    cdef readonly dict faults           # (address, is_read) -> number of accesses to nothing
    cdef readonly int64_t n_faults      # accesses to nothing, all of them

    cdef const uint32_t* words(self, str name) except NULL
    cdef inline bint is_served(self, int row) noexcept nogil:
        """A block has attached itself to this row."""
        return self.rows[row].block != NULL

    cdef inline int row_at(self, uint32_t address) noexcept nogil:
        """The row of an address; MEMORY or NO_ROW."""
        cdef int i
        for i in range(self.n_banks):
            if address - self.bank[i].base < self.bank[i].size:
                return self.bank[i].row[address - self.bank[i].base]
        return MEMORY if self.memory.has(address) else NO_ROW

    cdef int64_t free_from(self, int row) noexcept nogil
    cdef bint affects_events(self, int row, uint32_t address, uint32_t data) noexcept nogil
    cdef int64_t write(self, int row, uint32_t address, uint32_t data, int byte_enables, int64_t cycle, int64_t instruction) except -1 nogil
    cdef int64_t read(self, int row, uint32_t address, int64_t cycle, int64_t instruction, uint32_t* data) except -1 nogil
    cdef int fault(self, uint32_t address, bint is_read) except -1 nogil
