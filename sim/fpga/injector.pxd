cimport cython
from libc.stdint cimport int64_t

from hicannx_sim.fpga.due cimport DueQueue
from hicannx_sim.fpga.events cimport EventPath
from hicannx_sim.fpga.performance_test cimport PerformanceTest
from hicannx_sim.fpga.phys cimport PHYBlock
from hicannx_sim.fpga.trace cimport Trace


cdef struct InjectorState:
    int64_t answered, missing       # reads until the next one without response, and how many of those
    int64_t n_missing               # responses lost since power-on


@cython.final
cdef class Injector:
    cdef InjectorState s
    cdef PHYBlock phys
    cdef PerformanceTest test
    cdef Trace trace
    cdef EventPath events
    cdef DueQueue queue             # timed faults
    cdef int64_t repeat

    cdef int64_t next(self) noexcept nogil
    cdef int64_t apply(self) noexcept nogil
    cdef int64_t crc_error(self, int phy, bint at_chip, int64_t cycle) noexcept nogil
    cdef bint swallows(self) noexcept nogil
