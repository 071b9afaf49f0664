cimport cython
from libc.stdint cimport int32_t, int64_t, uint8_t, uint16_t, uint64_t

cdef enum:
    SENSORS = 256       # of one branch in a row, and in a column of one hemisphere (kernel/pairs.h)
    ADDRESSES = 64
    CAUSAL = 0          # branches: a pre-synaptic pulse before a post-synaptic one
    ACAUSAL
    BRANCHES
    BOTH = 3            # as bits
    HEMISPHERES = 2
    QUADRANTS = 4
    ROWS = 512          # 256 * hemisphere + row


cdef struct SensorState:
    bint in_use                         # something was stored since the last reset of the chip
    int64_t epoch                       # tick from which the times below count
    double reset_volts, measure_volts   # of the board: v_reset, v_res_meas
    double reference                    # of the currents, relative to the nominal one
    int32_t newest_pre[2]               # latest pulse in a hemisphere; 0: none
    int32_t newest_post[2]
    int32_t post[512]                   # latest post-synaptic pulse of a column, by neuron
    int32_t pre[512]                    # latest pre-synaptic pulse of a row
    uint8_t address[512]                # its address
    uint8_t mixed[512]                  # the row has seen more than one address
    int32_t n_mixed[2]
    int64_t reset_ticks[2]              # length of a reset
    uint64_t noise_key
    uint64_t n_fired[2]                 # post-synaptic pulses of a hemisphere, stored or not
    uint64_t n_pre, n_post              # pulses of hemispheres that store
    uint64_t n_resets                   # of single synapses


cdef struct Sensors:
    # of the state: single sensors, causal ones by [row's hemisphere][column][row], acausal ones by [row 0..511][column]
    float stored[BRANCHES][ROWS * SENSORS]          # LSB
    int32_t times[ROWS][ADDRESSES]                  # latest pre-synaptic pulse of each address
    # -- what follows from configuration and fixed pattern
    float amplitude[BRANCHES][ROWS * SENSORS]       # LSB per pair
    float rate[BRANCHES][ROWS * SENSORS]            # of the decay, see pairs.h
    float amplitude_factor[BRANCHES][ROWS * SENSORS]
    float rate_factor[BRANCHES][ROWS * SENSORS]
    float offset[BRANCHES][ROWS * SENSORS]          # V
    uint8_t labels[HEMISPHERES][SENSORS][SENSORS]   # hemisphere, column, row
    uint64_t present[ROWS]                          # labels of the row's synapses, a bit each
    bint ragged[ROWS]                               # not all synapses of the row have seen its latest pulse
    int n_ragged[HEMISPHERES]
    bint drawn[ROWS]


cdef struct Quadrant:
    uint16_t store, ramp        # codes that the rest was derived from
    double amplitude, rate      # of a nominal sensor
    double level                # V as read of a sensor that nothing is stored in


@cython.final
cdef class CorrelationSensors:
    """The sensors of all synapses of a chip."""
    cdef SensorState s
    cdef Sensors* store
    cdef Quadrant quadrant[QUADRANTS]
    cdef bint active[HEMISPHERES]       # pulses store something
    cdef int64_t memory[HEMISPHERES]    # ticks after which no trace is left
    cdef bint stale[ROWS]               # derived quantities of the row do not follow its configuration
    cdef int n_stale[HEMISPHERES]
    cdef readonly object chip
    cdef object seed
    cdef double noise
    cdef int instruction_set
    # -- read, owned by others: cells of the analog memory [quadrant][cell], labels and calibrations [row][column]
    cdef object owner                   # keeps them alive
    cdef const uint16_t* cells
    cdef const uint8_t* labels
    cdef const uint8_t* time_calibs
    cdef const uint8_t* amp_calibs

    cdef connect(self, owner, const uint16_t* cells, const uint8_t* labels, const uint8_t* time_calibs, const uint8_t* amp_calibs)
    cdef void clear(self) noexcept nogil
    cdef void touch_row(self, int row) noexcept nogil
    # whether a hemisphere stores pairs as it is configured now
    cdef bint stores(self, int hemisphere) noexcept nogil
    # the same, as so many neurons of it have fired
    cdef bint fired(self, int hemisphere, int neurons) noexcept nogil
    # pulses in the order of their ticks, of one tick the pre-synaptic ones first; row 0..511, neuron 0..511
    cdef void pre(self, int row, int address, int64_t tick) noexcept nogil
    cdef void post(self, int neuron, int64_t tick) noexcept nogil
    # branches: bit 0 causal, bit 1 acausal
    cdef void reset(self, int row, int column, int branches) noexcept nogil
    cdef void neuron_reset(self, int neuron) noexcept nogil
    cdef void _fade(self, int branch, int row, int column) noexcept nogil
    # V as read, with trial noise if `noise_of` is 0 or more: a number that tells conversions and channels apart
    cdef double level(self, int branch, int row, int column, int64_t noise_of) noexcept nogil
    cdef void _forget(self) noexcept nogil
    cdef void _require_store(self) noexcept nogil
    cdef void _draw(self, int row) noexcept nogil
    cdef void _derive(self, int row) noexcept nogil
    cdef void _compare_labels(self, int row) noexcept nogil
    cdef void _derive_hemisphere(self, int hemisphere) noexcept nogil
    cdef void _follow(self, int hemisphere) noexcept nogil
    cdef void _new_address(self, int row, int address, int32_t now) noexcept nogil
    cdef int32_t _time(self, int64_t tick) noexcept nogil
    cdef void _shift(self, int64_t ticks) noexcept nogil
