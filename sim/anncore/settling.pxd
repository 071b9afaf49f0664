from libc.stdint cimport int16_t, int64_t, uint16_t

from hicannx_sim.base.capmem cimport CAPMEM_BLOCKS, CAPMEM_CELLS

cdef enum:
    ALL_CELLS = CAPMEM_BLOCKS * CAPMEM_CELLS


cdef struct SettlingState:
    double level[ALL_CELLS]             # what a cell holds, in codes
    uint16_t aim[ALL_CELLS]             # where it goes
    bint moves[ALL_CELLS]
    int16_t moving[ALL_CELLS]           # the cells that do, in the order in which they began to
    int n_moving
    int64_t due                         # tick of the next refresh


cdef class Settling:
    cdef SettlingState s

    cdef void clear(self) noexcept nogil
    cdef void move(self, int cell, uint16_t code, int64_t now) noexcept nogil
    cdef int refresh(self, int16_t* changed, const uint16_t* cells) noexcept nogil
    cdef uint16_t code(self, int cell) noexcept nogil
