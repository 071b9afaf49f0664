from libc.stdint cimport int64_t, uint32_t, uint64_t

from hicannx_sim.chip.port cimport Port

cdef enum:
    INSTRUCTION_BITS = 7
    MAX_BITS = 33           # of a scan, and of a data register


cdef struct TAPState:
    int instruction         # instruction register
    bint in_reset
    # -- data registers
    uint32_t pll_target     # 4 bits
    uint64_t address        # 33 bits: [31:0] omnibus address, [32] read
    uint32_t data           # omnibus data, written and read
    int64_t n_unknown       # scans of instructions without a modelled register


cdef class TAP:
    cdef TAPState s
    cdef readonly Port port

    cdef void reset(self) noexcept nogil
    cdef void set_reset(self, bint asserted) noexcept nogil
    cdef void select(self, int instruction) noexcept nogil
    cdef uint64_t scan(self, uint64_t bits, int n, int64_t tick) noexcept nogil
    cdef int length(self) noexcept nogil
    cdef uint64_t capture(self, int64_t tick) noexcept nogil
    cdef void update(self, uint64_t value, int64_t tick) noexcept nogil
    cdef void request(self, int64_t tick) noexcept nogil
