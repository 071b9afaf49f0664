"""Whole arrays of messages to the FPGA, made and taken apart. (facts: transport 1.1, 1.2; the numbers stand in ut.py)"""

from libc.stdint cimport uint8_t, uint32_t, uint64_t

from fisch.ut cimport TO_JTAG_DATA, TO_OMNIBUS_ADDRESS, TO_OMNIBUS_DATA
from fisch._wire cimport word_of

import numpy as np

from fisch import ut
from fisch.errors import WireError

cdef enum:
    N_TO_FPGA = 16

cdef uint64_t PAYLOAD_MASKS[N_TO_FPGA]   # payload bits of each message to the FPGA
cdef int JTAG_BITS_MIN = ut.JTAG_DATA_BITS.start
cdef int JTAG_BITS_MAX = ut.JTAG_DATA_BITS.stop - 1


def _fill_table():
    for message in ut.TO_FPGA:
        PAYLOAD_MASKS[message.header] = (1 << message.payload_bits) - 1


_fill_table()


def encode_omnibus_writes(addresses, data, byte_enables=None):
    """Words that write `data` to `addresses` (both uint32[n]) -> uint64[2n]; `byte_enables` uint8[n], default all four bytes."""
    cdef const uint32_t[::1] a = np.ascontiguousarray(addresses, dtype=np.uint32).reshape(-1)
    cdef const uint32_t[::1] d = np.ascontiguousarray(data, dtype=np.uint32).reshape(-1)
    cdef const uint8_t[::1] e = np.full(a.shape[0], 0xf, np.uint8) if byte_enables is None else np.ascontiguousarray(byte_enables, dtype=np.uint8).reshape(-1)
    cdef Py_ssize_t i, n = a.shape[0]
    if d.shape[0] != n or e.shape[0] != n:
        raise ValueError(f"{n} addresses, {d.shape[0]} words and {e.shape[0]} byte enables do not fit together")
    words = np.empty(2 * n, dtype=np.uint64)
    cdef uint64_t[::1] out = words
    with nogil:
        for i in range(n):
            out[2 * i] = word_of(TO_OMNIBUS_ADDRESS, <uint64_t> (e[i] & 0xf) << 32 | a[i])
            out[2 * i + 1] = word_of(TO_OMNIBUS_DATA, d[i])
    return words


def encode_omnibus_reads(addresses):
    """Words that read `addresses` (uint32[n]) -> uint64[n]."""
    cdef const uint32_t[::1] a = np.ascontiguousarray(addresses, dtype=np.uint32).reshape(-1)
    cdef Py_ssize_t i, n = a.shape[0]
    words = np.empty(n, dtype=np.uint64)
    cdef uint64_t[::1] out = words
    with nogil:
        for i in range(n):
            out[i] = word_of(TO_OMNIBUS_ADDRESS, <uint64_t> 0x1f << 32 | a[i])
    return words


def encode_to_fpga(headers, payloads):
    """Words of messages to the FPGA from headers (uint8[n]) and payloads (uint64[n]) -> uint64[n].

    Raises WireError with the index of the first unknown header or payload that is too wide.
    """
    cdef const uint8_t[::1] h = np.ascontiguousarray(headers, dtype=np.uint8).reshape(-1)
    cdef const uint64_t[::1] p = np.ascontiguousarray(payloads, dtype=np.uint64).reshape(-1)
    cdef Py_ssize_t i, n = h.shape[0], bad = -1
    if p.shape[0] != n:
        raise ValueError(f"{n} headers and {p.shape[0]} payloads do not fit together")
    words = np.empty(n, dtype=np.uint64)
    cdef uint64_t[::1] out = words
    with nogil:
        for i in range(n):
            if h[i] >= N_TO_FPGA or p[i] & ~PAYLOAD_MASKS[h[i]]:
                bad = i
                break
            out[i] = word_of(h[i], p[i])
    if bad < 0:
        return words
    if h[bad] >= N_TO_FPGA:
        raise WireError(f"Unknown UT message header: {h[bad]} (word {bad} to the FPGA)", bad)
    raise WireError(f"payload {p[bad]:#x} of word {bad} does not fit {ut.TO_FPGA[h[bad]].name} ({ut.TO_FPGA[h[bad]].payload_bits} bits)", bad)


def decode_to_fpga(words):
    """Headers (uint8[n]) and payloads (uint64[n]) of words to the FPGA (uint64[n]).

    Raises WireError with the index of the first word with an unknown header or an impossible number of JTAG bits.
    """
    cdef const uint64_t[::1] w = np.ascontiguousarray(words, dtype=np.uint64).reshape(-1)
    cdef Py_ssize_t i, n = w.shape[0], bad = -1
    cdef uint64_t header, bits
    headers, payloads = np.empty(n, dtype=np.uint8), np.empty(n, dtype=np.uint64)
    cdef uint8_t[::1] h = headers
    cdef uint64_t[::1] p = payloads
    with nogil:
        for i in range(n):
            header = w[i] >> 56
            bits = w[i] >> 40 & 0xfeff  # everything above the data but keep_response
            if header >= N_TO_FPGA or (header == TO_JTAG_DATA and (bits < <uint64_t> JTAG_BITS_MIN or bits > <uint64_t> JTAG_BITS_MAX)):
                bad = i
                break
            h[i] = <uint8_t> header
            p[i] = w[i] & PAYLOAD_MASKS[header]
    if bad < 0:
        return headers, payloads
    if w[bad] >> 56 >= N_TO_FPGA:
        raise WireError(f"Unknown UT message header: {w[bad] >> 56} (word {bad} to the FPGA)", bad)
    raise WireError(f"JTAG scan of {w[bad] >> 40 & 0xfeff} bits in word {bad}: {JTAG_BITS_MIN} to {JTAG_BITS_MAX} are possible", bad)
