"""The FPGA's own part of the omnibus: what reading and writing its registers does. Time in FPGA cycles."""

from libc.stdint cimport int64_t, uint32_t, uint64_t

from hicannx_sim.chip.link cimport Link
from hicannx_sim.base.clock cimport NEVER, TICKS_PER_FPGA_CYCLE
from hicannx_sim.fpga.events cimport EventPath
from hicannx_sim.fpga.registers cimport EFFECT, READABLE, VOLATILE, RegisterFile
from hicannx_sim.fpga.trace cimport Trace
from hicannx_sim.base.state cimport ints, longs, view

from hicannx_sim.base.numbers import number

cdef enum:
    SMALL_BASE = 0x88000000u
    SMALL_END = 0x88010000u
    SPIKE_ROUTES = 0x88020000u
    SPIKE_CONFIG = 0x88038000u
    ROUTING_BASE = 0x880c0000u
    # offsets from 0x88000000, as in table.py
    DNA_HIGH = 0x3
    DNA_LOW = 0x4
    EVENT_RECORDING = 0x5
    TIMEOUT = 0x9
    TIMER = 0xc
    LAST_ROUND_TRIP = 0x2001
    LAST_CHIP_TIME = 0x2003
    SYNC_ACTIVE = 0x2005
    PHY_ENABLE = 0x4000
    PHY_CRC = 0x4004
    PHY_ONLINE = 0x400c
    PHY_DROPPED = 0x4014
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
    """Registers of the FPGA, the buses to the `board` (hicannx_sim.board.Board) and what registers switch in `link`, `trace` and `events`."""

    def __init__(
        self, RegisterFile registers not None, Link link not None, Trace trace not None, EventPath events not None, board not None, device_dna
    ):
        self.registers, self.link, self.trace, self.events, self.board = registers, link, trace, events, board
        self.device_dna, self.rails = device_dna, board.supplies.on()
        self.write_latency, self.read_latency = number("fpga_write"), number("fpga_read")
        self.spi_byte = number("spi_byte")
        self.perf_test_word, self.saturating_phys = number("perf_test_word"), number("saturating_phys")
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

    cdef bint changes_stream(self, uint32_t address, uint32_t data) noexcept nogil:
        """Writing it changes what becomes of events: those before must be on their way."""
        cdef uint32_t offset = address - <uint32_t> SMALL_BASE
        if SPIKE_ROUTES <= address < SPIKE_CONFIG and not self.events.spike_io.sends():
            return False
        if offset >= <uint32_t> SMALL_END - <uint32_t> SMALL_BASE:
            return address >= <uint32_t> SMALL_END and self.registers.kind(address) & EFFECT and data != self.registers.peek(address)
        return offset == EVENT_RECORDING or offset == PHY_ENABLE or PHY_CONFIG <= offset < PHY_CONFIG + 8

    # ---------------------------------------------------------------------------------------------------------- writes
    cdef int64_t write(self, uint32_t address, uint32_t data, int byte_enables, int64_t cycle, int64_t instruction) except -1 nogil:
        """Returns the cycle at which the access is finished."""
        cdef uint32_t offset = address - <uint32_t> SMALL_BASE, before
        if not self.registers.kind(address) & EFFECT:
            self.registers.store(address, data, byte_enables, instruction)
            return cycle + self.write_latency
        if SPI <= offset < I2C_END:
            return self.board_write(offset, data, cycle, instruction)
        if offset == PERF_TEST:
            self.perf_words = self.tested_words(cycle)
        before = self.registers.peek(address)
        self.registers.store(address, data, byte_enables, instruction)
        self.effect(address, before, cycle)
        return cycle + self.write_latency

    cdef void effect(self, uint32_t address, uint32_t before, int64_t cycle) noexcept nogil:
        """What follows from the new value of a register that held `before`."""
        cdef int64_t tick = cycle * TICKS_PER_FPGA_CYCLE
        cdef uint32_t offset = address - <uint32_t> SMALL_BASE, data = self.registers.peek(address)
        if address >= <uint32_t> ROUTING_BASE:
            self.events.router.rewritten(address - <uint32_t> ROUTING_BASE, before, data)
            self.events.reconsider(cycle)
        elif address >= <uint32_t> SMALL_END:
            self.events.reconsider(cycle)
        elif offset == EVENT_RECORDING:
            self.trace.set_recording(data & 1)
        elif offset == PHY_ENABLE:
            self.link.set_fpga_mask(data & ~self.forced_down, tick)
        elif PHY_CONFIG <= offset < PHY_CONFIG + 8:
            self.link.set_fpga_config(offset - PHY_CONFIG, data, tick)
        elif offset == PERF_TEST and data and self.perf_from == NEVER:
            self.perf_from, self.perf_words, self.perf_errors, self.perf_error = cycle, 0, 0, 0
        elif offset == PERF_TEST and not data:
            self.perf_from = NEVER

    cdef void force_down(self, uint32_t phys, int64_t cycle) noexcept nogil:
        """PHYs (bit mask) that stay down whatever the registers say."""
        self.forced_down = phys
        self.link.set_fpga_mask(self.registers.small[PHY_ENABLE] & ~phys, cycle * TICKS_PER_FPGA_CYCLE)

    cdef int64_t board_write(self, uint32_t offset, uint32_t data, int64_t cycle, int64_t instruction) except -1 nogil:
        """A byte to a device on the board. A select line of the SPI bus that leads nowhere is no register."""
        if offset < I2C:
            self.spi_free = cycle + self.spi_byte
            with gil:
                if offset - SPI not in self.board.spi.devices:
                    self.registers.fault(offset + <uint32_t> SMALL_BASE, False, instruction)
                self.board.spi.write(offset - SPI, data)
                self.rails = self.board.supplies.on()
            self.events.advance(cycle * TICKS_PER_FPGA_CYCLE)
            self.events.chip.board_moved(cycle * TICKS_PER_FPGA_CYCLE)
            return self.spi_free
        with gil:
            self.i2c_free = cycle + <int64_t> self.board.i2c.write(offset - I2C, data)
            self.rails = self.board.supplies.on()
        self.events.advance(cycle * TICKS_PER_FPGA_CYCLE)
        self.events.chip.board_moved(cycle * TICKS_PER_FPGA_CYCLE)
        return self.i2c_free

    # ---------------------------------------------------------------------------------------------------------- reads
    cdef int64_t read(self, uint32_t address, int64_t cycle, int64_t instruction, uint32_t* data) except -1 nogil:
        """Returns the cycle at which the response is there."""
        cdef uint32_t offset = address - <uint32_t> SMALL_BASE
        cdef int kind = self.registers.kind(address)
        if not kind & VOLATILE or not kind & READABLE:
            self.registers.load(address, instruction, data)
            return cycle + self.read_latency
        if I2C <= offset < I2C_END:
            return self.board_read(offset, cycle, data)
        data[0] = self.volatile(offset, cycle)
        return cycle + self.read_latency

    cdef int64_t board_read(self, uint32_t offset, int64_t cycle, uint32_t* data) except -1 nogil:
        """A byte from a device on the board."""
        with gil:
            byte, cycles = self.board.i2c.read(offset - I2C)
            data[0] = byte
            self.i2c_free = cycle + <int64_t> cycles
        return self.i2c_free + self.read_latency

    cdef uint32_t volatile(self, uint32_t offset, int64_t cycle) noexcept nogil:
        """Registers that show something else than what is stored. Those of two words have the high one first."""
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
        if offset == PERF_RESULT:
            return <uint32_t> self.tested_words(cycle)
        if PERF_RESULT < offset < PERF_RESULT + 3:
            return <uint32_t> (self.tested_words(cycle) - self.perf_errors)
        if offset == PERF_RESULT + 3:
            return <uint32_t> self.perf_error
        return self.link_counter(offset, cycle * TICKS_PER_FPGA_CYCLE)

    cdef uint32_t link_counter(self, uint32_t offset, int64_t tick) noexcept nogil:
        """Counters of the PHYs and of the omnibus on the link. Repetitions are part of what was sent and received."""
        cdef int64_t sent = self.status.packets_written + self.repeated_to_chip
        cdef int64_t received = self.status.packets_read + self.repeated_from_chip
        cdef int phy = offset >> 1 & 7
        if PHY_CRC <= offset < PHY_CRC + 8:
            return <uint32_t> self.crc_errors[offset - PHY_CRC]
        if PHY_ONLINE <= offset < PHY_ONLINE + 8:
            phy = offset - PHY_ONLINE
            return <uint32_t> ((tick - self.link.s.up_at[phy]) // TICKS_PER_FPGA_CYCLE) if self.link.is_up(phy, tick) else 0
        if PHY_DROPPED <= offset < PHY_DROPPED + 8:
            return <uint32_t> self.events.lost_on_phy[offset - PHY_DROPPED]
        if L2_WORDS <= offset < ARQ_COUNTERS:
            if not self.link.is_up(phy, tick):
                return 0
            return <uint32_t> ((received if offset & 1 else sent) // self.link.n_up(tick))
        if offset == ARQ_COUNTERS:
            return <uint32_t> self.status.packets_written
        if offset == ARQ_COUNTERS + 1:
            return <uint32_t> sent
        return <uint32_t> (received if offset == ARQ_COUNTERS + 2 else self.status.packets_read)

    # ---------------------------------------------------------------------------------------------------------- performance test
    cdef int64_t tested_words(self, int64_t cycle) noexcept nogil:
        """Words sent by the performance test. The PHYs share them up to where more of them do not help."""
        cdef int64_t phys
        if self.perf_from == NEVER:
            return self.perf_words
        phys = min(self.link.n_up(cycle * TICKS_PER_FPGA_CYCLE), self.saturating_phys)
        return (cycle - self.perf_from) * TEST_WORDS_PER_PHY * phys // self.perf_test_word

    cdef void damaged(self, int phy, int64_t cycle) noexcept nogil:
        """A packet from the chip arrives damaged and is repeated; a word of a running test does not come back."""
        self.crc_errors[phy] += 1
        self.repeated_from_chip += 1
        if self.perf_from != NEVER:
            if not self.perf_errors:
                self.perf_error = self.tested_words(cycle)
            self.perf_errors += 1

    def arrays(self):
        """What the executor has reported, the buses' and the performance test's times, and what faults did to the link."""
        return {
            "rails": ints(&self.rails, sizeof(self.rails)),
            "status": longs(&self.status, sizeof(self.status)), "spi_free": longs(&self.spi_free, sizeof(self.spi_free)),
            "i2c_free": longs(&self.i2c_free, sizeof(self.i2c_free)), "perf_from": longs(&self.perf_from, sizeof(self.perf_from)),
            "perf_words": longs(&self.perf_words, sizeof(self.perf_words)), "perf_errors": longs(&self.perf_errors, sizeof(self.perf_errors)),
            "perf_error": longs(&self.perf_error, sizeof(self.perf_error)),
            "forced_down": view(&self.forced_down, sizeof(self.forced_down), "u4"),
            "repeated_to_chip": longs(&self.repeated_to_chip, sizeof(self.repeated_to_chip)),
            "repeated_from_chip": longs(&self.repeated_from_chip, sizeof(self.repeated_from_chip)),
            "crc_errors": longs(self.crc_errors, sizeof(self.crc_errors)),
        }
