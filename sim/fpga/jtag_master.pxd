from libc.stdint cimport int64_t, uint8_t, uint64_t

from hicannx_sim.chip.jtag cimport TAP

cdef enum:
    JTAG_QUEUE_MAX = 256


cdef struct JTAGOperation:
    int64_t done        # cycle at which it is finished
    uint64_t payload
    uint8_t header


cdef class JTAGMaster:
    cdef readonly TAP tap
    cdef JTAGOperation queue[JTAG_QUEUE_MAX]
    cdef int head, count, depth
    cdef readonly int n_responses       # queued scans that will answer
    cdef readonly int scaler
    cdef readonly int64_t idle_from     # cycle at which everything queued is finished
    cdef int64_t to_chip                # ticks
    cdef int select_states, scan_states, reset_states

    cdef int64_t room_from(self, int64_t cycle) noexcept nogil
    cdef void push(self, uint8_t header, uint64_t payload, int64_t cycle) noexcept nogil
    cdef int64_t next_done(self) noexcept nogil
    cdef bint step(self, uint64_t* response) noexcept nogil
    cdef void clear(self) noexcept nogil
