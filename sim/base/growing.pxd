"""Arrays that grow; what they do when memory ends stands in growing.h. `size`: bytes of an item."""

from libc.stdint cimport int64_t

cdef extern from "sim/base/growing.h" nogil:
    ctypedef struct Growing:
        char* items
        int64_t first, end      # in use: first .. end - 1
        int64_t refused         # items that there was no memory for

    int64_t growing_count(const Growing* a)
    void* growing_at(const Growing* a, int64_t k, size_t size)
    void* growing_append(Growing* a, size_t size)
    void* growing_insert(Growing* a, int64_t k, size_t size)
    void growing_drop(Growing* a, int64_t n)
    void growing_clear(Growing* a)
    bint growing_resize(Growing* a, int64_t n, size_t size)
    void growing_free(Growing* a)
