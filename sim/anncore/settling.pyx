"""Cells of the analog memory that take their time, on a chip with the quirk "capmem settling" (facts: behaviour 1; assumed).

A new code becomes visible with the next refresh and is approached exponentially, voltages faster than currents. Without the quirk a cell has its
value at once, which no software can tell that waits as long as the chip needs.
"""

from libc.math cimport fabs
from libc.string cimport memset
from hicannx_sim.base.state cimport ints, longs, view

from hicannx_sim.base.numbers import number

cdef extern from "sim/anncore/kernel/arithmetic.h":
    double exponential(double x) nogil  # the same bits on every machine

cdef enum:
    BLOCK = 3120
    VOLTAGES = 8 * 130      # cells of a block below hold voltages, the others currents


cdef class Settling:
    """The cells of all blocks, numbered block * 3120 + CapMemCellOnCapMemBlock."""

    cdef void clear(self) noexcept nogil:
        """All cells hold 0."""
        memset(self.level, 0, sizeof(self.level))
        memset(self.aim, 0, sizeof(self.aim))
        memset(self.moves, 0, sizeof(self.moves))
        self.n_moving = 0

    cdef void move(self, int cell, uint16_t code, int64_t now) noexcept nogil:
        """A code was written."""
        if self.n_moving == 0:
            self.due = (now // PERIOD + 1) * PERIOD
        self.aim[cell] = code
        if not self.moves[cell] and self.level[cell] != code:
            self.moves[cell] = True
            self.moving[self.n_moving] = <int16_t> cell
            self.n_moving += 1

    cdef int refresh(self, int16_t* changed, const uint16_t* cells) noexcept nogil:
        """One refresh: how many cells now show another code than in `cells`, and which."""
        cdef int k, cell, n = 0, left = 0
        cdef double rest
        for k in range(self.n_moving):
            cell = self.moving[k]
            rest = (self.level[cell] - self.aim[cell]) * (VOLTAGE_REST if cell % BLOCK < VOLTAGES else CURRENT_REST)
            self.level[cell] = self.aim[cell] + rest
            if fabs(rest) < 0.5:
                self.level[cell], self.moves[cell] = self.aim[cell], False
            else:
                self.moving[left] = <int16_t> cell
                left += 1
            if self.code(cell) != cells[cell]:
                changed[n] = <int16_t> cell
                n += 1
        self.n_moving = left
        self.due += PERIOD
        return n

    cdef uint16_t code(self, int cell) noexcept nogil:
        """The code nearest to what a cell holds."""
        return <uint16_t> (self.level[cell] + 0.5)

    def arrays(self):
        """What the cells hold, where they go, and when."""
        return {
            "level": view(self.level, sizeof(self.level), "f8"), "aim": view(self.aim, sizeof(self.aim), "u2"),
            "moves": ints(self.moves, sizeof(self.moves)), "moving": view(self.moving, sizeof(self.moving), "i2"),
            "n_moving": ints(&self.n_moving, sizeof(self.n_moving)), "due": longs(&self.due, sizeof(self.due)),
        }


cdef int64_t PERIOD = round(number("capmem_refresh_period") / 2e-9)
cdef double VOLTAGE_REST = exponential(-number("capmem_refresh_period") / number("capmem_voltage_settling"))
cdef double CURRENT_REST = exponential(-number("capmem_refresh_period") / number("capmem_current_settling"))
