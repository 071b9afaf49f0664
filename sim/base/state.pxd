"""The state of compiled blocks as numpy arrays."""

from hicannx_sim.base.growing cimport Growing

# uint8, uint32 ... array over `size` bytes at `data`, without a copy; valid as long as the memory is
cdef object view(const void* data, Py_ssize_t size, str dtype)
# bytes of a growing array whose items have `size` bytes; room for as many as a snapshot has
cdef object items(const Growing* array, size_t size)
cdef int resize(Growing* array, Py_ssize_t n_bytes, size_t size) except -1
