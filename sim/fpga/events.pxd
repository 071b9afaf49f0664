from libc.stdint cimport int64_t, uint16_t, uint32_t, uint64_t

from hicannx_sim.chip.chip cimport Chip
from hicannx_sim.chip.fabric cimport OutEvent
from hicannx_sim.chip.link cimport Link
from hicannx_sim.fpga.registers cimport RegisterFile
from hicannx_sim.fpga.router cimport Router
from hicannx_sim.fpga.spike_io cimport SpikeIO
from hicannx_sim.fpga.trace cimport Trace


cdef enum Direction:
    TO_CHIP = 0
    FROM_CHIP = 1


cdef struct Loss:
    # events lost on purpose
    uint64_t key
    double probability
    int64_t drawn           # events since it was set


cdef class EventPath:
    cdef Chip chip
    cdef Link link
    cdef Trace trace
    cdef readonly SpikeIO spike_io
    cdef readonly Router router
    cdef int64_t next_poll              # cycle up to which events from the chip must be known, NEVER if none can come back to it
    cdef int64_t free[2]                # tick at which the link takes the next event, per direction
    cdef int64_t latency[2]
    cdef int64_t depth[2]
    cdef int64_t interval, deadline, saturating_phys
    cdef Loss loss[2]
    cdef int64_t passed[2]
    cdef int64_t without_link[2]
    cdef int64_t overflow[2]
    cdef int64_t lost[2]
    cdef int64_t lost_on_phy[8]         # from the chip

    cdef bint draws(self, int direction) noexcept nogil
    cdef int64_t slot(self, int direction, int64_t tick) noexcept nogil
    cdef int send(self, uint16_t label, int64_t cycle) noexcept nogil
    cdef int take(self) except -1 nogil
    cdef int record(self, const OutEvent* event, int64_t arrival) except -1 nogil
    cdef int advance(self, int64_t tick) except -1 nogil
    cdef int64_t quantum(self) noexcept nogil
    cdef int64_t next(self) noexcept nogil
    cdef int pump(self, int64_t cycle) except -1 nogil
    cdef void reconsider(self, int64_t cycle) noexcept nogil
