# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""The FPGA's own part of the omnibus: what reading and writing its registers does. Time in FPGA cycles."""

from libc.stdint cimport int64_t, uint32_t, uint64_t

from sim.chip.link cimport Link
from sim.clock cimport NEVER, TICKS_PER_FPGA_CYCLE
from sim.fpga.registers cimport EFFECT, READABLE, VOLATILE, RegisterFile
from sim.fpga.trace cimport Trace

from sim.fpga.timing import value

cdef enum:
    SMALL_BASE = 0x88000000u
    # offsets from there, as in table.py
    DNA_HIGH = 0x3
    DNA_LOW = 0x4
    EVENT_RECORDING = 0x5
    TIMEOUT = 0x9
    TIMER = 0xc
    LAST_ROUND_TRIP = 0x2001
    LAST_CHIP_TIME = 0x2003
    SYNC_ACTIVE = 0x2005
    PHY_ENABLE = 0x4000
    PHY_ONLINE = 0x400c
    PHY_CONFIG = 0x6000
    SPI = 0x7000
    I2C = 0x7800
    I2C_END = 0x7c00
    PERF_TEST = 0x8000
    PERF_RESULT = 0x8001
    L2_WORDS = 0xc000
    ARQ_COUNTERS = 0xc010
    TEST_WORDS_PER_PHY = 5      # in `perf_test_word` cycles


