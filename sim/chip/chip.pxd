# cython: language_level=3
from libc.stdint cimport int64_t, uint8_t, uint16_t, uint32_t, uint64_t
from sim.anncore.core cimport AnalogCore
from sim.chip.background cimport BackgroundSources
from sim.chip.cadc cimport CADC
from sim.chip.crossbar cimport Crossbar
from sim.chip.madc cimport MADC
from sim.chip.neuron_backend cimport NeuronBackends
from sim.chip.omnibus cimport RegionInfo, RegisterMap
from sim.chip.padi cimport PADIBuses
from sim.chip.queue cimport Event, EventQueue
from sim.chip.synapse_driver cimport SynapseDrivers
from sim.chip.synram cimport SynapseMemory


cdef enum OutKind:
    OUT_SPIKE = 0
    OUT_MADC = 1


cdef struct OutEvent:
    int64_t tick        # time stamp given on chip [2 ns]
    uint16_t body       # spike: 16-bit label; MADC: channel << 10 | value
    uint8_t kind        # OutKind


cdef class Chip:
    # -- what has left the chip and has not been taken yet, in time order
    cdef OutEvent* out
    cdef Py_ssize_t n_out
    cdef Py_ssize_t out_capacity
    cdef readonly int64_t now           # everything up to and including this tick has happened
    cdef readonly Py_ssize_t n_faults   # accesses to undefined, refused or unmodelled addresses so far
    cdef int64_t systime_offset
    cdef int64_t n_joined_elsewhere     # times that a switch connected a line to a debug line that nothing holds at the supply
    cdef public object tap              # test access port, set by the system
    cdef public object link             # link state, set by the system

    # -- blocks
    cdef readonly AnalogCore analog
    cdef readonly RegisterMap map
    cdef readonly SynapseMemory synapses
    cdef readonly Crossbar crossbar
    cdef readonly SynapseDrivers drivers
    cdef readonly PADIBuses padi
    cdef readonly NeuronBackends backends
    cdef readonly BackgroundSources background
    cdef readonly MADC madc
    cdef readonly CADC cadc
    cdef EventQueue queue
    cdef readonly object words          # uint32[n]: plain register words
    cdef uint32_t* word
    cdef int64_t link_free
    cdef dict fault_counts              # (address, is_read, is_undefined) -> count
    cdef list new_faults
    cdef public bint strict             # a setting that has no effect counts as a fault

    # -- called by the FPGA side; ticks never decrease
    cdef void write(self, uint32_t address, uint32_t data, int byte_enables, int64_t tick) noexcept nogil
    cdef uint32_t read(self, uint32_t address, int64_t tick) noexcept nogil
    cdef void spike(self, uint16_t label, int64_t tick) noexcept nogil
    cdef void advance(self, int64_t tick) noexcept nogil
    cdef void clear_out(self) noexcept nogil
    # 43-bit counter at 250 MHz; sync: the counter adopts the base registers at this tick
    cdef int64_t systime(self, int64_t tick) noexcept nogil
    cdef void systime_sync(self, int64_t tick) noexcept nogil
    cpdef void reset(self, int64_t tick)
    # plain registers past all side effects, for the blocks that stand behind them (PLL, PHY)
    cdef uint32_t peek(self, uint32_t address) noexcept nogil
    cdef void poke(self, uint32_t address, uint32_t data) noexcept nogil

    cdef _lend_words(self, CADC cadc)
    cdef void _write_block(self, const RegionInfo* region, uint32_t index, uint32_t data, int byte_enables, int64_t tick) noexcept nogil
    cdef void _write_stored(self, const RegionInfo* region, uint32_t index, int64_t tick) noexcept nogil
    cdef void _write_image(self, const RegionInfo* region, uint32_t index, uint32_t data, uint32_t mask) noexcept nogil
    cdef void board_moved(self, int64_t tick) noexcept nogil
    cdef void _switch_lines(self, int neuron) noexcept nogil
    cdef void _trigger(self, const RegionInfo* region, uint32_t index, uint32_t data, int64_t tick) noexcept nogil
    cdef uint32_t _read_block(self, const RegionInfo* region, uint32_t index) noexcept nogil
    cdef uint32_t _convert(self, uint32_t address, uint32_t index, int64_t tick) noexcept nogil
    cdef void _catch_up(self, int64_t tick) noexcept nogil
    cdef void _run_analog(self, int64_t tick) noexcept nogil
    cdef void _collect_spikes(self) noexcept nogil
    cdef void _dispatch(self, const Event* event, int64_t horizon) noexcept nogil
    cdef void _route(self, int source, uint32_t label, int64_t tick) noexcept nogil
    cdef void _background(self, const Event* event, int64_t horizon) noexcept nogil
    cdef void _emit(self, int64_t tick, uint16_t body, int kind) noexcept nogil
    cdef void _flush_samples(self, int64_t tick) noexcept nogil
    cdef void _watch(self, uint32_t address, uint32_t cell) noexcept nogil
    cdef void _fault(self, uint32_t address, bint is_read, bint undefined) noexcept nogil
