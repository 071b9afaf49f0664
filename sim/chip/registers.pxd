from libc.stdint cimport int64_t, uint32_t

from hicannx_sim.chip.fabric cimport Fabric
from hicannx_sim.chip.omnibus cimport RegionInfo, RegisterMap
from hicannx_sim.chip.synram cimport SynapseMemory


cdef enum:
    FAULTS_KEPT = 1024          # latest ones
    FAULTS_COUNTED = 65536      # different ones


cdef class Registers(Fabric):
    cdef readonly RegisterMap map
    cdef readonly SynapseMemory synapses
    cdef readonly object words          # uint32[n]: plain register words
    cdef uint32_t* word
    cdef readonly Py_ssize_t n_faults   # accesses to undefined, refused or unmodelled addresses so far
    cdef dict fault_counts              # (address, is_read, is_undefined) -> count
    cdef list new_faults
    cdef bint within                    # the latest refused setting was written by a processor
    cdef int acting                     # processor whose access is being served, -1: none
    cdef int64_t n_joined_elsewhere     # times that a switch connected a line to a debug line that nothing holds at the supply
    cdef public object reference_source # voltage [V] behind the board's reference current, set by the system
    cdef public bint strict             # a setting that has no effect counts as a fault
    cdef bint active                    # a processor runs, which may access whatever is here

    # word address, word, byte enables (bit 0 = least significant byte); ticks never decrease
    cdef void write(self, uint32_t address, uint32_t data, int byte_enables, int64_t tick) noexcept nogil
    cdef uint32_t read(self, uint32_t address, int64_t tick) noexcept nogil
    # past all side effects
    cdef uint32_t peek(self, uint32_t address) noexcept nogil
    cdef void poke(self, uint32_t address, uint32_t data) noexcept nogil
    cdef void board_moved(self, int64_t tick) noexcept nogil

    cdef void _refer(self)
    cdef _lend_words(self)
    cdef void _write_block(self, const RegionInfo* region, uint32_t index, uint32_t data, int byte_enables, int64_t tick) noexcept nogil
    cdef void _write_stored(self, const RegionInfo* region, uint32_t index, int64_t tick) noexcept nogil
    cdef void _write_image(self, const RegionInfo* region, uint32_t index, uint32_t data, uint32_t mask) noexcept nogil
    cdef void _switch_lines(self, int neuron) noexcept nogil
    cdef void _trigger(self, const RegionInfo* region, uint32_t index, uint32_t data, int64_t tick) noexcept nogil
    cdef uint32_t _read_block(self, const RegionInfo* region, uint32_t index) noexcept nogil
    cdef bint converts(self, uint32_t address) noexcept nogil
    cdef int converters_of(self, uint32_t address) noexcept nogil
    cdef uint32_t _convert(self, uint32_t address, uint32_t index, int64_t tick) noexcept nogil
    cdef void note_fault(self, object fault)
    cdef void _watch(self, uint32_t address, uint32_t cell) noexcept nogil
    cdef void _fault(self, uint32_t address, bint is_read, bint undefined) noexcept nogil
    # the processors, which stand above
    cdef void control_processor(self, int number, int64_t tick) noexcept nogil
    cdef bint processor_sleeps(self, int number) noexcept nogil
    cdef uint32_t load_sram(self, int number, uint32_t index) noexcept nogil
    cdef void store_sram(self, int number, uint32_t index, uint32_t word) noexcept nogil
