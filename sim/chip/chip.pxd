cimport cython
from libc.stdint cimport int64_t, uint16_t, uint32_t

from hicannx_sim.chip.fabric cimport Fabric
from hicannx_sim.chip.faults cimport Faults
from hicannx_sim.chip.omnibus cimport Omnibus
from hicannx_sim.chip.processors cimport Processors


cdef struct ChipState:
    uint32_t systime_base[2]        # SystimeSyncBase
    int64_t systime_offset


@cython.final
cdef class Chip:
    cdef ChipState s
    cdef readonly Fabric fabric         # circuits and events in time
    cdef readonly Omnibus omnibus       # registers
    cdef readonly Processors processors # the two plasticity processors
    cdef readonly Faults faults         # what was not served

    # ticks never decrease
    cpdef void advance(self, int64_t tick) noexcept nogil
    cdef int64_t quiet_until(self) noexcept nogil
    cpdef void spike(self, uint16_t label, int64_t tick) noexcept nogil
    # word address, word, byte enables (bit 0 = least significant byte)
    cpdef void write(self, uint32_t address, uint32_t data, int byte_enables, int64_t tick) noexcept nogil
    cpdef uint32_t read(self, uint32_t address, int64_t tick) noexcept nogil
    cpdef void board_moved(self, int64_t tick) noexcept nogil
    # 43-bit counter at 250 MHz; sync: the counter adopts the base registers at this tick
    cpdef int64_t systime(self, int64_t tick) noexcept nogil
    cpdef void systime_sync(self, int64_t tick) noexcept nogil
    cpdef void reset(self, int64_t tick)
