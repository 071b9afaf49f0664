"""What all builders of playback programs have in common, for compiled code of other packages."""

from fisch.words cimport WordBuffer

cdef enum:
    N_CLASSES = 4   # of responses (fisch.backends.Responses)


cdef class Slot:
    """Where the responses to one read stand: `count` of them from `start` on, among all of class `kind`."""

    cdef readonly object program
    cdef readonly int kind
    cdef readonly Py_ssize_t start, count


cdef class Draft:
    """A program that is being written: its words, its reads, and how many responses of each class they cause."""

    cdef WordBuffer buffer
    cdef object program            # the one that will be handed out; slots refer to it already
    cdef list slots
    cdef Py_ssize_t expected[N_CLASSES]

    cdef object new_program(self)
    cdef object own_program(self)
    cdef int claim(self, Slot slot, int kind, Py_ssize_t count) except -1
    cdef int join(self, Draft other, bint front) except -1
    cdef int reset(self) except -1


cdef Draft other_than(Draft own, object other, str verb)
