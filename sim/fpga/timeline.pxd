cimport cython
from libc.stdint cimport int64_t, uint32_t

from hicannx_sim.chip.link cimport Link
from hicannx_sim.fpga.events cimport EventPath
from hicannx_sim.fpga.injector cimport Injector
from hicannx_sim.fpga.jtag_master cimport JTAGMaster
from hicannx_sim.fpga.registers cimport RegisterBlock
from hicannx_sim.fpga.responses cimport Responses
from hicannx_sim.fpga.systime_sync cimport SystimeSync
from hicannx_sim.fpga.trace cimport Trace

cdef enum:
    STEP_CYCLES = 125000    # 1 ms: how far time may get ahead of the stream


cdef inline int64_t cycles_of(int64_t ticks) noexcept nogil:
    """Ticks to FPGA cycles, rounded up."""
    return (ticks + 3) // 4


cdef struct TimelineState:
    int64_t cycle           # at which the next instruction issues, since power-on
    int64_t instruction     # its index in the run
    int64_t next_due        # cycle of the next thing that happens by itself
    int64_t streamed        # everything up to this cycle is in the stream
    int64_t timer_origin    # cycle at which the playback timer was 0
    int64_t timeouts        # instructions given up since power-on
    int64_t began           # cycle at which the instruction issued
    bint discarding         # after a time-out, until HALT
    bint suspended          # the instruction has begun and goes on when time may pass `limit`


@cython.final
cdef class Timeline(RegisterBlock):
    cdef TimelineState s
    cdef Link link
    cdef Trace trace
    cdef EventPath events
    cdef JTAGMaster jtag
    cdef SystimeSync sync
    cdef Injector injector
    cdef Responses responses
    cdef int64_t limit                  # nothing is known of what comes from other FPGAs at this cycle or later: time stops here
    cdef const uint32_t* timeout        # register: cycles an instruction may block
    cdef bint interrupted
    cdef int64_t chip_request           # ticks
    cdef int64_t stream_limit           # bytes
    cdef int64_t reported               # of `refused`

    cdef int run_due(self, int64_t cycle) except -1 nogil
    cdef int finish_scan(self, int64_t done) except -1 nogil
    cdef int finish_scans(self) except -1 nogil
    cdef int finish_sync(self) except -1 nogil
    cdef int catch_up(self, int64_t cycle) except -1 nogil
    cdef int catch_up_step(self, int64_t cycle) except -1 nogil
    cdef void notify_link(self, int64_t tick) noexcept nogil
    cdef int check(self) except -1 nogil
    cdef int64_t refused(self) noexcept nogil
    cdef int64_t at_chip(self) except -1 nogil
    cdef int64_t gives_up(self) noexcept nogil
    cdef bint reach(self, int64_t cycle) except -1 nogil
    cdef int pass_time(self, int64_t cycle) except -1 nogil
    cdef int wait_until(self, int64_t cycle) except -1 nogil
    cdef int block_until(self, int64_t cycle) except -1 nogil
    cdef int time_out(self) except -1 nogil
