from libc.stdint cimport int64_t, uint8_t, uint16_t, uint32_t

from hicannx_sim.anncore.core cimport AnalogCore
from hicannx_sim.chip.cadc cimport CADC
from hicannx_sim.chip.synram cimport SynapseMemory
from hicannx_sim.correlation.sensors cimport CorrelationSensors

cdef enum:
    LANES_OF_ROW = 128      # byte lanes of a vector: every other column of a row
    WORDS_OF_ROW = 32       # of them


cdef uint32_t switches_at(int hemisphere, uint32_t location) noexcept nogil


cdef class ParallelBus:
    """What the vector units reach without the omnibus: rows of their own hemisphere's synapse array and converters."""
    cdef AnalogCore analog
    cdef SynapseMemory synapses
    cdef CADC cadc
    cdef CorrelationSensors sensors
    cdef uint16_t random[2][256]        # hemisphere, column: state of the generators

    cdef bint takes_time(self, uint32_t location) noexcept nogil
    cdef int64_t begin(self, int hemisphere, uint32_t location, int64_t tick) noexcept nogil
    # lanes: uint8[128] in the order of the columns; enables: 0xff per lane that takes part. They say what became of the access (`omnibus`)
    cdef int read(self, int hemisphere, uint32_t location, uint8_t* lanes) noexcept nogil
    cdef int write(self, int hemisphere, uint32_t location, const uint8_t* lanes, const uint8_t* enables, int64_t tick) noexcept nogil
    cdef void reset(self) noexcept nogil
    cdef int _read_cells(self, int hemisphere, int row, int parity, int plane, uint8_t* lanes) noexcept nogil
    cdef int _write_cells(
        self, int hemisphere, int row, int parity, int plane, const uint8_t* lanes, const uint8_t* enables
    ) noexcept nogil
    cdef void _draw(self, int hemisphere, int parity, uint8_t* lanes) noexcept nogil
