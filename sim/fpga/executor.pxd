# cython: language_level=3
from libc.stdint cimport int64_t, uint8_t, uint32_t, uint64_t

from sim.chip.chip cimport Chip
from sim.chip.jtag cimport TAP
from sim.chip.link cimport Link
from sim.chip.port cimport Port
from sim.fpga.jtag_master cimport JTAGMaster
from sim.fpga.local_bus cimport LocalBus
from sim.fpga.registers cimport RegisterFile
from sim.fpga.trace cimport Trace

cdef enum:
    READ_RING = 64


cdef struct Latencies:
    int64_t poll_period, loopback, systime_sync                                                 # cycles
    int64_t chip_request, chip_response, chip_word_interval, event_to_chip, event_interval      # ticks
    int64_t event_queue                                                                         # events
    int saturating_phys, reads_in_flight


cdef class Executor:
    cdef readonly RegisterFile registers
    cdef readonly Trace trace
    cdef readonly Port port
    cdef readonly JTAGMaster jtag
    cdef readonly LocalBus bus
    cdef readonly object board
    cdef Chip chip
    cdef Link link
    cdef TAP tap
    cdef Latencies latency
    # -- time, in FPGA cycles since power-on
    cdef readonly int64_t cycle             # at which the next instruction issues
    cdef readonly int64_t instruction       # its index in the run
    cdef readonly int64_t executed          # instructions of the run that are done
    cdef readonly bint halted               # the last piece of the run ended with HALT
    cdef bint interrupted
    cdef int64_t pending                    # next thing that happens by itself (JTAG, system time sync)
    cdef int64_t flushed                    # everything up to here is in the stream
    cdef bint discarding                    # after a time-out, until HALT
    # -- omnibus
    cdef uint32_t address
    cdef int byte_enables
    cdef bint has_address
    cdef int64_t omnibus_done               # cycle at which all accesses are finished
    cdef int64_t last_response              # cycle of the last response
    cdef int64_t reads[READ_RING]           # cycles of the last responses
    cdef int64_t n_reads
    cdef int64_t chip_free                  # tick at which the link takes the next access
    cdef int64_t rate_until, rate_interval  # ticks; the link is up with this spacing before rate_until
    # -- counters
    cdef Py_ssize_t known_faults                        # of the chip, already reported
    cdef readonly int64_t labels_sent, labels_dropped, timeouts, failed_syncs
    cdef int64_t event_free                 # tick at which the link takes the next label

    cdef void abandon(self) noexcept
    cdef Py_ssize_t execute(self, const uint64_t* words, Py_ssize_t n, bint stop_at_halt) except -1 nogil
    cdef int step(self, uint64_t word) except -1 nogil
    cdef int protocol_error(self, uint64_t word, bint known) except -1
    cdef int service(self, int64_t cycle) except -1 nogil
    cdef int adopt_systime(self) except -1 nogil
    cdef int flush(self, int64_t cycle) except -1 nogil
    cdef int time_out(self) except -1 nogil
    cdef int block_until(self, int64_t cycle) except -1 nogil
    cdef int wait_until(self, uint32_t time) except -1 nogil
    cdef int barrier(self, uint64_t kinds) except -1 nogil
    cdef int halt(self) except -1 nogil
    cdef int reset_chip(self, bint asserted) except -1 nogil
    cdef int jtag_message(self, uint8_t header, uint64_t payload) except -1 nogil
    cdef int systime_init(self, bint sync) except -1 nogil
    cdef int poll(self, bint expects_equality) except -1 nogil
    cdef int spikes(self, uint64_t payload, int n) except -1 nogil
    cdef int refresh_rate(self, int64_t tick) noexcept nogil
    cdef int chip_slot(self) except -1 nogil
    cdef int write(self, uint32_t data) except -1 nogil
    cdef int read(self, uint32_t address) except -1 nogil
    cdef int local_write(self, uint32_t data) except -1 nogil
    cdef int64_t local_read(self, uint32_t address, uint32_t* data) except -1 nogil
    cdef int64_t chip_read(self, uint32_t address, uint32_t* data) except -1 nogil
    cdef int check_faults(self) except -1 nogil
    cdef int respond(self, uint32_t data, int64_t cycle) except -1 nogil
