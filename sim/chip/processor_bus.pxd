from libc.stdint cimport int32_t, int64_t, uint8_t, uint32_t

from hicannx_sim.chip.far_memory cimport FarMemory
from hicannx_sim.chip.parallel_bus cimport ParallelBus
from hicannx_sim.chip.registers cimport Registers

cdef enum:
    OMNIBUS = 0x80000000u       # scalar addresses from here on: data on the chip's omnibus, instructions in memories of the FPGA
    FAR_FETCH_END = 0xa0000000u
    ARRAY_END = 0x01000000u     # parallel locations below: the own hemisphere


cdef class ProcessorBus(Registers):
    cdef readonly ParallelBus parallel
    cdef public FarMemory far           # memories on the FPGA, set by the system
    cdef readonly dict processor_faults # ProcessorFault -> count

    cdef uint32_t program_counter(self, int number) noexcept nogil
    cdef bint fetches(self, uint32_t address) noexcept nogil
    cdef uint32_t fetch_word(self, uint32_t address) noexcept nogil
    cdef uint32_t load_word(self, int number, uint32_t address) noexcept nogil
    cdef void store_word(self, int number, uint32_t address, uint32_t word, int byte_enables) noexcept nogil
    cdef bint _holds_row(self, uint32_t location) noexcept nogil
    cdef void read_row(self, int number, uint32_t location, uint8_t* lanes, const uint8_t* enables) noexcept nogil
    cdef void write_row(self, int number, uint32_t location, const uint8_t* lanes, const uint8_t* enables) noexcept nogil
    cdef void processor_fault(self, int number, uint32_t address, int access, bint undefined) noexcept nogil
