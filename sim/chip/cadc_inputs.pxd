from libc.stdint cimport int32_t, int64_t, uint8_t, uint16_t, uint32_t
from haldls._core cimport Layout
from hicannx_sim.anncore.core cimport AnalogCore
from hicannx_sim.chip.columns cimport ColumnSwitches

cdef enum:
    NO_READOUT = 255


cdef class CADCInputs:
    """What the channels of the parallel converter are connected to."""
    cdef readonly ColumnSwitches columns
    cdef Layout neuron_layout
    cdef const uint32_t* pad_words          # uint32[2, 2] in the plain storage
    cdef const uint32_t* block_words        # uint32[4, 10]
    cdef uint8_t readout[512]               # voltage that a neuron's readout amplifier shows (0..3), or NO_READOUT
    cdef bint biased[4]                     # readout amplifiers of a quadrant
    cdef double lines[4]                    # voltages of the debug lines (debug_lines.LINES), NaN: undriven
    cdef public object pad_source           # called for the next two, or None: they stay as they are
    cdef readonly object pads               # float64[2]: what the board drives the pads with [V], NaN: nothing
    # what the above was derived from
    cdef int stale                          # bit per hemisphere, bit 2: debug lines
    cdef uint32_t seen_neurons[512 * 6]
    cdef uint32_t seen_pads[4]
    cdef uint32_t seen_blocks[40]
    cdef int n_cells                        # cells that the memory puts out: block * 3120 + cell, and their codes
    cdef int32_t cells[32]
    cdef uint16_t codes[32]

    cdef void reset(self) noexcept nogil
    cdef void pads_moved(self) noexcept nogil
    cdef void refresh(self, AnalogCore core, int hemisphere) noexcept nogil
    cdef bint refresh_lines(self, AnalogCore core) noexcept nogil
    cdef void _refresh_neurons(self, const uint32_t* words, int hemisphere) noexcept nogil
    cdef bint _lines_changed(self, AnalogCore core) noexcept nogil
    cdef void _resolve(self, AnalogCore core)
