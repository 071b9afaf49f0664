# cython: language_level=3
from libc.stdint cimport int64_t, uint32_t, uint64_t

from sim.chip.link cimport Link
from sim.fpga.registers cimport RegisterFile
from sim.fpga.trace cimport Trace


cdef struct Status:
    # what the executor knows and registers show; times in cycles
    int64_t timer_origin
    int64_t sync_done                       # NEVER while no system time sync runs
    int64_t last_round_trip, last_chip_time
    int64_t words_written, words_read       # on the omnibus link to the chip


cdef class LocalBus:
    cdef readonly RegisterFile registers
    cdef readonly object board
    cdef readonly uint64_t device_dna
    cdef Link link
    cdef Trace trace
    cdef Status status
    cdef int64_t spi_free, i2c_free         # cycles from which the board's buses take the next byte
    cdef int64_t perf_from, perf_words      # start of the running performance test, NEVER; words of the last one
    cdef int64_t write_latency, read_latency, spi_byte, i2c_byte, perf_test_word, saturating_phys

    cdef uint32_t timeout(self) noexcept nogil
    cdef int64_t free_from(self, uint32_t address) noexcept nogil
    cdef bint changes_stream(self, uint32_t address) noexcept nogil
    cdef int64_t write(self, uint32_t address, uint32_t data, int byte_enables, int64_t cycle, int64_t instruction) except -1 nogil
    cdef int64_t read(self, uint32_t address, int64_t cycle, int64_t instruction, uint32_t* data) except -1 nogil
    cdef void effect(self, uint32_t offset, uint32_t data, int64_t cycle) noexcept nogil
    cdef uint32_t volatile(self, uint32_t offset, int64_t cycle) noexcept nogil
    cdef int64_t tested_words(self, int64_t cycle) noexcept nogil
    cdef int64_t board_write(self, uint32_t offset, uint32_t data, int64_t cycle) except -1 nogil
