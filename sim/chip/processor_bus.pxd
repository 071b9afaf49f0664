from libc.stdint cimport int64_t, uint8_t, uint32_t

from hicannx_sim.chip.fabric cimport Fabric
from hicannx_sim.chip.far_memory cimport FarMemory
from hicannx_sim.chip.faults cimport Faults
from hicannx_sim.chip.omnibus cimport Omnibus
from hicannx_sim.chip.parallel_bus cimport ParallelBus

cdef enum:
    OMNIBUS = 0x80000000u       # scalar addresses from here on: data on the chip's omnibus, instructions in memories of the FPGA
    FAR_FETCH_END = 0xa0000000u
    ARRAY_END = 0x01000000u     # parallel locations below: the own hemisphere



cdef class ProcessorBus:
    """The ways that a processor takes to registers, to its hemisphere and to memories beside the chip. Accesses happen now."""
    cdef Fabric fabric
    cdef Omnibus omnibus
    cdef Faults faults
    cdef readonly ParallelBus parallel
    cdef public FarMemory far           # memories on the FPGA, set by the system

    # -- what an access of the core's kind (PPU_ACCESS_...) will need
    cdef bint fetches(self, uint32_t address) noexcept nogil
    cdef bint takes_time(self, int access, uint32_t address) noexcept nogil
    cdef int64_t begin(self, int number, uint32_t pc, int access, uint32_t address) noexcept nogil
    cdef bint keeps(self, uint32_t address, uint32_t* word) noexcept nogil
    # -- accesses
    cdef uint32_t fetch_word(self, uint32_t address) noexcept nogil
    cdef uint32_t load_word(self, int number, uint32_t pc, uint32_t address) noexcept nogil
    cdef void store_word(self, int number, uint32_t pc, uint32_t address, uint32_t word, int byte_enables) noexcept nogil
    cdef void _read_switches(self, uint32_t address, uint8_t* lanes) noexcept nogil
    cdef void _write_switches(self, uint32_t address, const uint8_t* lanes, const uint8_t* enables) noexcept nogil
    cdef void read_row(self, int number, uint32_t pc, uint32_t location, uint8_t* lanes, const uint8_t* enables) noexcept nogil
    cdef void write_row(self, int number, uint32_t pc, uint32_t location, const uint8_t* lanes, const uint8_t* enables) noexcept nogil
    cdef bint _holds_row(self, uint32_t location) noexcept nogil
