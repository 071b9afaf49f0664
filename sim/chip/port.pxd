from libc.stdint cimport int64_t, uint32_t

from hicannx_sim.chip.chip cimport Chip
from hicannx_sim.chip.link cimport Link


cdef class Port:
    cdef readonly Chip chip
    cdef readonly Link link
    cdef readonly object pll

    cdef bint serves(self, uint32_t address) noexcept nogil
    cdef void write(self, uint32_t address, uint32_t data, int byte_enables, int64_t tick) noexcept nogil
    cdef uint32_t read(self, uint32_t address, int64_t tick) noexcept nogil
    cdef void clock_write(self, uint32_t address, uint32_t data, int64_t tick) noexcept nogil
    cdef uint32_t clock_read(self, uint32_t address, int64_t tick) noexcept nogil
    cdef void reset(self, bint asserted, int64_t tick) noexcept nogil
    cdef void power_clocks(self, bint powered, int64_t tick) noexcept nogil
    cdef void follow_clocks(self, int64_t tick)
    cdef void pll_write(self, uint32_t register, uint32_t word, int64_t tick) noexcept nogil
    cdef uint32_t pll_read(self, uint32_t register, int64_t tick) noexcept nogil