cdef class LocalBus:
    """Registers of the FPGA, the buses to the `board` (sim.board.Board) and what registers switch in `link` and `trace`."""

    def __init__(self, RegisterFile registers not None, Link link not None, Trace trace not None, board not None, device_dna):
        self.registers, self.link, self.trace, self.board = registers, link, trace, board
        self.device_dna = device_dna
        self.write_latency, self.read_latency = value("fpga_write"), value("fpga_read")
        self.spi_byte, self.i2c_byte = value("spi_byte"), value("i2c_byte")
        self.perf_test_word, self.saturating_phys = value("perf_test_word"), value("saturating_phys")
        self.status.sync_done = self.perf_from = NEVER

    cdef uint32_t timeout(self) noexcept nogil:
        """Cycles an instruction may block."""
        return self.registers.small[TIMEOUT]

    cdef int64_t free_from(self, uint32_t address) noexcept nogil:
        """Cycle from which `address` takes an access: the board's buses transfer one byte at a time."""
        cdef uint32_t offset = address - <uint32_t> SMALL_BASE
        if offset < SPI or offset >= I2C_END:
            return 0
        return self.spi_free if offset < I2C else self.i2c_free

    cdef bint changes_stream(self, uint32_t address) noexcept nogil:
        """Writing it changes what becomes of events: those before must be in the stream."""
        return address == <uint32_t> SMALL_BASE + EVENT_RECORDING

    cdef int64_t write(self, uint32_t address, uint32_t data, int byte_enables, int64_t cycle, int64_t instruction) except -1 nogil:
        """Returns the cycle at which the access is finished."""
        cdef uint32_t offset = address - <uint32_t> SMALL_BASE
        cdef int kind = self.registers.kind(address)
        if kind & EFFECT and SPI <= offset < I2C_END:
            return self.board_write(offset, data, cycle)
        if kind & EFFECT and offset == PERF_TEST:
            self.perf_words = self.tested_words(cycle)
        self.registers.store(address, data, byte_enables, instruction)
        if kind & EFFECT:
            self.effect(offset, self.registers.small[offset], cycle)
        return cycle + self.write_latency

    cdef void effect(self, uint32_t offset, uint32_t data, int64_t cycle) noexcept nogil:
        """What follows from the new value `data` of a register."""
        cdef int64_t tick = cycle * TICKS_PER_FPGA_CYCLE
        if offset == EVENT_RECORDING:
            self.trace.set_recording(data & 1)
        elif offset == PHY_ENABLE:
            self.link.set_fpga_mask(data, tick)
        elif PHY_CONFIG <= offset < PHY_CONFIG + 8:
            self.link.set_fpga_config(offset - PHY_CONFIG, data, tick)
        elif offset == PERF_TEST and data and self.perf_from == NEVER:
            self.perf_from, self.perf_words = cycle, 0
        elif offset == PERF_TEST and not data:
            self.perf_from = NEVER

    cdef int64_t read(self, uint32_t address, int64_t cycle, int64_t instruction, uint32_t* data) except -1 nogil:
        """Returns the cycle at which the response is there."""
        cdef uint32_t offset = address - <uint32_t> SMALL_BASE
        cdef int kind = self.registers.kind(address)
        if not kind & VOLATILE or not kind & READABLE:
            self.registers.load(address, instruction, data)
            return cycle + self.read_latency
        if I2C <= offset < I2C_END:
            self.i2c_free = cycle + self.i2c_byte
            with gil:
                data[0] = self.board.i2c.read(offset - I2C)
            return self.i2c_free + self.read_latency
        data[0] = self.volatile(offset, cycle)
        return cycle + self.read_latency

    cdef uint32_t volatile(self, uint32_t offset, int64_t cycle) noexcept nogil:
        """Registers that show something else than what is stored. Those of two words have the high one first."""
        cdef int64_t tick = cycle * TICKS_PER_FPGA_CYCLE, words
        cdef int phy = offset >> 1 & 7
        if offset == TIMER:
            return <uint32_t> (cycle - self.status.timer_origin)
        if offset == DNA_HIGH:
            return <uint32_t> (self.device_dna >> 32)
        if offset == DNA_LOW:
            return <uint32_t> self.device_dna
        if LAST_ROUND_TRIP <= offset < LAST_ROUND_TRIP + 2:
            return <uint32_t> (self.status.last_round_trip >> 32 * (LAST_ROUND_TRIP + 1 - offset))
        if LAST_CHIP_TIME <= offset < LAST_CHIP_TIME + 2:
            return <uint32_t> (self.status.last_chip_time >> 32 * (LAST_CHIP_TIME + 1 - offset))
        if offset == SYNC_ACTIVE:
            return self.status.sync_done != NEVER
        if PHY_ONLINE <= offset < PHY_ONLINE + 8:
            phy = offset - PHY_ONLINE
            return <uint32_t> ((tick - self.link.up_at[phy]) // TICKS_PER_FPGA_CYCLE) if self.link.is_up(phy, tick) else 0
        if PERF_RESULT <= offset < PERF_RESULT + 3:
            return <uint32_t> self.tested_words(cycle)
        if ARQ_COUNTERS <= offset < ARQ_COUNTERS + 4:
            return <uint32_t> (self.status.words_written if offset < ARQ_COUNTERS + 2 else self.status.words_read)
        if L2_WORDS <= offset < ARQ_COUNTERS and self.link.is_up(phy, tick):
            words = self.status.words_read if offset & 1 else self.status.words_written
            return <uint32_t> (words // self.link.n_up(tick))
        return 0

    cdef int64_t tested_words(self, int64_t cycle) noexcept nogil:
        """Words sent by the performance test. The PHYs share them up to where more of them do not help."""
        cdef int64_t phys
        if self.perf_from == NEVER:
            return self.perf_words
        phys = min(self.link.n_up(cycle * TICKS_PER_FPGA_CYCLE), self.saturating_phys)
        return (cycle - self.perf_from) * TEST_WORDS_PER_PHY * phys // self.perf_test_word

    cdef int64_t board_write(self, uint32_t offset, uint32_t data, int64_t cycle) except -1 nogil:
        """A byte to a device on the board."""
        if offset < I2C:
            self.spi_free = cycle + self.spi_byte
            with gil:
                self.board.spi.write(offset - SPI, data)
            return self.spi_free
        self.i2c_free = cycle + self.i2c_byte
        with gil:
            self.board.i2c.write(offset - I2C, data)
        return self.i2c_free
