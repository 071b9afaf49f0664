from libc.stdint cimport int16_t, int32_t, int64_t, uint8_t, uint16_t, uint32_t

from hicannx_sim.anncore.settling cimport Settling
from hicannx_sim.base.capmem cimport CAPMEM_BLOCKS, CAPMEM_CELLS
from hicannx_sim.base.growing cimport Growing

cdef struct Spike:
    int64_t tick
    int32_t neuron


cdef struct Recorder:
    # samples of voltages while time goes by
    int64_t key
    int64_t period, next                 # ticks, multiples of the grid
    int64_t keep                         # samples, 0: all
    int64_t dropped
    int count
    size_t size                          # bytes of a sample: its tick, then a float for each voltage
    int32_t* of                          # neuron << 2 | source
    Growing samples
    Recorder* following


cdef struct AnalogState:
    double reference                     # of the currents, relative to the nominal one
    uint16_t cells[CAPMEM_BLOCKS * CAPMEM_CELLS]    # what the analog memory holds: a code that stops the refresh changes nothing
    uint8_t dirty[512]
    int16_t dirty_list[512]
    int n_dirty


cdef class AnalogCore:
    # register images, written by the digital side: numpy arrays for Python, pointers to the same memory for C
    cdef readonly object chip            # hicannx_sim.base.virtual_chip.VirtualChip
    cdef readonly object capmem          # uint16[4, 3120]: code of cell row * 130 + column, blocks NW, NE, SW, SE
    cdef readonly object neuron_config   # uint32[512, 6], by AtomicNeuronOnDLS
    cdef readonly object neuron_backend  # uint32[512, 4], by AtomicNeuronOnDLS
    cdef readonly object backend_common  # uint32[2, 2], by CommonNeuronBackendConfigOnDLS (west, east)
    cdef readonly object weights         # uint8[512, 256]: row 256 * hemisphere + SynapseRowOnSynram, column
    cdef readonly object labels          # uint8[512, 256]
    cdef readonly object column_switches # uint8[512], by AtomicNeuronOnDLS: bits of `ColumnSwitch`
    cdef uint8_t* column_switches_data
    cdef uint16_t* capmem_data
    cdef uint32_t* neuron_config_data
    cdef uint32_t* neuron_backend_data
    cdef uint32_t* backend_common_data
    cdef uint8_t* weights_data
    cdef uint8_t* labels_data

    cdef readonly int64_t now            # grid point reached, in ticks of 2 ns
    cdef Spike* spikes                   # of the last run, in time order; valid until the next one
    cdef readonly int n_spikes

    cdef void* memory                    # what was allocated for the engine
    cdef void* engine                    # the engine's Core, on a cache line
    cdef object parameters
    cdef readonly Settling settling      # None: cells have their values at once
    cdef bint settles, crosstalk
    cdef AnalogState s
    cdef uint32_t[2][2] common_before    # words of each block's common register when it was last touched
    cdef int64_t[512] configured         # tick at which a neuron got the parameters that it has: evidence, no state
    cdef readonly int64_t latest_pulse   # tick of the latest event that came to a row of synapses
    cdef bint[2] common_known            # whether they and the parameters of the block's neurons go together
    cdef const uint16_t* cells           # of the state
    cdef uint16_t[CAPMEM_CELLS] scaled   # codes of one neuron as a reference that is not nominal makes them
    cdef Recorder* recorders             # who looks; no state, and without effect on it
    cdef int64_t look_at, recorder_keys
    cdef object gains                    # float32[512, 256] of the synapses, None if all are 1

    cdef void derive(self) noexcept nogil
    cdef void touch(self, int neuron, uint8_t what) noexcept nogil
    cdef void forget_common(self) noexcept nogil
    cdef int64_t quiet_until(self) noexcept nogil
    cdef void aim_cell(self, int at, uint16_t code) noexcept nogil
    cdef void aim_block(self, int block) noexcept nogil
    cdef void set_cell(self, int at, uint16_t code) noexcept nogil
    cdef void refresh_cells(self) noexcept nogil
    cdef const uint16_t* codes(self, int neuron) noexcept nogil
    cpdef void touch_neuron(self, int neuron) noexcept nogil
    cpdef void touch_capmem(self, int block, int cell) noexcept nogil
    cpdef void switch_column(self, int neuron, int switches) noexcept nogil
    cpdef void touch_backend_common(self, int block) noexcept nogil
    cpdef void row_pulse(self, int64_t tick, int row, int address, double charge, int mode) noexcept nogil
    cpdef void fire(self, int neuron, int64_t tick) noexcept nogil
    cpdef int64_t run(self, int64_t until) noexcept nogil
    cdef void count_cycles(self, bint on) noexcept nogil
    cdef void look(self) noexcept nogil
    cdef Recorder* recorder(self, int64_t key) except NULL
    cdef void _drop(self, Recorder* gone) noexcept
    cdef void _rebase(self) noexcept
    cdef int64_t tell(self, int neuron, bint counted) noexcept nogil
    cpdef void clear_spikes(self) noexcept nogil
    cdef void settle(self) noexcept nogil
    cpdef void set_probe(self, int slot, int neuron, int source) noexcept nogil
    cpdef double probe(self, int slot, int64_t tick) noexcept nogil
    cpdef double voltage(self, int neuron, int source) noexcept nogil
    cdef void voltages(self, int row, const uint8_t* sources, double* volts) noexcept nogil
