from haldls.layout cimport Container


cdef class Field:
    cdef readonly str name, doc, unit
    cdef readonly object owner        # the class whose table has the field
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
    cdef long long raw(self, object value, object container) except? -9223372036854775807
    cdef long long number(self, object value) except? -9223372036854775807
    cdef object member(self, object value)
    cpdef str place(self, object container)
    cdef object view_from(self, Container container, Py_ssize_t first, int axis)
    cdef object cooked(self, long long raw)
    cdef object flat_numbers(self, object numbers)


cdef class Array(Field):
    cdef readonly object index
    cdef readonly bint copies


cdef class View:
    cdef Container container
    cdef Field field
    cdef Py_ssize_t length(self)
    cdef Py_ssize_t position(self, object index) except -1
    cdef object item(self, Py_ssize_t number)
    cdef int put(self, object numbers, object values) except -1
    cdef tuple region(self)


cdef class ArrayView(View):
    pass


cdef class Group(Field):
    cdef readonly object index
    cdef readonly list parts
    cdef int size(self)
    cdef int require(self, Container container, object value) except -1


cdef Py_ssize_t element(Field field, object kind, Py_ssize_t size, object index, bint from_end, object container) except -1
cpdef list listed(Field field, object values, Py_ssize_t count, object container)
cpdef object array_elements(Field field, object values, tuple shape, object container)
cdef list row_elements(Field field, object values, Py_ssize_t count, object container)
cpdef object tree_of(cls, values)
cpdef object flat_tree(cls, tree)
cdef object trees_of(cls, values)
cdef object flat_trees(Field field, cls, trees)
