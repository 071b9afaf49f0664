"""The FPGA's SPI and I2C masters: a byte per access goes to or comes from a device on the board. A bus moves one byte at a time.

(facts: transport 3.1)
"""

cimport cython
from hicannx_sim.fpga.registers cimport RegisterFile

from hicannx_sim.base.numbers import number
from hicannx_sim.base.state import fields


@cython.final
cdef class BoardBuses(RegisterBlock):
    """The buses to `board` (hicannx_sim.board.Board)."""

    def __init__(self, RegisterFile registers not None, board not None):
        self.board = board
        self.spi, self.i2c = self.attach(registers, "SPI"), self.attach(registers, "I2C")
        self.prescaler = self.attach(registers, "I2C prescaler")
        self.prescaler_offset = registers.rows[self.prescaler].address - registers.rows[self.i2c].address
        self.spi_byte = number("spi_byte")
        self.s.supplies = board.supplies.on()

    cdef uint32_t offset(self, int row) noexcept nogil:
        """Of a row's first address from that of the bus."""
        return self.prescaler_offset if row == self.prescaler else 0

    cdef int64_t free_from(self, int row) noexcept nogil:
        return self.s.spi_free if row == self.spi else self.s.i2c_free

    cdef int64_t write(self, int row, uint32_t index, uint32_t before, uint32_t data, int64_t cycle) except -1 nogil:
        """A select line of the SPI bus that leads nowhere is no register."""
        with gil:
            if row == self.spi:
                self.s.spi_free = cycle + self.spi_byte
                if index not in self.board.spi.devices:
                    self.registers.fault(self.registers.rows[row].address + index, False)
                self.board.spi.write(index, data)
            else:
                self.s.i2c_free = cycle + <int64_t> self.board.i2c.write(index + self.offset(row), data)
            self.s.supplies = self.board.supplies.on()
        self.s.written = True
        return self.free_from(row)

    cdef int64_t read(self, int row, uint32_t index, int64_t cycle, uint32_t* data) except -1 nogil:
        with gil:
            byte, cycles = self.board.i2c.read(index + self.offset(row))
            data[0] = byte
            self.s.i2c_free = cycle + <int64_t> cycles
        return self.s.i2c_free

    def arrays(self):
        """Until when the buses are busy, and the supplies."""
        return fields(<BoardBusState[:1]> &self.s)
