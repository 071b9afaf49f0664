from libc.stdint cimport int64_t, uint8_t, uint32_t

from haldls.layout cimport Layout
from hicannx_sim.anncore.core cimport AnalogCore
from hicannx_sim.chip.debug_lines cimport DebugLines
from hicannx_sim.chip.omnibus cimport Omnibus

cdef enum:
    # what a converter channel is connected to: bits of `ColumnSwitches.sources`
    INTERNAL = 1        # output of the column's correlation sensors
    DEBUG = 2           # debug line of the channel's type
    READOUT = 4         # readout amplifier of the neuron

cdef enum:
    # switches of the synaptic currents of a column: bits of `ColumnSwitches.currents`, in the order of `hicannx_sim.anncore.parameters.ColumnSwitch`
    CURRENT_EXC = 1     # synapses pull on the neuron's line
    CURRENT_INH = 2
    DEBUG_EXC = 4       # the neuron's line is connected to the synaptic debug line
    DEBUG_INH = 8


cdef inline int column_of(int quad, int entry) noexcept nogil:
    """Column of an entry of a quad 0..63 of a row."""
    return 8 * (quad & 31) + 2 * entry + (quad >> 5)


cdef struct ColumnState:
    uint32_t correlation_words[128 * 4] # ColumnCorrelationQuad
    uint32_t current_words[128 * 2]     # ColumnCurrentQuad
    uint8_t sources[2][2][256]          # hemisphere, causal or acausal, column
    uint8_t currents[512]               # 256 * hemisphere + column
    int n_joined                        # columns with a line on a debug line
    int64_t n_joined_elsewhere          # times that a switch connected a line to a debug line that nothing holds at the supply


cdef class ColumnSwitches:
    """The switches below both synapse arrays, and the debug lines they lead to."""
    cdef ColumnState s
    cdef AnalogCore analog
    cdef readonly DebugLines lines
    cdef Layout correlation, current

    cdef attach(self, Omnibus bus)
    cdef void reset(self) noexcept nogil
    cdef void set_sources(self, int quad) noexcept nogil
    cdef void set_currents(self, int quad) noexcept nogil
    cdef void lines_moved(self) noexcept nogil
    cdef void _switch(self, int neuron) noexcept nogil
