cimport cython
from libc.stdint cimport int64_t, uint32_t

from hicannx_sim.chip.link cimport N_PHYS, Link
from hicannx_sim.fpga.registers cimport RegisterBlock


cdef struct PHYState:
    uint32_t forced_down                    # PHYs that stay down whatever the registers say
    int64_t written, read                   # packets of the omnibus to and from the chip
    int64_t repeated_to_chip, repeated_from_chip
    int64_t crc_errors[N_PHYS]
    int64_t dropped[N_PHYS]                 # events from the chip lost on purpose


@cython.final
cdef class PHYBlock(RegisterBlock):
    cdef PHYState s
    cdef readonly Link link
    cdef int enable, config, crc, online, dropped, sent, received, arq
    cdef const uint32_t* mask

    cdef void force_down(self, uint32_t phys, int64_t cycle) noexcept nogil
    cdef void damaged(self, int phy) noexcept nogil
    cdef void drop(self, int phy) noexcept nogil
    cdef uint32_t counter(self, int row, uint32_t index, int64_t tick) noexcept nogil
