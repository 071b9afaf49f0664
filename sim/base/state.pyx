"""The state of compiled blocks as numpy arrays over their own memory.

A block that has state offers `arrays()`: {name: array over the block's memory}. All of them together are the whole state: what is not in there
follows from them or from the chip's identity. If the length of an array can change, the block offers `resize_arrays({name: length})`, after
which `arrays()` shows arrays of these lengths. If something is kept besides that follows from the state, the block offers `restored()`.
See `hicannx_sim.setup.snapshot`.
"""

from cpython.buffer cimport PyBUF_WRITE
from cpython.memoryview cimport PyMemoryView_FromMemory

import numpy as np


cdef object view(const void* data, Py_ssize_t size, str dtype):
    if size == 0:
        return np.empty(0, dtype)
    return np.frombuffer(PyMemoryView_FromMemory(<char*> data, size, PyBUF_WRITE), dtype)


cdef object ints(const void* data, Py_ssize_t size):
    return view(data, size, "i4")


cdef object longs(const void* data, Py_ssize_t size):
    return view(data, size, "i8")
