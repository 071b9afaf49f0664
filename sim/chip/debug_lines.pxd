from libc.stdint cimport int32_t, uint16_t, uint32_t, uint64_t

from hicannx_sim.anncore.core cimport AnalogCore

cdef enum:
    # lines, in the order of `debug_nets.LINES`
    CAUSAL_LINE, ACAUSAL_LINE, EXCITATORY_LINE, INHIBITORY_LINE, PLUS_LINE, MINUS_LINE
    DEBUG_LINES


cdef struct LineState:
    uint32_t pad_words[2][2]        # PadMultiplexerConfig
    uint32_t block_words[4][10]     # CapMemBlockConfig
    double volts[DEBUG_LINES]       # NaN: undriven
    double pads[2]                  # what the board drives the pads with [V], NaN: nothing
    uint64_t resolved               # times that the voltages were brought up to date
    bint stale                      # what stands in front of the lines may have changed
    int n_cells                     # cells that the memory puts out: block * 3120 + cell, and their codes
    int32_t cells[32]
    uint16_t codes[32]


cdef class DebugLines:
    """The debug lines between pads, analog memory and columns."""
    cdef LineState s
    cdef AnalogCore analog
    cdef public object pad_source           # called for the voltages of the two pads; None: they stay as they are

    cdef void reset(self) noexcept nogil
    cdef bint refresh(self) noexcept nogil
    cdef bint _changed(self) noexcept nogil
    cdef void _resolve(self)
