cimport cython
from libc.stdint cimport int64_t, uint8_t, uint64_t

from hicannx_sim.chip.jtag cimport TAP

cdef enum:
    JTAG_QUEUE_MAX = 256


cdef struct JTAGMasterState:
    # -- queued operations, a ring
    int64_t done[JTAG_QUEUE_MAX]        # cycle at which each is finished
    uint64_t payload[JTAG_QUEUE_MAX]
    uint8_t header[JTAG_QUEUE_MAX]
    int head, count
    int n_responses                     # queued scans that will answer
    int scaler
    int64_t idle_from                   # cycle at which everything queued is finished
    int64_t known_scans                 # of the test access port without a modelled register, already reported


@cython.final
cdef class JTAGMaster:
    cdef JTAGMasterState s
    cdef readonly TAP tap
    cdef int depth, select_states, scan_states, reset_states
    cdef int64_t to_chip                # ticks
    cdef bint strict
    cdef set warned_scans               # JTAG instructions that were logged

    cdef int64_t room_from(self, int64_t cycle) noexcept nogil
    cdef void push(self, uint8_t header, uint64_t payload, int64_t cycle) noexcept nogil
    cdef int64_t next_done(self) noexcept nogil
    cdef bint step(self, uint64_t* response) noexcept nogil
    cdef int check_scans(self, int64_t instruction) except -1 nogil
    cdef void clear(self) noexcept nogil
