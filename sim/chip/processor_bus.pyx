"""What the two plasticity processors reach beyond their SRAM (facts: ppu/memory_map).

Of the scalar address space the memories of the FPGA and the chip's omnibus, of the vectors' the parallel bus of the own hemisphere and, in rows
of 128 bytes with the words in reverse order, the memories of the FPGA again. What is accessed elsewhere reads 0 and is reported.
"""

from libc.string cimport memchr

from hicannx_sim.chip.omnibus cimport SERVED, UNDEFINED, UNMODELLED, region_of
from hicannx_sim.chip.parallel_bus cimport LANES_OF_ROW, WORDS_OF_ROW, switches_at
from hicannx_sim.chip.watch cimport READ, ROW_READ, ROW_WRITE, WRITE
from hicannx_sim.ppu.core cimport PPU_ACCESS_LOAD, PPU_ACCESS_READ, PPU_ACCESS_STORE, PPU_ACCESS_WRITE

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
    CONDITIONAL_READ = 5        # of `faults.ACCESSES`, whose others are numbered as the core numbers them


cdef inline uint32_t omnibus_word(uint32_t address) noexcept nogil:
    """The chip's word address behind a scalar address."""
    return (address & 0x7fffffff) >> 2


cdef inline int nothing_at(uint32_t address) noexcept nogil:
    """Below the memories there is nothing, behind them what is not modelled."""
    return UNDEFINED if address < FAR_DATA_END else UNMODELLED


cdef uint32_t far_word(uint32_t address) noexcept nogil:
    """The FPGA's word behind an address of the data or the instruction window."""
    return FPGA_SRAM | (address & 0x3fffffff) >> 2


cdef uint32_t far_row(uint32_t location) noexcept nogil:
    """The FPGA's first word behind a parallel location."""
    return (FPGA_DRAM if location >= FAR_DRAM_ROWS else FPGA_SRAM) + ((location & 0xffffff) << 2)


cdef uint32_t seen_at(uint32_t address) noexcept nogil:
    """The word address of an access as the log has it: on the chip, with bit 31 on the FPGA; 0xffffffff where neither is."""
    if address >= OMNIBUS:
        return omnibus_word(address)
    return far_word(address) if FAR_DATA <= address < FAR_DATA_END else 0xffffffffu


cdef int lanes_of(const uint8_t* enables) noexcept nogil:
    """How many lanes are enabled."""
    cdef int i, count = 0
    for i in range(LANES_OF_ROW):
        count += enables[i] != 0
    return count


