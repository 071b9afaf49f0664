from libc.stdint cimport int64_t, uint16_t, uint32_t, uint64_t

from haldls.layout cimport Layout
from hicannx_sim.anncore._kernel cimport PROBES
from hicannx_sim.anncore.core cimport AnalogCore
from hicannx_sim.base.growing cimport Growing
from hicannx_sim.chip.debug_lines cimport DEBUG_LINES, DebugLines
from hicannx_sim.chip.neurons cimport NeuronRegisters
from hicannx_sim.chip.omnibus cimport Omnibus

cdef enum:
    OFF = 0
    READY = 1
    RECORDING = 2


cdef struct Sample:
    int64_t tick        # time stamp
    uint16_t body       # channel << 10 | value


cdef struct MADCState:
    uint32_t config_words[10]           # MADCConfig
    uint32_t source_words[2]            # ReadoutSourceSelection
    int state                           # OFF, READY, RECORDING
    bint powered                        # the converter
    bint path_powered                   # what lies before it
    int64_t ready                       # tick at which the powered converter is ready
    int64_t began                       # tick of the first sample of the recording
    int64_t start                       # from which the samples of this period are counted
    int64_t taken                       # samples of this recording
    int64_t wanted                      # -1: until stopped
    int64_t next_tick                   # of the next sample
    uint32_t control                    # MADCControl, as last written
    bint stale                          # a register of the converter or of the signal path was written
    uint64_t seen                       # changes of neuron registers and analog memory that the signal path shows
    bint dummy
    double period                       # ticks
    double clock                        # Hz
    int first_input
    int select_length
    int powerup_wait
    int n_samples
    bint path                           # registers connect the active mux to the converter
    # per input of the active mux: sources, the first of the probes at neurons and their number, sum of the voltages of lines
    int connected[2]
    int first_probe[2]
    int n_probes[2]
    double line_volts[2]
    int n_lines                         # switches to lines that are closed
    uint64_t seen_lines                 # `resolved` of the debug lines that the signal path shows
    int probe_neuron[PROBES]
    int probe_source[PROBES]
    double gain
    uint64_t noise_key
    uint64_t wander_key
    uint64_t n_taken
    uint64_t n_starts
    uint64_t n_start_ignored
    uint64_t n_idle                     # samples of nothing: no signal path
    uint64_t n_without_preamp           # those of them without preamplifier
    uint64_t n_unmodelled_sources


cdef class MADC:
    cdef MADCState s
    cdef Growing samples                # Sample: those that wait for their time stamp to pass
    cdef AnalogCore analog
    cdef NeuronRegisters neurons
    cdef DebugLines lines
    cdef Layout config_layout, source_layout, neuron_layout
    cdef double volt_zero, lsb_per_volt, offset
    cdef double noise, wander
    cdef int64_t invalid_time           # ticks after a start whose samples mean nothing
    # the slow noise at the ends of the span it was last asked for in; follows from key and span, so it is no state
    cdef uint64_t drawn_key
    cdef int64_t drawn_span
    cdef double[2] drawn
    cdef readonly bint watched_line     # of a synaptic input: once led here, evidence and no state
    cdef object seed

    cdef attach(self, Omnibus bus)
    cdef bint _follow(self, int64_t tick) noexcept nogil
    cdef int _input(self, int64_t sample) noexcept nogil
    cdef void control(self, uint32_t word, int64_t tick) noexcept nogil
    cdef void supply(self, bint converter, bint path) noexcept nogil
    cdef void reset(self) noexcept nogil
    cdef bint watches(self) noexcept nogil
    cdef void sample(self, int64_t until) noexcept nogil
    cdef void _configure(self) noexcept nogil
    cdef void _connect(self)
    cdef int _connect_input(self, int source, const int64_t* slots, int probe)
    cdef void _probe(self, int slot, int neuron, int source) noexcept
    cdef bint _biased(self) noexcept
    cdef list _neurons(self, const int64_t* sources, int source)
    cdef double _slow_noise(self, int64_t tick) noexcept nogil
    cdef int _value(self, int source, int64_t tick) noexcept nogil
    cdef void _append(self, int64_t tick, uint16_t body) noexcept nogil
    cdef void _stop(self, int64_t tick) noexcept nogil
    cdef void _finish(self, int64_t tick) noexcept nogil
