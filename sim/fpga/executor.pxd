cimport cython
from libc.stdint cimport int64_t, uint8_t, uint64_t

from hicannx_sim.base.gate cimport Gate
from hicannx_sim.chip.chip cimport Chip
from hicannx_sim.chip.jtag cimport TAP
from hicannx_sim.chip.power cimport Power
from hicannx_sim.fpga.board_buses cimport BoardBuses
from hicannx_sim.fpga.events cimport EventPath
from hicannx_sim.fpga.injector cimport Injector
from hicannx_sim.fpga.jtag_master cimport JTAGMaster
from hicannx_sim.fpga.omnibus cimport OmnibusMaster
from hicannx_sim.fpga.performance_test cimport PerformanceTest
from hicannx_sim.fpga.phys cimport PHYBlock
from hicannx_sim.fpga.playback_memory cimport PlaybackMemory
from hicannx_sim.fpga.registers cimport RegisterFile
from hicannx_sim.fpga.responses cimport Responses
from hicannx_sim.fpga.systime_sync cimport SystimeSync
from hicannx_sim.fpga.timeline cimport Timeline
from hicannx_sim.fpga.trace cimport Trace


cdef struct ExecutorState:
    int64_t executed        # instructions of the run that are done
    int64_t echo            # cycle at which the HALT that is executed is echoed, -1 if that is not known yet
    bint halted             # the last piece of the run ended with HALT
    # -- the barrier between FPGAs
    bint at_barrier         # it has been reached, and the others have not been waited for
    int64_t release         # cycle at which all have reached it, NEVER if that is not known


@cython.final
cdef class Executor:
    cdef ExecutorState s
    cdef Chip chip
    cdef TAP tap
    cdef readonly Power power
    cdef readonly object board
    cdef readonly RegisterFile registers
    cdef readonly PlaybackMemory playback
    cdef readonly Timeline time
    cdef readonly OmnibusMaster omnibus
    cdef readonly JTAGMaster jtag
    cdef readonly SystimeSync sync
    cdef readonly EventPath events
    cdef readonly PHYBlock phys
    cdef readonly PerformanceTest performance_test
    cdef readonly BoardBuses board_buses
    cdef readonly Responses responses
    cdef readonly Trace trace
    cdef readonly Injector injector
    cdef Gate gate
    cdef int64_t loopback               # cycles until a loopback message is echoed

    cdef void abandon(self) noexcept
    cdef int wait_for_others(self) except -1 nogil
    cdef Py_ssize_t execute(self, const uint64_t* words, Py_ssize_t n, bint stop_at_halt) except -1 nogil
    cdef int fetch(self) except -1 nogil
    cdef int step(self, uint64_t word) except -1 nogil
    cdef int protocol_error(self, uint64_t word, bint known) except -1
    cdef int barrier(self, uint64_t kinds) except -1 nogil
    cdef int halt(self) except -1 nogil
    cdef int jtag_message(self, uint8_t header, uint64_t payload) except -1 nogil
    cdef int systime_init(self, bint sync) except -1 nogil
    cdef void spikes(self, uint64_t payload, int n) noexcept nogil
