from libc.stdint cimport int64_t, uint8_t, uint64_t

from hicannx_sim.fpga.omnibus cimport Omnibus


cdef class Executor(Omnibus):
    cdef readonly int64_t executed          # instructions of the run that are done
    cdef readonly bint halted               # the last piece of the run ended with HALT
    # -- the host, if it is not infinitely fast
    cdef int64_t host_interval              # cycles per word, 0: infinitely fast
    cdef int64_t playback_words
    cdef int64_t fetched, fetched_at        # words of this program so far, cycle of the last one
    cdef object _taken_at
    cdef int64_t* taken_at                  # ring: cycle at which a word left the playback memory

    cdef void abandon(self) noexcept
    cdef Py_ssize_t execute(self, const uint64_t* words, Py_ssize_t n, bint stop_at_halt) except -1 nogil
    cdef int fetch(self) except -1 nogil
    cdef int step(self, uint64_t word) except -1 nogil
    cdef int protocol_error(self, uint64_t word, bint known) except -1
    cdef int wait_until(self, uint64_t time) except -1 nogil
    cdef int barrier(self, uint64_t kinds) except -1 nogil
    cdef int halt(self) except -1 nogil
    cdef int reset_chip(self, bint asserted) except -1 nogil
    cdef int jtag_message(self, uint8_t header, uint64_t payload) except -1 nogil
    cdef int systime_init(self, bint sync) except -1 nogil
    cdef int spikes(self, uint64_t payload, int n) except -1 nogil
