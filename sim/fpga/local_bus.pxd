from libc.stdint cimport int64_t, uint32_t, uint64_t

from hicannx_sim.chip.link cimport Link
from hicannx_sim.fpga.events cimport EventPath
from hicannx_sim.fpga.registers cimport RegisterFile
from hicannx_sim.fpga.trace cimport Trace


cdef struct Status:
    # what the executor knows and registers show; times in cycles
    int64_t timer_origin
    int64_t sync_done                       # NEVER while no system time sync runs
    int64_t last_round_trip, last_chip_time
    int64_t packets_written, packets_read   # on the omnibus link to and from the chip


cdef class LocalBus:
    cdef readonly RegisterFile registers
    cdef readonly object board
    cdef int rails                          # supplies that the board has on, bits in the order of VDDOnBoard
    cdef readonly uint64_t device_dna
    cdef Link link
    cdef Trace trace
    cdef EventPath events
    cdef Status status
    cdef int64_t spi_free, i2c_free         # cycles from which the board's buses take the next byte
    cdef int64_t perf_from, perf_words      # start of the running performance test, NEVER; words of the last one
    cdef int64_t perf_errors, perf_error    # words lost in it, and the first of them
    cdef int64_t write_latency, read_latency, spi_byte, perf_test_word, saturating_phys
    # -- what injected faults do to the link
    cdef uint32_t forced_down               # PHYs
    cdef int64_t repeated_to_chip, repeated_from_chip
    cdef int64_t crc_errors[8]

    cdef uint32_t timeout(self) noexcept nogil
    cdef int64_t free_from(self, uint32_t address) noexcept nogil
    cdef bint changes_stream(self, uint32_t address, uint32_t data) noexcept nogil
    cdef int64_t write(self, uint32_t address, uint32_t data, int byte_enables, int64_t cycle, int64_t instruction) except -1 nogil
    cdef int64_t read(self, uint32_t address, int64_t cycle, int64_t instruction, uint32_t* data) except -1 nogil
    cdef void effect(self, uint32_t address, uint32_t before, int64_t cycle) noexcept nogil
    cdef uint32_t volatile(self, uint32_t offset, int64_t cycle) noexcept nogil
    cdef uint32_t link_counter(self, uint32_t offset, int64_t tick) noexcept nogil
    cdef int64_t tested_words(self, int64_t cycle) noexcept nogil
    cdef void damaged(self, int phy, int64_t cycle) noexcept nogil
    cdef void force_down(self, uint32_t phys, int64_t cycle) noexcept nogil
    cdef int64_t board_write(self, uint32_t offset, uint32_t data, int64_t cycle, int64_t instruction) except -1 nogil
    cdef int64_t board_read(self, uint32_t offset, int64_t cycle, uint32_t* data) except -1 nogil
