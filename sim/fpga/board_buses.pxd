cimport cython
from libc.stdint cimport int64_t, uint32_t

from hicannx_sim.fpga.registers cimport RegisterBlock


cdef struct BoardBusState:
    int64_t spi_free, i2c_free  # cycles from which the buses take the next byte
    bint written                # a byte went to the board since somebody looked
    int supplies                # of the chip that the board has on, bits in the order of VDDOnBoard


@cython.final
cdef class BoardBuses(RegisterBlock):
    cdef BoardBusState s
    cdef readonly object board
    cdef int spi, i2c, prescaler
    cdef uint32_t prescaler_offset
    cdef int64_t spi_byte

    cdef uint32_t offset(self, int row) noexcept nogil
