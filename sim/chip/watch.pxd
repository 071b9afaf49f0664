from libc.stdint cimport int32_t, int64_t, uint8_t, uint32_t

from hicannx_sim.base.gate cimport Gate
from hicannx_sim.base.growing cimport Growing
from hicannx_sim.chip.queue cimport KINDS

cdef enum:
    # kinds of events beside those of the queue
    SAMPLE = KINDS      # what: channel << 10 | value of the MADC
    FIRED = KINDS + 1   # where: neuron, what: 1 if its spike enters the crossbar

cdef enum Access:
    WRITE
    READ
    ROW_WRITE           # of a vector unit: address is the location on the parallel bus, data the number of lanes
    ROW_READ

cdef enum Origin:
    HOST
    JTAG
    TOP                 # the processors
    BOTTOM


cdef struct ObservedEvent:
    int64_t tick
    int64_t what
    int32_t where
    int32_t kind


cdef struct ObservedAccess:
    int64_t tick
    int64_t place       # index of the program's instruction, or the processor's program counter
    uint32_t address    # word address on the omnibus, bit 31: FPGA
    uint32_t data
    uint8_t origin
    uint8_t kind
    uint8_t byte_enables
    uint8_t problem     # what became of it: SERVED, UNDEFINED, UNMODELLED


cdef class Watch:
    cdef readonly Gate gate
    cdef uint32_t events_on             # bit per kind
    cdef bint accesses_on, by_jtag
    cdef const int64_t* instruction     # of the program that runs, set by the FPGA
    cdef Growing events, accesses
    cdef int64_t events_dropped, accesses_dropped
    cdef public int64_t keep            # entries of a log, 0: all
    cdef dict listeners                 # key: (mask of events, whether accesses)
    cdef int64_t keys

    cdef inline void event(self, int64_t tick, int kind, int where, int64_t what) noexcept nogil:
        """Something happens."""
        if self.events_on >> kind & 1:
            self._event(tick, kind, where, what)

    cdef void _event(self, int64_t tick, int kind, int where, int64_t what) noexcept nogil
    cdef void by_host(self, int64_t tick, int kind, uint32_t address, uint32_t data, int byte_enables, int problem) noexcept nogil
    cdef void by_processor(
        self, int64_t tick, int number, uint32_t pc, int kind, uint32_t address, uint32_t data, int byte_enables, int problem
    ) noexcept nogil
    cdef void _access(
        self, int64_t tick, int64_t place, int origin, int kind, uint32_t address, uint32_t data, int byte_enables, int problem
    ) noexcept nogil
