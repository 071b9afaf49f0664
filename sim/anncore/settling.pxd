from libc.stdint cimport int16_t, int64_t, uint16_t

cdef enum:
    ALL_CELLS = 4 * 3120


cdef class Settling:
    cdef double level[ALL_CELLS]        # what a cell holds, in codes
    cdef uint16_t aim[ALL_CELLS]        # where it goes
    cdef bint moves[ALL_CELLS]
    cdef int16_t moving[ALL_CELLS]      # the cells that do, in the order in which they began to
    cdef int n_moving
    cdef int64_t due                    # tick of the next refresh

    cdef void clear(self) noexcept nogil
    cdef void move(self, int cell, uint16_t code, int64_t now) noexcept nogil
    cdef int refresh(self, int16_t* changed, const uint16_t* cells) noexcept nogil
    cdef uint16_t code(self, int cell) noexcept nogil
