from libc.stdint cimport int64_t

from hicannx_sim.chip.jtag cimport TAP
from hicannx_sim.chip.port cimport Port


cdef struct PowerState:
    int rails               # bit n: supply n is on, in the order of VDDOnBoard
    bint reset_line         # asserted by the FPGA
    bint held               # the chip is in reset, by the line or for want of power


cdef class Power:
    cdef readonly Port port
    cdef readonly TAP tap
    cdef PowerState s

    cdef void supply(self, int rails, int64_t tick) noexcept nogil
    cdef void reset(self, bint asserted, int64_t tick) noexcept nogil
    cdef void hold(self, bint asserted, int64_t tick) noexcept nogil
