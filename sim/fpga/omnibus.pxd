from libc.stdint cimport int64_t, uint32_t

from hicannx_sim.fpga.engine cimport Engine


cdef class Omnibus(Engine):
    cdef uint32_t address
    cdef int byte_enables
    cdef bint has_address
    cdef int64_t omnibus_done               # cycle at which all accesses are finished
    cdef int64_t chip_free                  # tick at which the link takes the next access
    cdef int64_t rate_interval              # ticks between accesses before `rate_until`
    cdef Py_ssize_t known_faults            # of the chip, already reported

    cdef int refresh_rate(self, int64_t tick) noexcept nogil
    cdef int chip_slot(self) except -1 nogil
    cdef int trace_slot(self) except -1 nogil
    cdef int write(self, uint32_t data) except -1 nogil
    cdef int read(self, uint32_t address) except -1 nogil
    cdef int local_write(self, uint32_t data) except -1 nogil
    cdef int64_t local_read(self, uint32_t address, uint32_t* data) except -2 nogil
    cdef int64_t chip_read(self, uint32_t address, uint32_t* data) except -2 nogil
    cdef void see_processors(self, uint32_t address) noexcept nogil
    cdef int check_faults(self) except -1 nogil
    cdef int respond(self, uint32_t data, int64_t cycle) except -1 nogil
    cdef int poll(self, bint expects_equality) except -1 nogil
    cdef int64_t omnibus_idle(self) noexcept nogil
