cimport cython
from libc.stdint cimport int64_t, uint32_t

from hicannx_sim.chip.chip cimport Chip
from hicannx_sim.chip.link cimport Link
from hicannx_sim.fpga.registers cimport RegisterBlock
from hicannx_sim.fpga.trace cimport Trace


cdef struct SystimeSyncState:
    int64_t done            # cycle at which the running one ends, NEVER
    int64_t attempts        # left of it
    int64_t last_round_trip, last_chip_time
    int64_t failed          # since power-on


@cython.final
cdef class SystimeSync(RegisterBlock):
    cdef SystimeSyncState s
    cdef Chip chip
    cdef Link link
    cdef Trace trace
    cdef const uint32_t* retries
    cdef int active, round_trip_row, chip_time_row
    cdef int64_t duration, round_trip, way

    cdef void start(self, int64_t cycle) noexcept nogil
    cdef bint succeeds(self) noexcept nogil
    cdef void take_over(self, int64_t cycle) noexcept nogil
