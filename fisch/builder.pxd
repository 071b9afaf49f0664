from fisch.draft cimport Draft, Slot
from fisch._register cimport Kind


cdef class ContainerTicket(Slot):
    cdef Kind what
    cdef Py_ssize_t containers


cdef class PlaybackProgramBuilder(Draft):
    cdef int write_one(self, object coordinate, object config) except -1
    cdef int write_many(self, list coordinates, list configs) except -1
    cdef ContainerTicket read_words(self, Kind kind, object addresses)
