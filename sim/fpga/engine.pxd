from libc.stdint cimport int64_t, uint64_t

from hicannx_sim.chip.chip cimport Chip
from hicannx_sim.chip.jtag cimport TAP
from hicannx_sim.chip.link cimport Link
from hicannx_sim.chip.port cimport Port
from hicannx_sim.chip.power cimport Power
from hicannx_sim.fpga.events cimport EventPath
from hicannx_sim.fpga.injector cimport Injector
from hicannx_sim.fpga.jtag_master cimport JTAGMaster
from hicannx_sim.fpga.local_bus cimport LocalBus
from hicannx_sim.fpga.registers cimport RegisterFile
from hicannx_sim.fpga.trace cimport Trace

cdef enum:
    READ_RING = 64


cdef struct Latencies:
    int64_t poll_period, loopback, systime_sync                                                 # cycles
    int64_t chip_request, chip_response, chip_word_interval                                     # ticks
    int saturating_phys, reads_in_flight


cdef inline int64_t cycles_of(int64_t ticks) noexcept nogil:
    """Ticks to FPGA cycles, rounded up."""
    return (ticks + 3) // 4


cdef class Engine:
    cdef readonly RegisterFile registers
    cdef readonly Trace trace
    cdef readonly Port port
    cdef readonly Power power
    cdef readonly JTAGMaster jtag
    cdef readonly LocalBus bus
    cdef readonly EventPath events
    cdef readonly Injector injector
    cdef readonly object board
    cdef Chip chip
    cdef Link link
    cdef TAP tap
    cdef Latencies latency
    # -- time, in FPGA cycles since power-on
    cdef readonly int64_t cycle             # at which the next instruction issues
    cdef readonly int64_t instruction       # its index in the run
    cdef bint interrupted
    cdef int64_t pending                    # next thing that happens by itself
    cdef int64_t flushed                    # everything up to here is in the stream
    cdef bint discarding                    # after a time-out, until HALT
    cdef int64_t last_response              # cycle of the last response
    cdef int64_t reads[READ_RING]           # cycles of the last responses
    cdef int64_t n_reads
    cdef int64_t lost_reads                 # responses that will never come
    cdef int64_t rate_until                 # tick up to which the link is as the omnibus knows it
    cdef int64_t sync_attempts              # left of the running system time sync
    cdef readonly int64_t timeouts, failed_syncs
    cdef int64_t known_scans                # of the test access port without a modelled register, already reported
    cdef set warned_scans                   # JTAG instructions that were logged

    cdef int service(self, int64_t cycle) except -1 nogil
    cdef int jtag_step(self, int64_t done) except -1 nogil
    cdef int finish_sync(self) except -1 nogil
    cdef int check_scans(self) except -1
    cdef int flush(self, int64_t cycle) except -1 nogil
    cdef int flush_step(self, int64_t cycle) except -1 nogil
    cdef int pass_until(self, int64_t cycle) except -1 nogil
    cdef int block_until(self, int64_t cycle) except -1 nogil
    cdef int time_out(self) except -1 nogil
    cdef int switch_supplies(self) except -1 nogil
