from libc.stdint cimport uint8_t, uint32_t

from hicannx_sim.chip.omnibus cimport Omnibus
from hicannx_sim.correlation.sensors cimport CorrelationSensors

cdef extern from "sim/chip/kernel/synram.h":
    void synram_read(const uint8_t* row, int parity, uint8_t* lanes) noexcept nogil
    void synram_write(uint8_t* row, int parity, const uint8_t* lanes, const uint8_t* enables, uint8_t mask) noexcept nogil

cdef enum:
    WEIGHT, LABEL, TIME, AMP    # planes


cdef class SynapseMemory:
    """The synapse SRAM of both hemispheres: canonical matrices behind the address windows of the omnibus."""
    cdef readonly object time_calibs    # uint8[512, 256], 0..3
    cdef readonly object amp_calibs     # uint8[512, 256], 0..3
    cdef uint8_t* planes[4]             # weights, labels (both owned by the analog core), time_calibs, amp_calibs
    cdef uint8_t mirror[64]             # weight as stored <-> weight
    cdef CorrelationSensors sensors     # that follow labels and calibrations

    cdef attach(self, Omnibus bus)
    cdef void reset(self)
    # a word of a quad (SynapseQuadOnDLS enum), of one plane or of the two that the full window shows together; mask: bits that are written
    cdef uint32_t read_plane(self, int plane, int quad) noexcept nogil
    cdef void write_plane(self, int plane, int quad, uint32_t data, uint32_t mask) noexcept nogil
    cdef uint32_t read_full(self, int quad, int word) noexcept nogil
    cdef void write_full(self, int quad, int word, uint32_t data, uint32_t mask) noexcept nogil
    # every other column of a row 0..511, from column 0 or 1 on; weights as numbers
    cdef void read_half(self, int plane, int row, int parity, uint8_t* lanes) noexcept nogil
    cdef void write_half(self, int plane, int row, int parity, const uint8_t* lanes, const uint8_t* enables) noexcept nogil
