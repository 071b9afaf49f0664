"""How the instances of a container class go into a program, for compiled code of this package."""

from haldls.layout cimport Layout


cdef class AccessPlan:
    cdef readonly object container        # class
    cdef readonly object coordinate       # class
    cdef readonly str backend
    cdef readonly int number              # of the backend, in fisch
    cdef readonly int responses           # class of its responses
    cdef readonly int responses_per_word
    cdef readonly bint differential
    cdef readonly frozenset refuse_write, refuse_read
    cdef readonly Layout layout           # None if the container has to be asked through its Python protocol


cdef AccessPlan plan_of(object container, object backend)
cdef AccessPlan plan_at(object coordinate, object backend)
cdef AccessPlan condition_plan(object condition)
