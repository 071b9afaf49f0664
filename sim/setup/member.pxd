cimport cython
from libc.stdint cimport int64_t, uint64_t

from hicannx_sim.fpga.executor cimport Executor


@cython.final
cdef class Member:
    cdef readonly Executor fpga
    cdef object program                 # keeps `words` alive
    cdef const uint64_t* words
    cdef Py_ssize_t n, position         # words of the program, and the next one
    cdef Py_ssize_t critical            # the next one after which something may be sent that could not be before; n: none
    cdef int64_t seen                   # cycle up to which everything is known that has left the chip
    cdef int64_t ended                  # cycle at which the program was at its end, NEVER before
    cdef readonly bint failed           # the latest run ended with an error here
    cdef readonly list remarks          # what could not be executed in a run that goes on nevertheless
    cdef bint goes_on
    cdef int64_t latency                # cycles that a spike needs at least from the chip to the FPGA

    cdef Py_ssize_t execute(self) except -1 nogil
    cdef Py_ssize_t execute_and_go_on(self)
    cdef int _proceed(self, int64_t limit) except -1 nogil
    cdef int proceed(self, int64_t limit) except -1 nogil
    cdef int live(self, int64_t cycle) except -1 nogil
    cdef int look(self, int64_t cycle) except -1 nogil
    cdef int64_t front(self) noexcept nogil
    cdef int64_t earliest(self) noexcept nogil
    cdef int64_t quiet_until(self) noexcept nogil
    cdef int64_t next_step(self) noexcept nogil
    cdef int64_t next_instruction(self) noexcept nogil
    cdef bint is_critical(self, uint64_t word) noexcept nogil
