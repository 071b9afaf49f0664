from libc.stdint cimport int64_t, uint8_t, uint32_t, uint64_t

from haldls.layout cimport Layout
from hicannx_sim.anncore.core cimport AnalogCore
from hicannx_sim.chip.omnibus cimport Omnibus
from hicannx_sim.chip.pulse_length cimport PulseLengths
from hicannx_sim.correlation.sensors cimport CorrelationSensors

cdef enum:
    DRIVERS = 256
    BUSES = 8


cdef struct DriverState:
    uint32_t words[DRIVERS][3]      # SynapseDriverConfig
    uint64_t n_pulses
    uint64_t n_unmatched[BUSES]
    uint32_t selected[BUSES]        # row select addresses that came, a bit for each
    uint64_t addressed[2 * DRIVERS] # addresses that were sent into a row, a bit for each
    uint64_t n_modulated            # events whose pulse length plasticity or hagen mode decided


cdef class SynapseDrivers:
    cdef DriverState s
    # -- what follows from the words, brought up to date by bus when an event comes
    cdef bint dirty[DRIVERS]
    cdef bint stale[BUSES]
    cdef bint receives[DRIVERS]
    cdef bint modulated[DRIVERS]
    cdef uint8_t compare_mask[DRIVERS]
    cdef uint8_t address_mask[DRIVERS]
    cdef uint8_t mode[DRIVERS][2]       # of rows 2 d (bottom) and 2 d + 1 (top)
    cdef uint32_t responders[BUSES][32] # per row select address: drivers of the bus that respond
    cdef double strength[DRIVERS]       # fixed pattern
    cdef Layout layout
    cdef readonly PulseLengths lengths
    cdef CorrelationSensors sensors     # of the rows

    cdef attach(self, Omnibus bus)
    cdef void touch(self, int driver) noexcept nogil
    cdef void reset(self) noexcept nogil
    cdef void _decode_all(self) noexcept nogil
    cdef void pulse(self, AnalogCore core, int bus, int row_select, int address, double charge, int64_t tick) noexcept nogil
    cdef void _refresh(self, int bus) noexcept nogil
