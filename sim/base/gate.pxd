from libc.stdint cimport int64_t


cdef class Gate:
    cdef int wanted             # somebody wants something of the thread that executes
    cdef readonly bint paused   # then time on the chip is brought up to that of the program first
    cdef bint whole             # steps are instructions of the program, not ticks
    cdef int64_t instructions   # that may still begin
    cdef int64_t ticks          # that may pass from the next opportunity on
    cdef int64_t until          # tick at which time stands still again
    cdef list waiting           # callables
    cdef object changed         # threading.Condition

    cdef inline int64_t limit(self, int64_t tick, int64_t least) noexcept nogil:
        """How far time may go at once, at least to `least`."""
        return min(tick, max(self.until, least)) if self.wanted and self.until >= 0 else tick

    cdef void passes(self, int64_t tick, bint instruction) noexcept nogil
    cdef bint _lets(self, int64_t tick, bint instruction)
