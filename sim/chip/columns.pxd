from libc.stdint cimport uint8_t, uint32_t
from haldls._core cimport Layout

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


cdef class ColumnSwitches:
    """The switches below both synapse arrays, decoded."""
    cdef Layout correlation, current
    cdef const uint32_t* correlation_words      # uint32[128, 4] in the plain storage, by ColumnCorrelationQuadOnDLS
    cdef const uint32_t* current_words          # uint32[128, 2], by ColumnCurrentQuadOnDLS
    cdef uint32_t decoded[2][64 * 4]            # words that `sources` shows, per hemisphere
    cdef uint8_t sources[2][2][256]             # hemisphere, causal or acausal, column
    cdef uint8_t currents[512]                  # 256 * hemisphere + column
    cdef int n_joined                           # columns with a line on a debug line

    cdef bint refresh(self, int hemisphere) noexcept nogil
    cdef void touch_current(self, int quad) noexcept nogil
    cdef void reset(self) noexcept nogil
