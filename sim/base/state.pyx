"""The state of compiled blocks as numpy arrays over their own memory.

A block declares its state as one C structure (`cdef struct LinkState`, kept in its attribute `s`) and offers it with

    def arrays(self):
        return fields(<LinkState[:1]> &self.s) | {"changes": items(&self.changes, sizeof(LinkChange))}

    def resize_arrays(self, sizes):
        resize(&self.changes, sizes["changes"], sizeof(LinkChange))

All of a block's arrays together are its whole state: what is not in there follows from them or from the chip's identity. Arrays that grow
(`base.growing`) stand beside the structure; `resize_arrays({name: bytes})` makes room for as much as a snapshot has of them. If something is kept
besides that follows from the state, the block offers `restored()`. See `setup.snapshot`.
"""

from cpython.buffer cimport PyBUF_WRITE
from cpython.memoryview cimport PyMemoryView_FromMemory
from hicannx_sim.base.growing cimport growing_at, growing_count, growing_resize

import numpy as np


_types = {}
"""Of structures, by their description in the buffer protocol, which takes long to read."""


def fields(structure):
    """{name: array over its memory} of a C structure, given as a view of one."""
    view = memoryview(structure)
    if view.format not in _types:
        _types[view.format] = np.asarray(structure).dtype
    record = np.frombuffer(view, _types[view.format])
    return {name: record[name][0] if record.dtype[name].shape else record[name] for name in record.dtype.names}


cdef object view(const void* data, Py_ssize_t size, str dtype):
    if size == 0:
        return np.empty(0, dtype)
    return np.frombuffer(PyMemoryView_FromMemory(<char*> data, size, PyBUF_WRITE), dtype)


cdef object items(const Growing* array, size_t size):
    return view(growing_at(array, 0, size), growing_count(array) * size, "u1")


cdef int resize(Growing* array, Py_ssize_t n_bytes, size_t size) except -1:
    if n_bytes % <Py_ssize_t> size:
        raise ValueError(f"{n_bytes} bytes are not a whole number of items of {size} bytes")
    if not growing_resize(array, n_bytes // <Py_ssize_t> size, size):
        raise MemoryError(f"no memory for {n_bytes} bytes")
    return 0
