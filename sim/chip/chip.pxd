# cython: language_level=3
from libc.stdint cimport int64_t, uint8_t, uint16_t, uint32_t


cdef enum OutKind:
    OUT_SPIKE = 0
    OUT_MADC = 1


cdef struct OutEvent:
    int64_t tick        # time stamp given on chip [2 ns]
    uint16_t body       # spike: 16-bit label; MADC: channel << 10 | value
    uint8_t kind        # OutKind


cdef class Chip:
    # -- what has left the chip and has not been taken yet, in time order
    cdef OutEvent* out
    cdef Py_ssize_t n_out
    cdef Py_ssize_t out_capacity
    cdef readonly int64_t now
    cdef readonly Py_ssize_t n_faults
    cdef int64_t systime_offset
    cdef public object tap
    cdef public object link

    cdef void write(self, uint32_t address, uint32_t data, int byte_enables, int64_t tick) noexcept nogil
    cdef uint32_t read(self, uint32_t address, int64_t tick) noexcept nogil
    cdef void spike(self, uint16_t label, int64_t tick) noexcept nogil
    cdef void advance(self, int64_t tick) noexcept nogil
    cdef void clear_out(self) noexcept nogil
    # 43-bit counter at 250 MHz; sync: the counter adopts the base registers at this tick
    cdef int64_t systime(self, int64_t tick) noexcept nogil
    cdef void systime_sync(self, int64_t tick) noexcept nogil
    cpdef void reset(self, int64_t tick)
