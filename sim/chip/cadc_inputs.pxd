from libc.stdint cimport int64_t, uint8_t, uint32_t, uint64_t

from haldls.layout cimport Layout
from hicannx_sim.chip.columns cimport ColumnSwitches
from hicannx_sim.chip.neurons cimport NeuronRegisters

cdef enum:
    NO_READOUT = 255


cdef struct CADCInputState:
    uint8_t readout[512]            # voltage that a neuron's readout amplifier shows (0..3), or NO_READOUT
    bint biased[4]                  # readout amplifiers of a quadrant
    uint64_t seen[2]                # changes of neuron registers that `readout` of a hemisphere shows


cdef class CADCInputs:
    """What the channels of the parallel converter are connected to."""
    cdef CADCInputState s
    cdef readonly ColumnSwitches columns
    cdef NeuronRegisters neurons
    cdef Layout neuron_layout

    cdef void refresh(self, int hemisphere) noexcept nogil
    cdef void _decode(self, int hemisphere) noexcept nogil
