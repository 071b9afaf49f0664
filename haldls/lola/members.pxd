from libc.stdint cimport int64_t

from haldls.layout cimport Container, Schema
from haldls.fields cimport Field, View


cdef int check_slots(Schema schema, int64_t* slots) except -1


cdef class Member(Field):
    cdef int check_member(self, int64_t* slots) except -1


cdef class Members(Field):
    cdef readonly object index
    cdef readonly int size
    cdef int put(self, Container container, object numbers, object values) except -1


cdef class MembersView(View):
    pass


cdef class Coded(Field):
    cdef readonly dict codes, aliases
    cdef dict members


cdef class Numbers(Field):
    cdef readonly tuple index, shape
    cdef readonly object dtype


cdef class NumbersView(View):
    cdef int64_t* first
    cdef int axis
    cdef Py_ssize_t width, stride
    cdef bint innermost(self)
    cdef int take(self, object values) except -1
    cdef object plain(self, object values)
