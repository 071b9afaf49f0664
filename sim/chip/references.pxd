from libc.stdint cimport uint32_t

from hicannx_sim.anncore.core cimport AnalogCore
from hicannx_sim.chip.omnibus cimport Omnibus
from hicannx_sim.correlation.sensors cimport CorrelationSensors


cdef struct ReferenceState:
    uint32_t words[9]       # ReferenceGeneratorConfig


cdef class References:
    cdef ReferenceState s
    cdef AnalogCore analog
    cdef CorrelationSensors sensors
    cdef public object board_volts      # called for the voltage behind the board's reference current; None: there is none

    cdef attach(self, Omnibus bus)
    cdef void reset(self)
    cdef void follow(self)
