"""Cells of the analog memory that take their time, on a chip with the quirk "capmem settling" (facts: behaviour 1; assumed).

A new code becomes visible with the next refresh and is approached exponentially, voltages faster than currents. Without the quirk a cell has its
value at once, which no software can tell that waits as long as the chip needs.
"""

from libc.math cimport fabs
from libc.string cimport memset
from hicannx_sim.base.capmem cimport CAPMEM_CELLS, CAPMEM_COLUMNS, CAPMEM_VOLTAGE_ROWS
from hicannx_sim.base.clock cimport TICK_NS

from hicannx_sim.base.numbers import number
from hicannx_sim.base.state import fields

cdef extern from "sim/anncore/kernel/arithmetic.h":
    double exponential(double x) nogil  # the same bits on every machine

cdef enum:
    VOLTAGES = CAPMEM_VOLTAGE_ROWS * CAPMEM_COLUMNS


cdef class Settling:
    """The cells of all blocks, numbered block * 3120 + CapMemCellOnCapMemBlock."""

    cdef void clear(self) noexcept nogil:
        """All cells hold 0."""
        memset(self.s.level, 0, sizeof(self.s.level))
        memset(self.s.aim, 0, sizeof(self.s.aim))
        memset(self.s.moves, 0, sizeof(self.s.moves))
        self.s.n_moving = 0

    cdef void move(self, int cell, uint16_t code, int64_t now) noexcept nogil:
        """A code was written."""
        if self.s.n_moving == 0:
            self.s.due = (now // PERIOD + 1) * PERIOD
        self.s.aim[cell] = code
        if not self.s.moves[cell] and self.s.level[cell] != code:
            self.s.moves[cell] = True
            self.s.moving[self.s.n_moving] = <int16_t> cell
            self.s.n_moving += 1

    cdef int refresh(self, int16_t* changed, const uint16_t* cells) noexcept nogil:
        """One refresh: how many cells now show another code than in `cells`, and which."""
        cdef int k, cell, n = 0, left = 0
        cdef double rest
        for k in range(self.s.n_moving):
            cell = self.s.moving[k]
            rest = (self.s.level[cell] - self.s.aim[cell]) * (VOLTAGE_REST if cell % CAPMEM_CELLS < VOLTAGES else CURRENT_REST)
            self.s.level[cell] = self.s.aim[cell] + rest
            if fabs(rest) < 0.5:
                self.s.level[cell], self.s.moves[cell] = self.s.aim[cell], False
            else:
                self.s.moving[left] = <int16_t> cell
                left += 1
            if self.code(cell) != cells[cell]:
                changed[n] = <int16_t> cell
                n += 1
        self.s.n_moving = left
        self.s.due += PERIOD
        return n

    cdef uint16_t code(self, int cell) noexcept nogil:
        """The code nearest to what a cell holds."""
        return <uint16_t> (self.s.level[cell] + 0.5)

    def arrays(self):
        """What the cells hold, where they go, and when."""
        return fields(<SettlingState[:1]> &self.s)


cdef int64_t PERIOD = round(number("capmem_refresh_period") / (TICK_NS * 1e-9))
cdef double VOLTAGE_REST = exponential(-number("capmem_refresh_period") / number("capmem_voltage_settling"))
cdef double CURRENT_REST = exponential(-number("capmem_refresh_period") / number("capmem_current_settling"))
