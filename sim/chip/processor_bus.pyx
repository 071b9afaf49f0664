"""What the two plasticity processors reach beyond their SRAM (facts: ppu/memory_map).

Of the scalar address space the memories of the FPGA and the chip's omnibus, of the vectors' the parallel bus of the own hemisphere and, in rows
of 128 bytes with the words in reverse order, the memories of the FPGA again. What is accessed elsewhere reads 0 and is reported.
"""

import logging

from libc.string cimport memchr

from hicannx_sim.chip.parallel_bus cimport BUS_SERVED, BUS_UNDEFINED, LANES_OF_ROW
from hicannx_sim.chip.registers cimport FAULTS_COUNTED
from hicannx_sim.ppu.core cimport PPU_ACCESS_LOAD, PPU_ACCESS_READ, PPU_ACCESS_STORE, PPU_ACCESS_WRITE

from hicannx_sim.chip.processor_fault import ProcessorFault

_log = logging.getLogger("hicannx.ppu")

cdef enum:
    # scalar address space
    FAR_DATA = 0x40000000u      # memories of the FPGA
    FAR_DATA_END = 0x60000000u  # behind them the playback executor, which is not modelled from here
    # parallel locations
    FAR_ROWS = 0x80000000u      # of 16 bytes in the FPGA's SRAM
    FAR_DRAM_ROWS = 0x81000000u
    FAR_ROWS_END = 0x82000000u
    # the FPGA's omnibus
    FPGA_SRAM = 0x80000000u
    FPGA_DRAM = 0x84000000u
    WORDS_OF_ROW = 32
    CONDITIONAL_READ = 5        # of ACCESSES, whose others are numbered as the core numbers them

ACCESSES = ("fetch", "load", "store", "vector read", "vector write", "conditional vector read")


cdef uint32_t far_word(uint32_t address) noexcept nogil:
    """The FPGA's word behind an address of the data or the instruction window."""
    return FPGA_SRAM | (address & 0x3fffffff) >> 2


cdef uint32_t far_row(uint32_t location) noexcept nogil:
    """The FPGA's first word behind a parallel location."""
    return (FPGA_DRAM if location >= FAR_DRAM_ROWS else FPGA_SRAM) + ((location & 0xffffff) << 2)


cdef class ProcessorBus(Registers):
    """The chip's registers, and the ways to them and to the memories beside the chip that a processor takes. Accesses happen at `now`."""

    def __init__(self, chip, seed):
        super().__init__(chip, seed)
        self.parallel, self.far, self.processor_faults = ParallelBus(self.analog, self.synapses, self.cadc), FarMemory(), {}

    cdef uint32_t program_counter(self, int number) noexcept nogil:
        """Where a core stands."""
        return 0

    cdef bint fetches(self, uint32_t address) noexcept nogil:
        """There are instructions at this address."""
        return OMNIBUS <= address < FAR_FETCH_END and self.far.holds(far_word(address))

    cdef uint32_t fetch_word(self, uint32_t address) noexcept nogil:
        return self.far.load_far(far_word(address))

    cdef uint32_t load_word(self, int number, uint32_t address) noexcept nogil:
        if address >= OMNIBUS:
            return self.read((address & 0x7fffffff) >> 2, self.now)
        if FAR_DATA <= address < FAR_DATA_END and self.far.holds(far_word(address)):
            return self.far.load_far(far_word(address))
        self.processor_fault(number, address, PPU_ACCESS_LOAD, address < FAR_DATA_END)
        return 0

    cdef void store_word(self, int number, uint32_t address, uint32_t word, int byte_enables) noexcept nogil:
        if address >= OMNIBUS:
            self.write((address & 0x7fffffff) >> 2, word, byte_enables, self.now)
        elif FAR_DATA <= address < FAR_DATA_END and self.far.holds(far_word(address)):
            self.far.store_far(far_word(address), word, byte_enables)
        else:
            self.processor_fault(number, address, PPU_ACCESS_STORE, address < FAR_DATA_END)

    cdef bint _holds_row(self, uint32_t location) noexcept nogil:
        """All words of this row lie in a memory; behind the SRAM's last row comes a gap before the DRAM."""
        if not FAR_ROWS <= location < FAR_ROWS_END:
            return False
        return self.far.holds(far_row(location)) and self.far.holds(far_row(location) + WORDS_OF_ROW - 1)

    cdef void read_row(self, int number, uint32_t location, uint8_t* lanes, const uint8_t* enables) noexcept nogil:
        """Words of memories come in reverse order, the last one into the first lanes. What lanes that are not enabled read is not known: here
        the same as the others. `lanes` are 0 before."""
        cdef int problem = BUS_SERVED, word
        cdef uint32_t data
        if memchr(enables, 0, LANES_OF_ROW) != NULL:
            self.processor_fault(number, location, CONDITIONAL_READ, False)
        if location < ARRAY_END:
            problem = self.parallel.read(number, location, lanes)
        elif self._holds_row(location):
            for word in range(WORDS_OF_ROW):
                data = self.far.load_far(far_row(location) + WORDS_OF_ROW - 1 - word)
                lanes[4 * word], lanes[4 * word + 1] = data >> 24, data >> 16 & 0xff
                lanes[4 * word + 2], lanes[4 * word + 3] = data >> 8 & 0xff, data & 0xff
        else:
            problem = BUS_UNDEFINED
        if problem != BUS_SERVED:
            self.processor_fault(number, location, PPU_ACCESS_READ, problem == BUS_UNDEFINED)

    cdef void write_row(self, int number, uint32_t location, const uint8_t* lanes, const uint8_t* enables) noexcept nogil:
        cdef int problem = BUS_SERVED, word, byte, enabled
        cdef uint32_t data
        if location < ARRAY_END:
            problem = self.parallel.write(number, location, lanes, enables, self.now)
        elif self._holds_row(location):
            for word in range(WORDS_OF_ROW):
                data = enabled = 0
                for byte in range(4):
                    data = data << 8 | lanes[4 * word + byte]
                    enabled = enabled << 1 | (enables[4 * word + byte] != 0)
                self.far.store_far(far_row(location) + WORDS_OF_ROW - 1 - word, data, enabled)
        else:
            problem = BUS_UNDEFINED
        if problem != BUS_SERVED:
            self.processor_fault(number, location, PPU_ACCESS_WRITE, problem == BUS_UNDEFINED)

    def processor_report(self):
        """One line for the misaligned accesses of a core, each access that nobody served, and each address at which a word ran that is no
        instruction."""
        unaligned = [(number, *core.unaligned) for number, core in enumerate(self.ppus)]
        lines = [f"PPU {number}: misaligned accesses: {count} x, first at {pc:#x}; they were left out" for number, count, pc in unaligned if count]
        lines += [f"{fault}: {count} x" for fault, count in self.processor_faults.items()]
        return lines + [f"PPU {number}: {entry}" for number, core in enumerate(self.ppus) for entry in core.undecoded_words()]

    cdef void processor_fault(self, int number, uint32_t address, int access, bint undefined) noexcept nogil:
        """An access that nobody serves: it reads 0, is counted, and is logged once per address."""
        with gil:
            fault = ProcessorFault(number, self.program_counter(number), address, ACCESSES[access], bool(undefined))
            if fault not in self.processor_faults and len(self.processor_faults) < FAULTS_COUNTED:
                self.processor_faults[fault] = 0
                _log.warning("%s", fault)
            if fault in self.processor_faults:
                self.processor_faults[fault] += 1
            self.note_fault(fault)
