from libc.stdint cimport int64_t, uint8_t, uint16_t, uint32_t

from haldls.layout cimport Layout
from hicannx_sim.anncore._kernel cimport CONNECT_CONDUCTANCE, EXCITATORY, INHIBITORY, INPUTS, Amplifier, Input, Neuron


cdef enum ColumnSwitch:
    # what the lines of a neuron are connected to
    SYNAPSES_EXC = 1    # currents of its column of synapses
    SYNAPSES_INH = 2
    SUPPLY_EXC = 4      # the supply, over a debug line: the line rests
    SUPPLY_INH = 8


cdef struct InputLine:
    # a line that nothing but its synapses is connected to
    double rate, step


cdef class Parameters:
    cdef Layout config, backend, common
    cdef object chip
    cdef readonly object deviations        # float64[512, number of deviations]
    cdef readonly object dac_factors       # float64[4]
    cdef const double* deviation
    cdef double[4] dac_factor
    cdef uint8_t[512] abilities            # of each neuron, as last derived
    cdef InputLine[512][2] open_lines       # of each neuron, as last derived
    cdef bint[512] known                   # whether they belong to its words and cells
    cdef void derive(self, int neuron, const uint32_t* config, const uint32_t* backend, const int64_t* common,
                     const uint16_t* cells, int switches, Neuron* out) noexcept nogil
    cdef void connect_lines(self, int neuron, int switches, Neuron* out) noexcept nogil
    cdef void forget(self) noexcept nogil
    cdef void hold(self, int neuron, const int64_t* common, Neuron* out) noexcept nogil
    cdef uint32_t unmodelled(self, const uint32_t* backend) noexcept nogil
