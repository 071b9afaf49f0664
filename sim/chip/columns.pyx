"""Switches below the columns of a synapse array (facts: analog model 6 and 5, registers/containers; behavioural).

ColumnCorrelationQuad decides what a channel of the parallel converter sees: the correlation sensors of its column, the debug line, the
neuron's readout. ColumnCurrentQuad decides whether the currents of the synapses reach the neuron's lines and whether these lines are
connected to the synaptic debug lines. Quad q, entry e of a row is column 8 * (q % 32) + 2 * e + q // 32.
"""

from libc.stdint cimport int64_t
from libc.string cimport memcmp, memcpy, memset
from hicannx_sim.base.state cimport ints, view

import numpy as np

from haldls import ColumnCorrelationQuad, ColumnCurrentQuad

cdef enum:
    QUADS = 64
    SWITCHES = 6
    CURRENT_SWITCHES = 4


cdef class ColumnSwitches:
    def __init__(self):
        self.correlation, self.current = ColumnCorrelationQuad.layout("Omnibus"), ColumnCurrentQuad.layout("Omnibus")
        if self.correlation.n_slots != 4 * SWITCHES or self.current.n_slots != 4 * CURRENT_SWITCHES:
            raise ValueError("the column switches have other fields than the model expects")
        self.reset()

    cdef void reset(self) noexcept nogil:
        """All switches open, as with words of 0."""
        memset(self.decoded, 0, sizeof(self.decoded))
        memset(self.sources, 0, sizeof(self.sources))
        memset(self.currents, 0, sizeof(self.currents))
        self.n_joined = 0

    cdef bint refresh(self, int hemisphere) noexcept nogil:
        """Brings `sources` of a hemisphere up to date; whether anything changed."""
        cdef const uint32_t* words = self.correlation_words + hemisphere * 4 * QUADS
        cdef int64_t slots[4 * SWITCHES]
        cdef int quad, entry, channel, at
        if memcmp(words, self.decoded[hemisphere], 4 * QUADS * sizeof(uint32_t)) == 0:
            return False
        memcpy(self.decoded[hemisphere], words, 4 * QUADS * sizeof(uint32_t))
        for quad in range(QUADS):
            self.correlation.decode(words + 4 * quad, slots)
            for entry in range(4):
                at = SWITCHES * entry
                for channel in range(2):
                    self.sources[hemisphere][channel][column_of(quad, entry)] = (
                        INTERNAL * (slots[at + INTERNAL_SLOT[channel]] != 0) | DEBUG * (slots[at + DEBUG_SLOT[channel]] != 0)
                        | READOUT * (slots[at + READOUT_SLOT[channel]] != 0))
        return True

    cdef void touch_current(self, int quad) noexcept nogil:
        """A word of a ColumnCurrentQuad (enum 0..127) was written: `currents` follows."""
        cdef int64_t slots[4 * CURRENT_SWITCHES]
        cdef int entry, at, column
        self.current.decode(self.current_words + 2 * quad, slots)
        for entry in range(4):
            at, column = CURRENT_SWITCHES * entry, (quad >> 6) * 256 + column_of(quad & 63, entry)
            self.n_joined -= self.currents[column] & (DEBUG_EXC | DEBUG_INH) != 0
            self.currents[column] = (
                CURRENT_EXC * (slots[at + CURRENT_EXC_SLOT] != 0) | CURRENT_INH * (slots[at + CURRENT_INH_SLOT] != 0)
                | DEBUG_EXC * (slots[at + DEBUG_EXC_SLOT] != 0) | DEBUG_INH * (slots[at + DEBUG_INH_SLOT] != 0))
            self.n_joined += self.currents[column] & (DEBUG_EXC | DEBUG_INH) != 0

    def channel_sources(self, int hemisphere):
        """uint8[2, 256]: per channel (causal, acausal) and column bit 0 correlation, bit 1 debug line, bit 2 neuron readout."""
        self.refresh(hemisphere)
        return np.array([[self.sources[hemisphere][channel][column] for column in range(256)] for channel in range(2)], np.uint8)

    def current_switches(self):
        """uint8[512]: bit 0 excitatory, bit 1 inhibitory current to the neuron, bits 2 and 3 the same lines to the debug lines."""
        return np.array([self.currents[column] for column in range(512)], np.uint8)

    def arrays(self):
        """The switches, decoded, and the words they were decoded from."""
        return {
            "decoded": view(self.decoded, sizeof(self.decoded), "u4"), "sources": view(self.sources, sizeof(self.sources), "u1"),
            "currents": view(self.currents, sizeof(self.currents), "u1"), "n_joined": ints(&self.n_joined, sizeof(self.n_joined)),
        }


cdef int _switch(container, name):
    """Slot of a switch within those of an entry."""
    group = next(field for field in container.fields() if hasattr(field, "parts"))
    return [part.name for part in group.parts].index(name)


cdef int[2] INTERNAL_SLOT, DEBUG_SLOT, READOUT_SLOT
for _channel, _name in enumerate(("causal", "acausal")):
    INTERNAL_SLOT[_channel] = _switch(ColumnCorrelationQuad, f"enable_internal_{_name}")
    DEBUG_SLOT[_channel] = _switch(ColumnCorrelationQuad, f"enable_debug_{_name}")
    READOUT_SLOT[_channel] = _switch(ColumnCorrelationQuad, f"enable_cadc_neuron_readout_{_name}")
cdef int CURRENT_EXC_SLOT = _switch(ColumnCurrentQuad, "enable_synaptic_current_excitatory")
cdef int CURRENT_INH_SLOT = _switch(ColumnCurrentQuad, "enable_synaptic_current_inhibitory")
cdef int DEBUG_EXC_SLOT = _switch(ColumnCurrentQuad, "enable_debug_excitatory")
cdef int DEBUG_INH_SLOT = _switch(ColumnCurrentQuad, "enable_debug_inhibitory")
