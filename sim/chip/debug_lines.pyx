"""Voltages of the debug lines, brought up to date when somebody needs them (facts: calix expectations 1.1; behavioural). See `debug_nets`."""

from libc.math cimport NAN

from hicannx_sim.base.capmem cimport CAPMEM_CELLS

import numpy as np

from hicannx_sim.base.state import fields
from hicannx_sim.chip.debug_nets import line_voltages

cdef class DebugLines:
    def __init__(self, AnalogCore analog not None):
        self.analog = analog
        self.s.pads[0] = self.s.pads[1] = NAN
        self.reset()

    cdef void reset(self) noexcept nogil:
        """All words are 0; what the board drives the pads with stays."""
        cdef int k
        for k in range(4):
            self.s.pad_words[k >> 1][k & 1] = 0
        for k in range(DEBUG_LINES):
            self.s.volts[k] = NAN
        for k in range(40):
            self.s.block_words[k // 10][k % 10] = 0
        self.s.stale, self.s.n_cells = True, 0

    def set_pad(self, int pad, double volts):
        """The board drives pad 0 or 1 with a voltage; NaN: with nothing."""
        if not 0 <= pad < 2:
            raise IndexError(f"the chip has no pad {pad}")
        self.s.pads[pad] = volts
        self.s.stale = True

    def voltages(self):
        """float64[6] [V], in the order of `debug_nets.LINES`; NaN where nothing drives a line."""
        self.refresh()
        return self.arrays()["volts"].copy()

    cdef bint refresh(self) noexcept nogil:
        """Brings the voltages up to date; whether anything in front of the lines has changed."""
        if not self._changed():
            return False
        with gil:
            self._resolve()
        return True

    cdef bint _changed(self) noexcept nogil:
        cdef int k
        if self.s.stale:
            return True
        for k in range(self.s.n_cells):
            if self.analog.cells[self.s.cells[k]] != self.s.codes[k]:
                return True
        return False

    cdef void _resolve(self):
        words = self.arrays()
        self.s.n_cells = 0
        if self.pad_source is not None:
            self.s.pads[0], self.s.pads[1] = self.pad_source()

        def code(int block, int cell):
            cdef int at = block * CAPMEM_CELLS + cell
            self.s.cells[self.s.n_cells], self.s.codes[self.s.n_cells] = at, self.analog.cells[at]
            self.s.n_cells += 1
            return self.analog.cells[at]

        words["volts"][:] = line_voltages(words["pad_words"], words["block_words"], words["pads"], code)
        self.s.stale = False
        self.s.resolved += 1

    def arrays(self):
        """Registers, voltages, and the cells they follow."""
        return fields(<LineState[:1]> &self.s)
