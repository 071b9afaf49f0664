from haldls._core cimport Container


cdef class Field:
    cdef readonly str name, doc, unit
    cdef public int slot
    cdef readonly int count
    cdef readonly object type, choices
    cdef readonly list write_bits, read_bits, defaults
    cdef readonly long long offset
    cdef readonly int repeat          # more than 1: the layout is that of `parts`, so many times
    cdef readonly tuple code          # (register value of each value, value of each register value), None: the value itself
    cdef readonly frozenset allowed   # values the register can hold, None: all of the range
    cdef readonly bint is_signed, readonly
    cdef int kind
    cdef long long raw(self, object value) except? -9223372036854775807
    cdef object cooked(self, long long raw)
    cdef object flat_numbers(self, object numbers)


cdef class Array(Field):
    cdef readonly object index
    cdef readonly bint copies
    cdef int position(self, object index) except -1


cdef class View:
    pass


cdef class ArrayView(View):
    cdef Container container
    cdef Array field


cdef class Group(Field):
    cdef readonly object index
    cdef readonly list parts


cpdef object tree_of(cls, values)
cpdef object flat_tree(cls, tree)
cdef object trees_of(cls, values)
cdef object flat_trees(Field field, cls, trees)
