"""Switches below the columns of a synapse array (facts: analog model 6 and 5, registers/containers; behavioural).

ColumnCorrelationQuad decides what a channel of the parallel converter sees: the correlation sensors of its column, the debug line, the
neuron's readout. ColumnCurrentQuad decides whether the currents of the synapses reach the neuron's lines and whether these lines are
connected to the synaptic debug lines. Quad q, entry e of a row is column 8 * (q % 32) + 2 * e + q // 32.
"""

from libc.string cimport memset

from hicannx_sim.chip.debug_lines cimport EXCITATORY_LINE

import numpy as np

from haldls import ColumnCorrelationQuad, ColumnCurrentQuad
from hicannx_sim.base.numbers import number
from hicannx_sim.base.state import fields

cdef enum:
    QUADS = 64
    SWITCHES = 6
    CURRENT_SWITCHES = 4


cdef class ColumnSwitches:
    def __init__(self, AnalogCore analog not None):
        self.analog, self.lines = analog, DebugLines(analog)
        self.correlation, self.current = ColumnCorrelationQuad.layout("Omnibus"), ColumnCurrentQuad.layout("Omnibus")
        if self.correlation.n_slots != 4 * SWITCHES or self.current.n_slots != 4 * CURRENT_SWITCHES:
            raise ValueError("the column switches have other fields than the model expects")

    cdef void reset(self) noexcept nogil:
        """All switches are open."""
        cdef int neuron
        cdef int64_t so_far = self.s.n_joined_elsewhere
        memset(&self.s, 0, sizeof(self.s))
        self.s.n_joined_elsewhere = so_far
        self.lines.reset()
        for neuron in range(512):
            self.analog.switch_column(neuron, 0)

    cdef attach(self, Omnibus bus):
        bus.keep("ColumnCorrelationQuad", self.s.correlation_words, sizeof(self.s.correlation_words), <void*> self, _write_sources)
        bus.keep("ColumnCurrentQuad", self.s.current_words, sizeof(self.s.current_words), <void*> self, _write_currents)
        bus.keep("PadMultiplexerConfig", &self.lines.s.pad_words[0][0], sizeof(self.lines.s.pad_words), <void*> self, _write_lines)
        bus.keep("CapMemBlockConfig", &self.lines.s.block_words[0][0], sizeof(self.lines.s.block_words), <void*> self, _write_lines)

    cdef void set_sources(self, int quad) noexcept nogil:
        """What the converters of a ColumnCorrelationQuad (enum 0..127) see was written."""
        cdef int64_t slots[4 * SWITCHES]
        cdef int entry, channel, at
        self.correlation.decode(self.s.correlation_words + 4 * quad, slots)
        for entry in range(4):
            at = SWITCHES * entry
            for channel in range(2):
                self.s.sources[quad >> 6][channel][column_of(quad & 63, entry)] = (
                    INTERNAL * (slots[at + INTERNAL_SLOT[channel]] != 0) | DEBUG * (slots[at + DEBUG_SLOT[channel]] != 0)
                    | READOUT * (slots[at + READOUT_SLOT[channel]] != 0))

    cdef void set_currents(self, int quad) noexcept nogil:
        """What the lines of a ColumnCurrentQuad (enum 0..127) are connected to was written."""
        cdef int64_t slots[4 * CURRENT_SWITCHES]
        cdef int entry, at, column
        self.lines.refresh()
        self.current.decode(self.s.current_words + 2 * quad, slots)
        for entry in range(4):
            at, column = CURRENT_SWITCHES * entry, (quad >> 6) * 256 + column_of(quad & 63, entry)
            self.s.n_joined -= self.s.currents[column] & (DEBUG_EXC | DEBUG_INH) != 0
            self.s.currents[column] = (
                CURRENT_EXC * (slots[at + CURRENT_EXC_SLOT] != 0) | CURRENT_INH * (slots[at + CURRENT_INH_SLOT] != 0)
                | DEBUG_EXC * (slots[at + DEBUG_EXC_SLOT] != 0) | DEBUG_INH * (slots[at + DEBUG_INH_SLOT] != 0))
            self.s.n_joined += self.s.currents[column] & (DEBUG_EXC | DEBUG_INH) != 0
            self._switch(column)

    cdef void lines_moved(self) noexcept nogil:
        """What drives the debug lines may have changed: another voltage at a pad, another switch to one."""
        cdef int neuron
        self.lines.s.stale = True
        if self.s.n_joined:
            self.lines.refresh()
            for neuron in range(512):
                self._switch(neuron)

    cdef void _switch(self, int neuron) noexcept nogil:
        """Connects the lines of a neuron as its switches say. A debug line that nothing holds at the supply has no effect."""
        cdef int switches = self.s.currents[neuron], line
        for line in range(2):
            if switches & DEBUG_EXC << line and not self.lines.s.volts[EXCITATORY_LINE + line] > SUPPLY_FLOOR:
                switches &= ~(DEBUG_EXC << line)
                self.s.n_joined_elsewhere += 1
        self.analog.switch_column(neuron, switches)

    def channel_sources(self, int hemisphere):
        """uint8[2, 256]: per channel (causal, acausal) and column bit 0 correlation, bit 1 debug line, bit 2 neuron readout."""
        return self.arrays()["sources"][hemisphere].copy()

    def current_switches(self):
        """uint8[512]: bit 0 excitatory, bit 1 inhibitory current to the neuron, bits 2 and 3 the same lines to the debug lines."""
        return self.arrays()["currents"].copy()

    def arrays(self):
        """The switches, as written and decoded."""
        return fields(<ColumnState[:1]> &self.s)


cdef void _write_sources(void* block, uint32_t quad, const uint32_t* words, int64_t tick) noexcept nogil:
    (<ColumnSwitches> block).set_sources(quad)


cdef void _write_currents(void* block, uint32_t quad, const uint32_t* words, int64_t tick) noexcept nogil:
    (<ColumnSwitches> block).set_currents(quad)


cdef void _write_lines(void* block, uint32_t coordinate, const uint32_t* words, int64_t tick) noexcept nogil:
    (<ColumnSwitches> block).lines_moved()


cdef int _slot(container, name):
    """Slot of a switch within those of an entry."""
    group = next(field for field in container.fields() if hasattr(field, "parts"))
    return [part.name for part in group.parts].index(name)


cdef int[2] INTERNAL_SLOT, DEBUG_SLOT, READOUT_SLOT
for _channel, _name in enumerate(("causal", "acausal")):
    INTERNAL_SLOT[_channel] = _slot(ColumnCorrelationQuad, f"enable_internal_{_name}")
    DEBUG_SLOT[_channel] = _slot(ColumnCorrelationQuad, f"enable_debug_{_name}")
    READOUT_SLOT[_channel] = _slot(ColumnCorrelationQuad, f"enable_cadc_neuron_readout_{_name}")
cdef int CURRENT_EXC_SLOT = _slot(ColumnCurrentQuad, "enable_synaptic_current_excitatory")
cdef int CURRENT_INH_SLOT = _slot(ColumnCurrentQuad, "enable_synaptic_current_inhibitory")
cdef int DEBUG_EXC_SLOT = _slot(ColumnCurrentQuad, "enable_debug_excitatory")
cdef int DEBUG_INH_SLOT = _slot(ColumnCurrentQuad, "enable_debug_inhibitory")
cdef double SUPPLY_FLOOR = number("synapse_supply_floor")
