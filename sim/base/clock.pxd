"""Constants of time, declared in clock.h."""

from libc.stdint cimport int64_t

cdef extern from "sim/base/clock.h":
    cpdef enum:
        TICK_NS
        TICKS_PER_FPGA_CYCLE
        TICKS_PER_SYSTIME
        TICKS_PER_US
        GRID_TICKS

    const int64_t NEVER
