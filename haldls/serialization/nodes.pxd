from libc.stdint cimport int64_t


cdef enum Kind:
    FLAG, NUMBER, CHOICE, GRID, INTERVAL, STRUCT, ARRAY, ROW, LIST, MAP, VARIANT


cdef class Node:
    cdef readonly Kind kind
    cdef readonly int width           # of a number: bytes
    cdef readonly bint is_signed
    cdef readonly int levels          # of a number: objects around it in JSON
    cdef readonly int64_t low, high   # of a number: what may be stored
    cdef readonly int64_t count       # of an array: elements; of an interval: bounds
    cdef readonly tuple parts         # nodes of what it consists of
    cdef readonly tuple names         # of a structure: their names, as bytes
    cdef readonly str name            # of a structure: the class
    cdef readonly int version         # of a structure: its place among those whose version was written, -1 if it has none
    cdef readonly int64_t length      # values it takes, -1 if that differs from one to the next
    cdef readonly int64_t least       # bytes it takes at least
    cdef object tables                # owner of the memory below
    cdef const int64_t* stored        # of a coded number: what is stored for each value; of a grid: x of each position
    cdef const int64_t* meant         # of a coded number: value of each stored number, -1 if there is none; of a grid: y
    cdef int64_t n_stored, n_meant


cdef int version_of(str name) except -1
cdef int64_t stored_for(Node node, int64_t value) except? -1
cdef int64_t alternative(Node node, int64_t value) except -1
