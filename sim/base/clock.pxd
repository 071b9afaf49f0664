"""clock.py for compiled modules."""

from libc.stdint cimport int64_t

cdef enum:
    TICK_NS = 2
    TICKS_PER_FPGA_CYCLE = 4
    TICKS_PER_SYSTIME = 2
    TICKS_PER_US = 500
    GRID_TICKS = 50

cdef enum:
    NEVER = 0x4000000000000000
