from libc.stdint cimport int64_t


cdef class Bounds:
    cdef readonly int64_t min, max, default
    cdef readonly bint checked


cdef class Value:
    cdef int64_t v


cdef Bounds bounds_of(type cls)
cdef Value make(type cls, int64_t v)
cdef int64_t checked(type cls, object number) except? -9223372036854775807
cpdef str shown(object value)
cpdef bint truth(object value) except -1
