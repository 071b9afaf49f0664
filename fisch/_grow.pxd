"""Arrays that grow while they are written: by doubling, so that appending costs the same however long they get."""

from libc.stdlib cimport realloc

cdef extern from *:
    """
    #include <stddef.h>
    #include <stdint.h>
    #if defined(__linux__)
    #include <sys/mman.h>
    #endif

    /* Large arrays are filled once from front to end: without large pages most of the time goes into page faults. */
    static void hicannx_large_pages(void *data, size_t bytes) {
    #if defined(__linux__) && defined(MADV_HUGEPAGE)
        uintptr_t page = 4096, first = ((uintptr_t) data + page - 1) / page * page, end = (uintptr_t) data + bytes;
        if (bytes >= (size_t) 1 << 22 && first < end) madvise((void *) first, end - first, MADV_HUGEPAGE);
    #else
        (void) data, (void) bytes;
    #endif
    }
    """
    void hicannx_large_pages(void* data, size_t bytes) nogil


cdef inline void* grown(void* data, Py_ssize_t* capacity, Py_ssize_t wanted, Py_ssize_t item, Py_ssize_t first) except NULL nogil:
    """The memory of an array with room for `wanted` items of `item` bytes; `first`: items of one that has no memory yet."""
    cdef Py_ssize_t larger = capacity[0] if capacity[0] > 0 else first
    while larger < wanted:
        larger *= 2
    data = realloc(data, larger * item)
    if data == NULL:
        with gil:
            raise MemoryError(f"no memory for {wanted} items of {item} bytes")
    hicannx_large_pages(data, larger * item)
    capacity[0] = larger
    return data
