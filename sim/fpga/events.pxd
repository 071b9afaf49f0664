cimport cython
from libc.stdint cimport int64_t, uint16_t, uint32_t, uint64_t

from hicannx_sim.chip.chip cimport Chip
from hicannx_sim.chip.fabric cimport OutEvent
from hicannx_sim.chip.link cimport Link
from hicannx_sim.fpga.phys cimport PHYBlock
from hicannx_sim.fpga.router cimport Router
from hicannx_sim.fpga.spike_io cimport SpikeIO
from hicannx_sim.fpga.trace cimport Trace


cdef enum Direction:
    TO_CHIP = 0
    FROM_CHIP = 1
    DIRECTIONS = 2


cdef struct EventPathState:
    int64_t loop_check                  # cycle at which events from the chip must be known, NEVER if none can come back to it
    # -- per direction
    int64_t free[DIRECTIONS]            # tick at which the link takes the next event
    int64_t passed[DIRECTIONS]
    int64_t without_link[DIRECTIONS]
    int64_t overflow[DIRECTIONS]
    int64_t lost[DIRECTIONS]            # on purpose
    # -- what is lost on purpose
    uint64_t loss_key[DIRECTIONS]
    double loss_probability[DIRECTIONS]
    int64_t loss_drawn[DIRECTIONS]      # events since it was set


@cython.final
cdef class EventPath:
    cdef EventPathState s
    cdef Chip chip
    cdef Link link
    cdef PHYBlock phys
    cdef Trace trace
    cdef readonly SpikeIO spike_io
    cdef readonly Router router
    cdef int64_t latency[DIRECTIONS]
    cdef int64_t depth[DIRECTIONS]
    cdef int64_t interval, deadline, saturating_phys

    cdef bint is_lost(self, int direction) noexcept nogil
    cdef int64_t slot(self, int direction, int64_t tick) noexcept nogil
    cdef void send(self, uint16_t label, int64_t cycle) noexcept nogil
    cdef void receive(self, const OutEvent* event, int64_t arrival) noexcept nogil
    cdef void advance(self, int64_t tick) noexcept nogil
    cdef int64_t way_back(self) noexcept nogil
    cdef int64_t next(self) noexcept nogil
    cdef void return_events(self, int64_t cycle) noexcept nogil
    cdef void reroute(self, int64_t cycle) noexcept nogil
    cdef int64_t refused(self) noexcept nogil
