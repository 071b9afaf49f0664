from libc.stdint cimport uint64_t

cdef uint64_t mix(uint64_t key, uint64_t counter) noexcept nogil
cdef double uniform(uint64_t key, uint64_t counter) noexcept nogil
cdef double normal(uint64_t key, uint64_t counter) noexcept nogil
