from libc.stdint cimport int16_t, int32_t, int64_t, uint8_t, uint32_t, uint64_t

from haldls.layout cimport Layout
from hicannx_sim.anncore.core cimport AnalogCore
from hicannx_sim.chip.cadc_inputs cimport CADCInputs
from hicannx_sim.chip.omnibus cimport Omnibus
from hicannx_sim.correlation.sensors cimport CorrelationSensors

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


cdef struct CADCState:
    uint32_t config_words[2]            # CADCConfig
    uint32_t channel_words[1024]        # CADCChannelConfig
    uint32_t common_words[2][4]         # CommonCorrelationConfig
    bint powered                        # analog supplies on
    int busy                            # bit per hemisphere: converting
    int64_t begin[2]                    # tick at which the counters start
    int64_t end[2]                      # tick at which the samples are there
    bint biased[4]                      # converters of a quadrant
    uint8_t samples[2][512]             # hemisphere; causal 0..255, acausal 256..511, by column
    uint64_t noise_key
    uint64_t common_key
    uint64_t n_conversions[2]           # by hemisphere
    uint64_t n_read[2]                  # quads of samples that were read one by one
    uint64_t n_off[2]                   # those without enable or supply
    uint64_t n_floating[2]              # channels in them that nothing drives
    uint64_t n_internal[2]              # channels in them that saw nothing but a correlation sensor


cdef class CADC:
    """The parallel converters of both hemispheres."""
    cdef CADCState s
    cdef CadcRamp ramp[2]
    cdef readonly CADCInputs inputs
    cdef CorrelationSensors sensors
    cdef AnalogCore analog
    cdef Layout config_layout, channel_layout, common_layout
    cdef int16_t offset[1024]               # digital offsets, as the words say
    # -- fixed pattern and noise
    cdef double channel_offset[1024]
    cdef double channel_gain[1024]
    cdef double ramp_start[4]
    cdef double ramp_gain[4]
    cdef double noise, common_noise, readout_noise
    cdef object seed

    cdef attach(self, Omnibus bus)
    cdef void reset(self) noexcept nogil
    cdef int64_t start(self, int hemisphere, int row, int64_t tick) noexcept nogil
    cdef void look(self) noexcept nogil
    cdef uint32_t word(self, uint32_t index) noexcept nogil
    cdef void _quadrant(self, int block, int offset_block, int row, int64_t tick) noexcept nogil
    cdef void _add_noise(self, int block, int64_t tick, const double* seen) noexcept nogil
    cdef void set_common(self, int hemisphere) noexcept nogil
    cdef void set_offset(self, int channel) noexcept nogil
    cdef void _finish(self, int hemisphere) noexcept nogil
