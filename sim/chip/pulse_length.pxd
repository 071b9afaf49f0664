from libc.stdint cimport int16_t, int64_t, uint8_t, uint32_t

from haldls.layout cimport Layout
from hicannx_sim.anncore.core cimport AnalogCore
from hicannx_sim.chip.omnibus cimport Omnibus

cdef enum:
    HAGEN = 1           # the activation in the address decides the length
    STP = 2             # the voltage of the plasticity does


cdef struct Driver:
    double use              # part of the way to v_charge that an event moves it
    double recovery_us      # time constant of the recovery, 0: off
    double shift            # of the ramp: pattern [V]
    int16_t offset          # trims, in codes around their middles
    int16_t dac_offset
    uint8_t kind            # HAGEN, STP or 0: full length
    uint8_t pair            # of target voltages
    bint has_dac


cdef struct PulseLengthState:
    uint32_t words[2]               # CommonSTPConfig
    double potential[256]           # voltage of the plasticity at `since` [V]
    int64_t since[256]


cdef class PulseLengths:
    """What decides how long the pulses of the synapse drivers last."""
    cdef PulseLengthState s
    cdef Layout common_layout
    cdef double clock_us[2]             # recovery of a hemisphere per recovery step of a driver, 0: no clock
    cdef Driver drivers[256]            # decoded registers
    cdef double shift[256]
    cdef double ramp_factor[4]

    cdef attach(self, Omnibus bus)
    cdef void reset(self) noexcept nogil
    cdef void configure(self, int driver, const int64_t* slots) noexcept nogil
    cdef void set_clock(self, int hemisphere) noexcept nogil
    cdef double length(self, AnalogCore core, int driver, int address, int64_t tick) noexcept nogil
    cdef double _plasticity(self, AnalogCore core, int driver, const unsigned short* cells, int64_t tick) noexcept nogil
