from libc.stdint cimport int64_t, uint8_t, uint16_t, uint32_t

from hicannx_sim.chip.processors cimport Processors


cdef class Chip(Processors):
    cdef int64_t systime_offset
    cdef public object tap              # test access port, set by the system
    cdef public object link             # link state, set by the system

    # 43-bit counter at 250 MHz; sync: the counter adopts the base registers at this tick
    cdef int64_t systime(self, int64_t tick) noexcept nogil
    cdef void systime_sync(self, int64_t tick) noexcept nogil
    cpdef void reset(self, int64_t tick)
