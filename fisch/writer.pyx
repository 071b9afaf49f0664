"""The stream from the FPGA, written: what a model of the FPGA answers with. (facts: transport 1.3, 1.5, 2.5)"""

cimport cython
from libc.stdint cimport uint8_t, uint32_t, uint64_t
from libc.stdlib cimport free
from libc.string cimport memmove

from fisch._grow cimport grown
from fisch.ut cimport *
from fisch._wire cimport load_be64, store_be64, word_of

import numpy as np

from fisch import ut
from fisch.errors import WireError

cdef enum:
    N_FROM_FPGA = 13

cdef uint64_t TIME_MASK = (<uint64_t> 1 << ut.TIME_BITS) - 1
cdef uint64_t PAYLOAD_MASKS[N_FROM_FPGA]   # of the three-packs only the part that fits one word


def _fill_table():
    for message in ut.FROM_FPGA:
        PAYLOAD_MASKS[message.header] = (1 << min(message.payload_bits, 56)) - 1


_fill_table()


@cython.final
cdef class ResponseWriter:
    """Packs messages from the FPGA, most significant byte first and without gaps, into 64-bit words.

    It follows the receiver's clock: each message advances `time` by one, `annotate` inserts what makes the next message carry a given time.
    """

    def __cinit__(self):
        self.data = NULL
        self.size = 0
        self.capacity = 0
        self.time = 0

    def __dealloc__(self):
        free(self.data)

    cdef int reserve(self, Py_ssize_t more) except -1 nogil:
        if self.size + more > self.capacity:
            self.data = <uint8_t*> grown(self.data, &self.capacity, self.size + more, 1, 1024)
        return 0

    cpdef int message(self, int header, uint64_t payload) except -1 nogil:
        """Any message of up to 56 bits of payload; the payload is cut to the width of the message."""
        self.reserve(8)
        store_be64(self.data + self.size, word_of(header, payload & PAYLOAD_MASKS[header]))
        self.size += 8
        self.time = (self.time + 1) & TIME_MASK
        return 0

    cpdef int omnibus(self, uint32_t data) except -1 nogil:
        """The word that an omnibus read returned."""
        return self.message(FROM_OMNIBUS_DATA, data)

    cpdef int jtag(self, uint64_t data) except -1 nogil:
        """`data`: captured bits, the first shifted one is bit 0."""
        return self.message(FROM_JTAG_DATA, data)

    cpdef int loopback(self, bint tick) except -1 nogil:
        """Echo of a loopback instruction, `tick` or halt."""
        return self.message(FROM_LOOPBACK, 1 if tick else 0)

    cpdef int link_notification(self, uint8_t value) except -1 nogil:
        """`value`: [7:5] PHY, [4] link up, [3] decode error, [2] CRC error, [1] CRC recover, [0] check error."""
        return self.message(FROM_HIGHSPEED_LINK_NOTIFICATION, value)

    cpdef int timeout(self, uint32_t instruction, int trace_stalls, int omnibus_reads) except -1 nogil:
        """`instruction`: index in the program; the other two are 0..96 and 0..52 (facts: transport 1.3)."""
        return self.message(FROM_TIMEOUT_NOTIFICATION, <uint64_t> (omnibus_reads & 0x3f) << 39 | <uint64_t> (trace_stalls & 0x7f) << 32 | instruction)

    cpdef int systime(self, uint64_t time) except -1 nogil:
        """Sets the time of what follows [FPGA cycles], modulo 2**43."""
        self.message(FROM_SYSTIME, time)
        self.time = time & TIME_MASK
        return 0

    cpdef int sysdelta(self, int delta) except -1 nogil:
        """Advances the time by 0..255 FPGA cycles beside the one that every message takes."""
        self.message(FROM_SYSDELTA, delta)
        self.time = (self.time + (delta & 0xff)) & TIME_MASK
        return 0

    cdef int pack(self, int first_header, const uint32_t* events, int n) except -1 nogil:
        """1 to 3 events of 24 bits; three of them make a message of 10 bytes."""
        cdef uint8_t* out
        cdef int i
        if n == 1:
            return self.message(first_header, events[0])
        if n == 2:
            return self.message(first_header + 1, <uint64_t> (events[0] & 0xffffff) << 24 | (events[1] & 0xffffff))
        self.reserve(10)
        out = self.data + self.size
        out[0] = <uint8_t> (first_header + 2)
        for i in range(3):
            out[1 + 3 * i] = <uint8_t> (events[i] >> 16)
            out[2 + 3 * i] = <uint8_t> (events[i] >> 8)
            out[3 + 3 * i] = <uint8_t> events[i]
        self.size += 10
        self.time = (self.time + 1) & TIME_MASK
        return 0

    cdef int spikes(self, const uint32_t* events, int n) except -1 nogil:
        """n = 1..3 events: [23:16] low byte of the chip's system time, [15:0] label."""
        return self.pack(FROM_SPIKE_PACK_1, events, n)

    cdef int madc_samples(self, const uint32_t* events, int n) except -1 nogil:
        """n = 1..3 events: [23:16] low byte of the chip's system time, [10] channel, [9:0] value."""
        return self.pack(FROM_MADC_SAMPLE_PACK_1, events, n)

    cpdef int annotate(self, uint64_t time) except -1 nogil:
        """Inserts the annotation, if any is needed, by which the next message is stamped with `time` (FPGA cycles, 43 bits)."""
        cdef uint64_t ahead = (time - self.time) & TIME_MASK
        if ahead == 1:
            return 0
        if 2 <= ahead <= 257:
            return self.sysdelta(<int> (ahead - 2))
        return self.systime((time - 1) & TIME_MASK)

    cpdef int flush(self) except -1 nogil:
        """Fills up the last word: a comma bit behind the last message, then zeros."""
        if self.size % 8 == 0:
            return 0
        self.reserve(8)
        self.data[self.size] = 0x80
        self.size += 1
        while self.size % 8:
            self.data[self.size] = 0
            self.size += 1
        return 0

    def append(self, int header, payload):
        """Any message, also the three-packs of 72 bits, from Python. Raises WireError for an unknown header or a payload that is too wide."""
        cdef uint32_t events[3]
        if not 0 <= header < N_FROM_FPGA:
            raise WireError(f"Unknown UT message header: {header}", self.size)
        if payload >> ut.FROM_FPGA[header].payload_bits:
            raise WireError(f"payload {payload:#x} does not fit {ut.FROM_FPGA[header].name} ({ut.FROM_FPGA[header].payload_bits} bits)", self.size)
        if header == FROM_SYSTIME:
            self.systime(payload)
        elif header == FROM_SYSDELTA:
            self.sysdelta(payload)
        elif header == FROM_MADC_SAMPLE_PACK_3 or header == FROM_SPIKE_PACK_3:
            for i in range(3):
                events[i] = payload >> 24 * (2 - i) & 0xffffff
            self.pack(header - 2, events, 3)
        else:
            self.message(header, payload)

    def words(self):
        """A copy of the complete words so far, uint64[n]; `flush` first to have everything."""
        cdef Py_ssize_t i, n = self.size // 8
        words = np.empty(n, dtype=np.uint64)
        cdef uint64_t[::1] out = words
        for i in range(n):
            out[i] = load_be64(self.data + 8 * i)
        return words

    def take(self):
        """The complete words so far, uint64[n], which are removed; bytes of an unfinished word stay, the receiver's clock goes on."""
        words = self.words()
        cdef Py_ssize_t n = 8 * len(words)
        memmove(self.data, self.data + n, self.size - n)
        self.size -= n
        return words

    def clear(self):
        """Starts a new run: no bytes, receiver's time 0. Keeps the memory."""
        self.size = 0
        self.time = 0

    def __len__(self):
        """Bytes written so far."""
        return self.size
