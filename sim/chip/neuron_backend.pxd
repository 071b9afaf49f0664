from libc.stdint cimport int64_t, uint8_t, uint16_t, uint32_t, uint64_t
from haldls._core cimport Layout
from hicannx_sim.anncore.core cimport AnalogCore

cdef enum:
    NEURONS = 512
    EVENT_OUTPUTS = 8


cdef inline int neuron_of(int backend) noexcept nogil:
    """AtomicNeuronOnDLS enum of a backend, reset or spike counter coordinate's enum (facts: coordinates, exact)."""
    return (backend & 127) | (backend >> 8 & 1) << 7 | (backend >> 7 & 1) << 8


cdef class NeuronBackends:
    cdef Layout layout, common_layout, neuron_layout
    cdef bint dirty[NEURONS]
    cdef uint8_t address[NEURONS]
    cdef bint spike_out[NEURONS]
    cdef bint fires[NEURONS]
    cdef bint powered                   # the neurons have their supplies: without them nothing fires
    cdef bint running[2]                # per block: event registers and clocks enabled, not held in reset
    cdef uint16_t counter[NEURONS]      # [7:0] count, [8] overflow
    cdef int64_t busy_until[EVENT_OUTPUTS]
    cdef int64_t latency, period, depth
    cdef uint64_t n_spikes, n_silent, n_lost

    cdef void touch(self, int neuron) noexcept nogil
    cdef void configure(self, int block, const uint32_t* words) noexcept nogil
    cdef void reset(self) noexcept nogil
    cdef int64_t spike(self, AnalogCore core, int neuron, int64_t tick, uint32_t* label) noexcept nogil
