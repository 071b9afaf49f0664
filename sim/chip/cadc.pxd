from libc.stdint cimport int16_t, int32_t, int64_t, uint8_t, uint32_t, uint64_t
from haldls._core cimport Layout
from hicannx_sim.anncore.core cimport AnalogCore
from hicannx_sim.chip.cadc_inputs cimport CADCInputs

cdef extern from "sim/chip/kernel/cadc.h":
    enum:
        CADC_COLUMNS, CADC_CHANNELS

    ctypedef struct CadcRamp:
        double gain[512]
        double base[512]
        double count[512]
        int16_t open[512]
        int32_t n_open

    void cadc_start(CadcRamp* ramp, const double* volts, double reached) noexcept nogil
    void cadc_look(CadcRamp* ramp, const double* volts, double reached) noexcept nogil


cdef class CADC:
    """The parallel converters of both hemispheres."""
    cdef Layout config_layout, channel_layout, common_layout
    cdef readonly CADCInputs inputs
    cdef const uint32_t* config_words       # uint32[2, 1] in the plain storage
    cdef const uint32_t* channel_words      # uint32[1024, 1]
    cdef const uint32_t* common_words       # uint32[2, 4]: CommonCorrelationConfig
    cdef bint powered                       # analog supplies on
    cdef int busy                           # bit per hemisphere: converting
    cdef int64_t begin[2]                   # tick at which the counters start
    cdef int64_t end[2]                     # tick at which the samples are there
    cdef CadcRamp ramp[2]
    cdef bint biased[4]                     # converters of a quadrant
    cdef uint8_t samples[2][512]            # hemisphere; causal 0..255, acausal 256..511, by column
    cdef int16_t offset[1024]               # digital offsets, decoded from
    cdef uint32_t seen_channels[1024]
    cdef int stale                          # bit per hemisphere
    # fixed pattern
    cdef double channel_offset[1024]
    cdef double channel_gain[1024]
    cdef double ramp_start[4]
    cdef double ramp_gain[4]
    cdef double noise, common_noise
    cdef uint64_t noise_key, common_key
    cdef object chip, seed
    cdef int n_internal                     # channels of the latest conversion that saw nothing but correlation sensors
    cdef uint64_t n_conversions, n_floating, n_unmodelled

    cdef void reset(self) noexcept nogil
    cdef int64_t start(self, AnalogCore core, int hemisphere, int64_t tick) noexcept nogil
    cdef void look(self, AnalogCore core) noexcept nogil
    cdef uint32_t word(self, uint32_t index) noexcept nogil
    cdef void _quadrant(self, AnalogCore core, int block, int offset_block, int64_t tick) noexcept nogil
    cdef void _refresh_offsets(self, int hemisphere) noexcept nogil
    cdef void _finish(self, int hemisphere) noexcept nogil
