cimport cython
from libc.stdint cimport int64_t, uint8_t, uint32_t, uint64_t

from fisch.writer cimport ResponseWriter
from hicannx_sim.base.growing cimport Growing
from hicannx_sim.fpga.registers cimport RegisterBlock

cdef enum:
    STALL_RING = 64
    EVENT_KINDS = 2


cdef struct Response:
    int64_t cycle       # at which it reaches the trace
    uint64_t payload
    uint8_t header


cdef struct Event:
    int64_t cycle       # at which it reaches the trace
    int64_t deadline    # last cycle at which its 8-bit stamp is understood
    uint32_t bits       # 24 bits as in the message


cdef struct TraceState:
    int64_t last                            # cycle of the last message
    bint timed                              # system time is known: messages are annotated
    int64_t offset                          # system time [cycles] - cycle
    bint recording                          # of events
    bint looked                             # somebody has begun to record them after some were not recorded
    # -- events since power-on, by OutKind
    int64_t recorded[EVENT_KINDS]
    int64_t untimed[EVENT_KINDS]            # of those recorded, without a time
    int64_t not_recorded[EVENT_KINDS]
    int64_t late[EVENT_KINDS]
    int64_t overflow[EVENT_KINDS]
    int64_t memory_full[EVENT_KINDS]
    int64_t after_halt[EVENT_KINDS]         # while other FPGAs of the setup still had programs
    # -- the latest spans of cycles in which a response waited, end excluded
    int64_t stall_begin[STALL_RING]
    int64_t stall_end[STALL_RING]
    int64_t n_stalls
    int64_t fetched_at                      # when the host will have everything written so far, in eighths of a cycle


@cython.final
cdef class Trace(RegisterBlock):
    cdef TraceState s
    cdef Growing responses                  # Response, by arrival
    cdef Growing events[EVENT_KINDS]        # Event, by arrival, for each OutKind
    cdef readonly ResponseWriter writer
    cdef int64_t fifo_depth, stall_window
    # -- the memory behind it, in bytes and eighths of a cycle
    cdef readonly bint limited              # the host is not infinitely fast
    cdef int64_t per_byte, trace_bytes
    cdef bint closed                        # the run is over for this FPGA: nobody reads what comes

    cdef void push(self, int64_t cycle, uint8_t header, uint64_t payload) noexcept nogil
    cdef int64_t waiting(self) noexcept nogil
    cdef void push_event(self, int kind, const Event* event) noexcept nogil
    cdef void drop_overflow(self, int kind, int64_t slot) noexcept nogil
    cdef int64_t room_from(self) noexcept nogil
    cdef int64_t next_response(self) noexcept nogil
    cdef void stalled(self, int64_t begin, int64_t end) noexcept nogil
    cdef int64_t stalls_before(self, int64_t cycle) noexcept nogil
    cdef int emit(self, int64_t until, bint drain) except -1 nogil
    cdef void forget(self, int64_t until) noexcept nogil
    cdef int emit_events(self, int kind, int64_t slot, int64_t until) except -1 nogil
    cdef int emit_response(self, int64_t slot) except -1 nogil
    cdef int annotate(self, int64_t slot) except -1 nogil
    cdef void account(self, int64_t slot, Py_ssize_t n_bytes) noexcept nogil
    cdef void set_time(self, int64_t cycle, int64_t time) noexcept nogil
    cdef void begin_run(self) noexcept
    cdef void drop_responses(self) noexcept nogil
    cdef int64_t refused(self) noexcept nogil
