from libc.stdint cimport int64_t, uint16_t, uint32_t, uint64_t
from haldls._core cimport Layout
from hicannx_sim.anncore.core cimport AnalogCore

cdef enum:
    OFF = 0
    READY = 1
    RECORDING = 2


cdef struct Sample:
    int64_t tick        # time stamp
    uint16_t body       # channel << 10 | value


cdef class MADC:
    cdef Layout config_layout, source_layout, neuron_layout
    cdef const uint32_t* config_words
    cdef const uint32_t* source_words
    cdef readonly int state
    cdef bint powered, path_powered     # the converter, and what lies before it
    cdef int64_t ready                  # tick at which the powered converter is ready
    cdef int64_t start
    cdef int64_t taken                  # samples of this recording
    cdef int64_t wanted                 # -1: until stopped
    cdef int64_t next_tick              # of the next sample
    cdef bint power_down, preamplifier
    cdef bint stale                     # a register on the signal path was written
    cdef bint dummy
    cdef double period                  # ticks
    cdef double clock                   # Hz
    cdef int first_input, select_length
    cdef int powerup_wait, n_samples
    cdef bint path                      # registers connect the active mux to the converter
    cdef bint connected[2]              # per input of the active mux
    cdef int n_probes[2]
    cdef int probe_slot[2]
    cdef int probe_neuron[2]
    cdef int probe_source[2]
    cdef double volt_zero, lsb_per_volt, offset, gain
    cdef double noise, wander
    cdef int64_t invalid_time           # ticks after a start whose samples mean nothing
    cdef uint64_t noise_key, wander_key
    # the slow noise at the ends of the span it was last asked for in; follows from key and span, so it is no state
    cdef uint64_t drawn_key
    cdef int64_t drawn_span
    cdef double[2] drawn
    cdef object chip, seed
    # samples that wait for their time stamp to pass
    cdef Sample* samples
    cdef Py_ssize_t head, tail, capacity
    cdef uint64_t n_taken, n_start_ignored, n_unmodelled_sources

    cdef void control(self, uint32_t word, int64_t tick) noexcept nogil
    cdef void touch(self) noexcept nogil
    cdef void supply(self, bint converter, bint path) noexcept nogil
    cdef void reset(self) noexcept nogil
    cdef bint watches(self, AnalogCore core) noexcept nogil
    cdef void sample(self, AnalogCore core, int64_t until) noexcept nogil
    cdef void _configure(self) noexcept nogil
    cdef void _connect(self, AnalogCore core)
    cdef void _probe(self, AnalogCore core, int slot, int neuron, int source) noexcept
    cdef bint _biased(self, AnalogCore core) noexcept
    cdef list _neurons(self, AnalogCore core, const int64_t* sources, int source)
    cdef double _slow_noise(self, int64_t tick) noexcept nogil
    cdef int _value(self, AnalogCore core, int source, int64_t tick) noexcept nogil
    cdef void _append(self, int64_t tick, uint16_t body) noexcept nogil
    cdef void _stop(self, int64_t tick) noexcept nogil
    cdef void _finish(self, int64_t tick) noexcept nogil
