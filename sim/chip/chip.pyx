# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""The digital side of the chip: what the link reaches. Time is in ticks of 2 ns."""

from libc.stdlib cimport free


cdef class Chip:
    """Registers, event routing and converters of one chip, driven by the FPGA through `write`, `read`, `spike` and `advance`."""

    def __dealloc__(self):
        free(self.out)

    cdef void write(self, uint32_t address, uint32_t data, int byte_enables, int64_t tick) noexcept nogil:
        pass

    cdef uint32_t read(self, uint32_t address, int64_t tick) noexcept nogil:
        return 0

    cdef void spike(self, uint16_t label, int64_t tick) noexcept nogil:
        pass

    cdef void advance(self, int64_t tick) noexcept nogil:
        if tick > self.now:
            self.now = tick

    cdef void clear_out(self) noexcept nogil:
        self.n_out = 0

    cdef int64_t systime(self, int64_t tick) noexcept nogil:
        return ((tick >> 1) + self.systime_offset) & ((<int64_t>1 << 43) - 1)

    cdef void systime_sync(self, int64_t tick) noexcept nogil:
        self.systime_offset = -(tick >> 1)

    cpdef void reset(self, int64_t tick):
        self.n_out = 0
        self.systime_sync(tick)
