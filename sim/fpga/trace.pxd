from libc.stdint cimport int64_t, uint8_t, uint32_t, uint64_t

from fisch._writer cimport ResponseWriter

cdef enum:
    STALL_RING = 64


cdef struct Item:
    int64_t cycle       # at which it reaches the trace
    uint64_t payload
    uint8_t header


cdef struct Event:
    int64_t cycle       # at which it reaches the trace
    int64_t deadline    # last cycle at which its 8-bit stamp is understood
    uint32_t bits       # 24 bits as in the message


cdef struct Queue:
    Event* events
    Py_ssize_t head, end, capacity


cdef struct Stall:
    int64_t begin, end  # cycles in which a response waited, end excluded


cdef class Trace:
    cdef readonly ResponseWriter writer
    # -- waiting to be written, each in order of arrival
    cdef Item* items
    cdef Py_ssize_t head, end, capacity
    cdef Queue queues[2]                # by OutKind
    # -- state
    cdef readonly int64_t last          # cycle of the last message
    cdef readonly bint timed            # system time is known: messages are annotated
    cdef readonly int64_t offset        # system time [cycles] - cycle
    cdef readonly bint recording
    cdef int64_t recorded[2]
    cdef int64_t not_recorded[2]
    cdef int64_t late[2]
    cdef int64_t overflow[2]
    cdef int64_t fifo_depth, stall_window
    cdef Stall stalls[STALL_RING]
    cdef int64_t n_stalls
    # -- the memory behind it, in bytes and eighths of a cycle, if the host is not infinitely fast
    cdef readonly bint limited
    cdef int64_t per_byte, trace_bytes
    cdef int64_t fetched_at             # when the host will have everything written so far

    cdef int push(self, int64_t cycle, uint8_t header, uint64_t payload) except -1 nogil
    cdef Py_ssize_t waiting(self) noexcept nogil
    cdef int push_event(self, int kind, Event event) except -1 nogil
    cdef void drop_overflow(self, int kind, int64_t slot) noexcept nogil
    cdef int64_t room_from(self) noexcept nogil
    cdef int64_t next_response(self) noexcept nogil
    cdef void stalled(self, int64_t begin, int64_t end) noexcept nogil
    cdef int64_t stalls_before(self, int64_t cycle) noexcept nogil
    cdef int emit(self, int64_t until, bint drain) except -1 nogil
    cdef int emit_events(self, int kind, int64_t slot, int64_t until) except -1 nogil
    cdef int emit_response(self, int64_t slot) except -1 nogil
    cdef int annotate(self, int64_t slot) except -1 nogil
    cdef void account(self, int64_t slot, Py_ssize_t n_bytes) noexcept nogil
    cdef void set_time(self, int64_t cycle, int64_t time) noexcept nogil
    cdef void set_recording(self, bint recording) noexcept nogil
    cdef void begin_run(self) noexcept
    cdef void drop_responses(self) noexcept
