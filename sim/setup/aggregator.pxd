cimport cython
from libc.stdint cimport int64_t, uint64_t

from hicannx_sim.base.growing cimport Growing
from hicannx_sim.fpga.router cimport Record
from hicannx_sim.setup.member cimport Member


cdef struct AggregatorState:
    uint64_t arrived            # FPGAs that have reached a barrier, bit by number
    int64_t released            # cycle of the latest release, -1 if there was none
    int64_t free                # cycle at which the lines to the FPGAs take the next spike
    # -- counters
    int64_t spikes, overflow, barriers


@cython.final
cdef class Aggregator:
    cdef AggregatorState s
    cdef Growing waiting        # Record, by cycle, sender and order of sending
    cdef uint64_t everybody
    cdef int64_t up, down, depth, refractory, turn

    cdef void begin(self, int64_t cycle) noexcept nogil
    cdef void take(self, const Record* record) noexcept nogil
    cdef int64_t deliver(self, int64_t earliest, void** members, Py_ssize_t n) noexcept nogil
    cdef int64_t pass_spike(self, const Record* record, void** members, Py_ssize_t n) noexcept nogil
    cdef int64_t pass_barrier(self, const Record* record, void** members, Py_ssize_t n) noexcept nogil