cdef class ProcessorBus:
    def __init__(self, Fabric fabric not None, Omnibus omnibus not None, Faults faults not None):
        self.fabric, self.omnibus, self.faults = fabric, omnibus, faults
        self.parallel, self.far = ParallelBus(fabric.analog, fabric.synapses, fabric.cadc), FarMemory()

    cdef bint fetches(self, uint32_t address) noexcept nogil:
        """There are instructions at this address."""
        return OMNIBUS <= address < FAR_FETCH_END and self.far.holds(far_word(address))

    cdef bint takes_time(self, int access, uint32_t address) noexcept nogil:
        """Whether the answer to an access has to be prepared first, by the converters."""
        if access == PPU_ACCESS_READ:
            return address < ARRAY_END and self.parallel.takes_time(address)
        return access == PPU_ACCESS_LOAD and address >= OMNIBUS and self.omnibus.takes_time(self.omnibus.map.find(omnibus_word(address)))

    cdef int64_t begin(self, int number, uint32_t pc, int access, uint32_t address) noexcept nogil:
        """An access that takes time begins; the tick at which the answer is there."""
        if access == PPU_ACCESS_READ:
            return self.parallel.begin(number, address, self.fabric.s.now)
        return self.omnibus.begin(self.omnibus.map.find(omnibus_word(address)), self.fabric.s.now)

    cdef bint keeps(self, uint32_t address, uint32_t* word) noexcept nogil:
        """A load gives `word` until somebody stores another one, and does nothing else."""
        cdef uint32_t cell
        if address >= OMNIBUS:
            cell = self.omnibus.map.find(omnibus_word(address))
            return (cell != 0 and self.omnibus.attached[region_of(cell)].words != NULL and not self.omnibus.is_live(cell)
                    and self.omnibus.map.region[region_of(cell)].readable and self.omnibus.read(cell, word) == SERVED)
        if not FAR_DATA <= address < FAR_DATA_END or not self.far.holds(far_word(address)):
            return False
        word[0] = self.far.load_far(far_word(address))
        return True

    cdef uint32_t fetch_word(self, uint32_t address) noexcept nogil:
        return self.far.load_far(far_word(address))

    cdef uint32_t load_word(self, int number, uint32_t pc, uint32_t address) noexcept nogil:
        cdef uint32_t word = 0
        cdef int problem = SERVED
        if address >= OMNIBUS:
            self.fabric.advance(self.fabric.s.now)
            problem = self.omnibus.read(self.omnibus.map.find(omnibus_word(address)), &word)
        elif FAR_DATA <= address < FAR_DATA_END and self.far.holds(far_word(address)):
            word = self.far.load_far(far_word(address))
        else:
            problem = nothing_at(address)
        if self.fabric.watch.accesses_on:
            self.fabric.watch.by_processor(self.fabric.s.now, number, pc, READ, seen_at(address), word, 15, problem)
        if problem != SERVED:
            self.faults.processor(number, pc, address & ~3u if address >= OMNIBUS else address, PPU_ACCESS_LOAD, problem)
        return word

    cdef void store_word(self, int number, uint32_t pc, uint32_t address, uint32_t word, int byte_enables) noexcept nogil:
        cdef int problem = SERVED
        cdef uint32_t cell = 0
        if address >= OMNIBUS:
            cell = self.omnibus.map.find(omnibus_word(address))
            self.fabric.advance(self.fabric.s.now)
            problem = self.omnibus.write(cell, word, byte_enables, self.fabric.s.now)
        elif FAR_DATA <= address < FAR_DATA_END and self.far.holds(far_word(address)):
            self.far.store_far(far_word(address), word, byte_enables)
        else:
            problem = nothing_at(address)
        if self.fabric.watch.accesses_on:
            self.fabric.watch.by_processor(self.fabric.s.now, number, pc, WRITE, seen_at(address), word, byte_enables, problem)
        if problem != SERVED:
            self.faults.processor(number, pc, address & ~3u if address >= OMNIBUS else address, PPU_ACCESS_STORE, problem)
        elif self.faults.strict and self.omnibus.is_watched(cell):
            self.faults.setting(self.omnibus, omnibus_word(address), cell, True)

    cdef bint _holds_row(self, uint32_t location) noexcept nogil:
        """All words of this row lie in a memory; behind the SRAM's last row comes a gap before the DRAM."""
        if not FAR_ROWS <= location < FAR_ROWS_END:
            return False
        return self.far.holds(far_row(location)) and self.far.holds(far_row(location) + WORDS_OF_ROW - 1)

    cdef void _read_switches(self, uint32_t address, uint8_t* lanes) noexcept nogil:
        cdef int word, byte
        for word in range(WORDS_OF_ROW):
            for byte in range(4):
                lanes[4 * word + byte] = self.omnibus.peek(address + word) >> (24 - 8 * byte) & 0xff

    cdef void _write_switches(self, uint32_t address, const uint8_t* lanes, const uint8_t* enables) noexcept nogil:
        cdef int word, byte, enabled
        cdef uint32_t data, cell
        self.fabric.advance(self.fabric.s.now)
        for word in range(WORDS_OF_ROW):
            data = enabled = 0
            cell = self.omnibus.map.find(address + word)
            for byte in range(4):
                data = data << 8 | lanes[4 * word + byte]
                enabled = enabled << 1 | (enables[4 * word + byte] != 0)
            if enabled:
                self.omnibus.write(cell, data, enabled, self.fabric.s.now)
            if enabled and self.faults.strict and self.omnibus.is_watched(cell):
                self.faults.setting(self.omnibus, address + word, cell, True)

    cdef void read_row(self, int number, uint32_t pc, uint32_t location, uint8_t* lanes, const uint8_t* enables) noexcept nogil:
        """Words of memories come in reverse order, the last one into the first lanes. What lanes that are not enabled read is not known: here
        the same as the others. `lanes` are 0 before."""
        cdef int problem = SERVED, word
        cdef uint32_t data
        if memchr(enables, 0, LANES_OF_ROW) != NULL:
            self.faults.processor(number, pc, location, CONDITIONAL_READ, UNMODELLED)
        if location < ARRAY_END and switches_at(number, location):
            self._read_switches(switches_at(number, location), lanes)
        elif location < ARRAY_END:
            problem = self.parallel.read(number, location, lanes)
        elif self._holds_row(location):
            for word in range(WORDS_OF_ROW):
                data = self.far.load_far(far_row(location) + WORDS_OF_ROW - 1 - word)
                lanes[4 * word], lanes[4 * word + 1] = data >> 24, data >> 16 & 0xff
                lanes[4 * word + 2], lanes[4 * word + 3] = data >> 8 & 0xff, data & 0xff
        else:
            problem = UNDEFINED
        if self.fabric.watch.accesses_on:
            self.fabric.watch.by_processor(self.fabric.s.now, number, pc, ROW_READ, location, lanes_of(enables), 15, problem)
        if problem != SERVED:
            self.faults.processor(number, pc, location, PPU_ACCESS_READ, problem)

    cdef void write_row(
        self, int number, uint32_t pc, uint32_t location, const uint8_t* lanes, const uint8_t* enables
    ) noexcept nogil:
        cdef int problem = SERVED, word, byte, enabled
        cdef uint32_t data
        if location < ARRAY_END and switches_at(number, location):
            self._write_switches(switches_at(number, location), lanes, enables)
        elif location < ARRAY_END:
            problem = self.parallel.write(number, location, lanes, enables, self.fabric.s.now)
        elif self._holds_row(location):
            for word in range(WORDS_OF_ROW):
                data = enabled = 0
                for byte in range(4):
                    data = data << 8 | lanes[4 * word + byte]
                    enabled = enabled << 1 | (enables[4 * word + byte] != 0)
                self.far.store_far(far_row(location) + WORDS_OF_ROW - 1 - word, data, enabled)
        else:
            problem = UNDEFINED
        if self.fabric.watch.accesses_on:
            self.fabric.watch.by_processor(self.fabric.s.now, number, pc, ROW_WRITE, location, lanes_of(enables), 15, problem)
        if problem != SERVED:
            self.faults.processor(number, pc, location, PPU_ACCESS_WRITE, problem)
