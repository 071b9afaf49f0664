"""What stands in front of the parallel converter: readout amplifiers of the neurons, debug lines, switches (behavioural).

Registers are not followed write by write: what is derived from them is brought up to date when somebody needs it and they have changed.
"""

from libc.math cimport NAN
from libc.string cimport memcmp, memcpy, memset
from hicannx_sim.base.state cimport ints, view

import numpy as np

from halco import CapMemCellOnCapMemBlock
from haldls import NeuronConfig
from hicannx_sim.chip.debug_lines import line_voltages

cdef enum:
    BLOCK_CELLS = 3120
    LINES_STALE = 4
    ALL_STALE = 7


cdef class CADCInputs:
    def __init__(self):
        self.columns, self.neuron_layout = ColumnSwitches(), NeuronConfig.layout("Omnibus")
        if self.neuron_layout.n_slots > 64:
            raise ValueError("NeuronConfig has more fields than the model expects")
        self.pads = np.full(2, NAN)
        self.reset()

    cdef void reset(self) noexcept nogil:
        """All words are 0."""
        cdef int k
        self.columns.reset()
        self.stale = ALL_STALE
        memset(self.readout, NO_READOUT, sizeof(self.readout))
        for k in range(4):
            self.biased[k], self.lines[k] = False, NAN
        self.n_cells = 0

    def set_pad(self, int pad, double volts):
        """The board drives pad 0 or 1 with a voltage; NaN: with nothing."""
        if not 0 <= pad < 2:
            raise IndexError(f"the chip has no pad {pad}")
        self.pads[pad] = volts
        self.stale |= LINES_STALE

    cdef void pads_moved(self) noexcept nogil:
        """What `pad_source` says may have changed."""
        self.stale |= LINES_STALE

    def line_voltages(self, AnalogCore core):
        """Voltages [V] of the debug lines, in the order of `debug_lines.LINES`; NaN where nothing drives one."""
        self.refresh_lines(core)
        return np.array([self.lines[k] for k in range(4)])

    cdef void refresh(self, AnalogCore core, int hemisphere) noexcept nogil:
        """Brings everything that a conversion of the hemisphere needs up to date."""
        cdef const uint32_t* words = core.neuron_config_data + 256 * 6 * hemisphere
        cdef int block
        self.columns.refresh(hemisphere)
        if self.stale >> hemisphere & 1 or memcmp(words, self.seen_neurons + 256 * 6 * hemisphere, 256 * 6 * sizeof(uint32_t)):
            self._refresh_neurons(words, hemisphere)
        for block in range(2 * hemisphere, 2 * hemisphere + 2):
            self.biased[block] = core.cells[block * BLOCK_CELLS + CELL_READOUT_AMP] > 0
        self.refresh_lines(core)

    cdef void _refresh_neurons(self, const uint32_t* words, int hemisphere) noexcept nogil:
        cdef int64_t slots[64]
        cdef int k
        memcpy(self.seen_neurons + 256 * 6 * hemisphere, words, 256 * 6 * sizeof(uint32_t))
        self.stale &= ~(1 << hemisphere)
        for k in range(256):
            self.neuron_layout.decode(words + 6 * k, slots)
            self.readout[256 * hemisphere + k] = <uint8_t>slots[SOURCE] if slots[AMPLIFIER] else NO_READOUT

    cdef bint refresh_lines(self, AnalogCore core) noexcept nogil:
        """Brings the voltages of the debug lines up to date; whether anything in front of them changed."""
        if not self._lines_changed(core):
            return False
        with gil:
            self._resolve(core)
        return True

    cdef bint _lines_changed(self, AnalogCore core) noexcept nogil:
        cdef int k
        if self.stale & LINES_STALE:
            return True
        if memcmp(self.pad_words, self.seen_pads, sizeof(self.seen_pads)) or memcmp(self.block_words, self.seen_blocks, sizeof(self.seen_blocks)):
            return True
        for k in range(self.n_cells):
            if core.cells[self.cells[k]] != self.codes[k]:
                return True
        return False

    cdef void _resolve(self, AnalogCore core):
        cdef uint32_t[::1] pads = np.empty(4, np.uint32), blocks = np.empty(40, np.uint32)
        cdef int k
        memcpy(self.seen_pads, self.pad_words, sizeof(self.seen_pads))
        memcpy(self.seen_blocks, self.block_words, sizeof(self.seen_blocks))
        memcpy(&pads[0], self.seen_pads, sizeof(self.seen_pads))
        memcpy(&blocks[0], self.seen_blocks, sizeof(self.seen_blocks))
        self.n_cells = 0
        if self.pad_source is not None:
            self.pads[:] = self.pad_source()

        def code(int block, int cell):
            self.cells[self.n_cells], self.codes[self.n_cells] = block * BLOCK_CELLS + cell, core.cells[block * BLOCK_CELLS + cell]
            self.n_cells += 1
            return self.codes[self.n_cells - 1]

        found = line_voltages(np.asarray(pads).reshape(2, 2), np.asarray(blocks).reshape(4, 10), self.pads, code)
        for k in range(4):
            self.lines[k] = found[k]
        self.stale &= ~LINES_STALE

    def arrays(self):
        """What the channels are connected to, and the registers it was derived from."""
        return {
            "readout": view(self.readout, sizeof(self.readout), "u1"), "biased": ints(self.biased, sizeof(self.biased)),
            "lines": view(self.lines, sizeof(self.lines), "f8"), "pads": self.pads, "stale": ints(&self.stale, sizeof(self.stale)),
            "seen_neurons": view(self.seen_neurons, sizeof(self.seen_neurons), "u4"),
            "seen_pads": view(self.seen_pads, sizeof(self.seen_pads), "u4"),
            "seen_blocks": view(self.seen_blocks, sizeof(self.seen_blocks), "u4"), "n_cells": ints(&self.n_cells, sizeof(self.n_cells)),
            "cells": ints(self.cells, sizeof(self.cells)), "codes": view(self.codes, sizeof(self.codes), "u2"),
        }


cdef int AMPLIFIER = NeuronConfig.layout("Omnibus").slot("enable_readout_amplifier")
cdef int SOURCE = NeuronConfig.layout("Omnibus").slot("readout_source")
cdef int CELL_READOUT_AMP = int(CapMemCellOnCapMemBlock.neuron_i_bias_readout_amp.toEnum())
