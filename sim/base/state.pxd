"""The state of compiled blocks as numpy arrays."""

# uint8, uint32 ... array over `size` bytes at `data`, without a copy; valid as long as the memory is
cdef object view(const void* data, Py_ssize_t size, str dtype)
# numbers of C's own types: 4 bytes signed (int, bint), 8 bytes signed
cdef object ints(const void* data, Py_ssize_t size)
cdef object longs(const void* data, Py_ssize_t size)
