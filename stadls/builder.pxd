from libc.stdint cimport int64_t, uint8_t, uint32_t

from fisch.draft cimport Draft
from haldls.layout cimport Container, Layout

from stadls.plan cimport AccessPlan
from stadls.ticket cimport ContainerTicket

cdef enum:
    SCRATCH = 128      # words of a register on the stack; larger ones take the way through arrays


cdef class PlaybackProgramBuilder(Draft):
    cdef set refused               # names of targets
    cdef int write_layout(self, AccessPlan plan, int64_t position, Container container) except -1
    cdef int write_difference(self, AccessPlan plan, int64_t position, Container container, Container reference) except -1
    cdef int write_arrays(self, AccessPlan plan, coordinate, container, reference) except -1
    cdef Py_ssize_t append_read(self, AccessPlan plan, coordinate) except -1
    cdef int wait_until(self, uint32_t time) except -1
