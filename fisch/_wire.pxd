"""Words and bytes on the wire: the few operations that several compiled modules share."""

from libc.stdint cimport uint8_t, uint64_t


cdef inline uint64_t load_be64(const uint8_t* p) noexcept nogil:
    return (<uint64_t> p[0] << 56 | <uint64_t> p[1] << 48 | <uint64_t> p[2] << 40 | <uint64_t> p[3] << 32
            | <uint64_t> p[4] << 24 | <uint64_t> p[5] << 16 | <uint64_t> p[6] << 8 | <uint64_t> p[7])


cdef inline void store_be64(uint8_t* p, uint64_t v) noexcept nogil:
    p[0] = <uint8_t> (v >> 56)
    p[1] = <uint8_t> (v >> 48)
    p[2] = <uint8_t> (v >> 40)
    p[3] = <uint8_t> (v >> 32)
    p[4] = <uint8_t> (v >> 24)
    p[5] = <uint8_t> (v >> 16)
    p[6] = <uint8_t> (v >> 8)
    p[7] = <uint8_t> v


cdef inline uint64_t word_of(int header, uint64_t payload) noexcept nogil:
    return <uint64_t> header << 56 | payload
