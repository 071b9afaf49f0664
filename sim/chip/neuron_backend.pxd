from libc.stdint cimport int64_t, uint8_t, uint16_t, uint32_t, uint64_t

from haldls.layout cimport Layout
from hicannx_sim.anncore.core cimport AnalogCore
from hicannx_sim.chip.neurons cimport NEURONS, NeuronRegisters
from hicannx_sim.chip.omnibus cimport Omnibus

cdef enum:
    EVENT_OUTPUTS = 8


cdef struct BackendState:
    bint powered                    # the neurons have their supplies: without them nothing fires
    bint running[2]                 # per block: clocks enabled, not held in reset
    bint passing[2]                 # per block: event registers let spikes out
    uint16_t counter[NEURONS]       # [7:0] count, [8] overflow
    int64_t busy_until[EVENT_OUTPUTS]
    uint64_t n_spikes
    uint64_t n_silent
    uint64_t n_pulsed[2]            # of the silent ones, by hemisphere, those that sent a pulse to sensors that store nothing
    uint64_t n_counter_reads        # of the neurons' spike counters
    uint64_t n_lost


cdef class NeuronBackends:
    cdef BackendState s
    cdef NeuronRegisters neurons
    cdef Layout layout, common_layout, neuron_layout
    cdef int64_t latency, period, depth
    # -- decoded registers of a neuron, as of `seen`
    cdef uint32_t seen[NEURONS]
    cdef uint8_t address[NEURONS]
    cdef bint spike_out[NEURONS]
    cdef bint fires[NEURONS]
    cdef bint overwritten[NEURONS]      # its post-synaptic pulses come from elsewhere

    cdef attach(self, Omnibus bus)
    cdef void configure(self, int block) noexcept nogil
    cdef void reset(self) noexcept nogil
    cdef int64_t spike(self, int neuron, int64_t tick, uint32_t* label) noexcept nogil
    cdef void count(self, int neuron) noexcept nogil
    cdef void supply(self, bint powered) noexcept nogil
    cdef bint pulses(self, int neuron) noexcept nogil
    cdef uint32_t read_counter(self, int neuron) noexcept nogil
    cdef void _decode(self, int neuron) noexcept nogil
