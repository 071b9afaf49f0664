from libc.stdint cimport int64_t

from hicannx_sim.chip.link cimport Link
from hicannx_sim.fpga.due cimport DueQueue
from hicannx_sim.fpga.events cimport EventPath
from hicannx_sim.fpga.local_bus cimport LocalBus
from hicannx_sim.fpga.trace cimport Trace


cdef class Injector:
    cdef LocalBus bus
    cdef Link link
    cdef Trace trace
    cdef EventPath events
    cdef DueQueue queue
    cdef int64_t answered, missing      # reads until the next one without response, and how many of those
    cdef readonly int64_t n_missing
    cdef int64_t repeat

    cdef int64_t next(self) noexcept nogil
    cdef int64_t apply(self) except -1 nogil
    cdef int64_t crc_error(self, int phy, bint at_chip, int64_t cycle) except -1 nogil
    cdef bint swallows(self) noexcept nogil
