# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Words on the wire: buffers, array encoding and decoding, and the stream from the FPGA in both directions.

Formats and rules: facts: transport 1.1 to 1.5 (messages), 2.5 (time stamps). The numbers stand in ut.py.
"""

cimport cython
from libc.stdint cimport uint8_t, uint16_t, uint32_t, uint64_t
from libc.stdlib cimport free, malloc, realloc
from libc.string cimport memcpy, memmove

from fisch._ut cimport *

import numpy as np

from fisch import ut
from fisch.errors import WireError

cdef uint64_t PAYLOAD_MASK = (<uint64_t> 1 << 56) - 1
cdef uint64_t TIME_MASK = (<uint64_t> 1 << ut.TIME_BITS) - 1
cdef enum:
    N_TO_FPGA = 16
    N_FROM_FPGA = 13
    BLOCK_WORDS = 2048   # words decoded at a time: small enough to stay in the nearest cache
    LEFT_MAX = 16        # room for an unfinished message in front of a block

cdef uint64_t TO_MASK[N_TO_FPGA]   # payload bits of each message to the FPGA
cdef uint8_t FROM_BYTES[256]       # length of each message from the FPGA, 0 where there is none
cdef uint64_t FROM_MASK[N_FROM_FPGA]
cdef int JTAG_BITS_MIN = ut.JTAG_DATA_BITS.start
cdef int JTAG_BITS_MAX = ut.JTAG_DATA_BITS.stop - 1
cdef uint64_t TRACE_STALLS_MAX = ut.TRACE_STALLS_MAX
cdef uint64_t OMNIBUS_READS_MAX = ut.OMNIBUS_READS_MAX


def _fill_tables():
    cdef int i
    for i in range(256):
        FROM_BYTES[i] = 0
    for message in ut.TO_FPGA:
        TO_MASK[message.header] = (1 << message.payload_bits) - 1
    for message in ut.FROM_FPGA:
        FROM_BYTES[message.header] = message.bytes
        FROM_MASK[message.header] = (1 << min(message.payload_bits, 56)) - 1


_fill_tables()


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


# ---------------------------------------------------------------------------------------------------------------- to the FPGA
@cython.final
cdef class WordBuffer:
    """Growing array of 64-bit words to the FPGA.

    >>> buffer = WordBuffer()
    >>> buffer.append(encode_omnibus_writes([0x88000009], [1250000]))
    >>> [f"{word:016x}" for word in buffer.to_numpy()]
    ['0b00000f88000009', '0c000000001312d0']
    """

    def __cinit__(self):
        self.data = NULL
        self.size = 0
        self.capacity = 0

    def __dealloc__(self):
        free(self.data)

    cdef int reserve(self, Py_ssize_t more) except -1 nogil:
        """Makes room for `more` words behind the present end."""
        cdef Py_ssize_t wanted = self.size + more
        cdef Py_ssize_t capacity = self.capacity if self.capacity > 0 else 64
        cdef void* data
        if wanted <= self.capacity:
            return 0
        while capacity < wanted:
            capacity *= 2
        data = realloc(self.data, capacity * sizeof(uint64_t))
        if data == NULL:
            with gil:
                raise MemoryError(f"no memory for a program of {wanted} words")
        self.data = <uint64_t*> data
        self.capacity = capacity
        return 0

    cdef int push(self, uint64_t word) except -1 nogil:
        if self.size == self.capacity:
            self.reserve(1)
        self.data[self.size] = word
        self.size += 1
        return 0

    cdef int omnibus_writes(self, const uint32_t* addresses, const uint32_t* words, const uint8_t* byte_enables, Py_ssize_t n) except -1 nogil:
        """Two messages per write; `byte_enables` has one mask of four bits per write, NULL means all four bytes."""
        cdef Py_ssize_t i
        cdef uint64_t* out
        cdef uint64_t enables = 0xf
        self.reserve(2 * n)
        out = self.data + self.size
        for i in range(n):
            if byte_enables != NULL:
                enables = byte_enables[i] & 0xf
            out[2 * i] = word_of(TO_OMNIBUS_ADDRESS, enables << 32 | addresses[i])
            out[2 * i + 1] = word_of(TO_OMNIBUS_DATA, words[i])
        self.size += 2 * n
        return 0

    cdef int omnibus_reads(self, const uint32_t* addresses, Py_ssize_t n) except -1 nogil:
        """One message per read."""
        cdef Py_ssize_t i
        cdef uint64_t* out
        self.reserve(n)
        out = self.data + self.size
        for i in range(n):
            out[i] = word_of(TO_OMNIBUS_ADDRESS, <uint64_t> 0x1f << 32 | addresses[i])
        self.size += n
        return 0

    def append(self, words not None):
        """Appends an array of words (uint64)."""
        cdef const uint64_t[::1] view = np.ascontiguousarray(words, dtype=np.uint64)
        cdef Py_ssize_t n = view.shape[0]
        if n:
            self.reserve(n)
            memcpy(self.data + self.size, &view[0], n * sizeof(uint64_t))
            self.size += n

    def to_numpy(self):
        """A copy of the words, uint64[len(self)]."""
        cdef uint64_t[::1] view
        words = np.empty(self.size, dtype=np.uint64)
        if self.size:
            view = words
            memcpy(&view[0], self.data, self.size * sizeof(uint64_t))
        return words

    def clear(self):
        """Forgets all words, keeps the memory."""
        self.size = 0

    def __len__(self):
        return self.size


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
            if h[i] >= N_TO_FPGA or p[i] & ~TO_MASK[h[i]]:
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
            p[i] = w[i] & TO_MASK[header]
    if bad < 0:
        return headers, payloads
    if w[bad] >> 56 >= N_TO_FPGA:
        raise WireError(f"Unknown UT message header: {w[bad] >> 56} (word {bad} to the FPGA)", bad)
    raise WireError(f"JTAG scan of {w[bad] >> 40 & 0xfeff} bits in word {bad}: {JTAG_BITS_MIN} to {JTAG_BITS_MAX} are possible", bad)


# -------------------------------------------------------------------------------------------------------------- from the FPGA
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
        cdef Py_ssize_t wanted = self.size + more
        cdef Py_ssize_t capacity = self.capacity if self.capacity > 0 else 1024
        cdef void* data
        if wanted <= self.capacity:
            return 0
        while capacity < wanted:
            capacity *= 2
        data = realloc(self.data, capacity)
        if data == NULL:
            with gil:
                raise MemoryError(f"no memory for a response of {wanted} bytes")
        self.data = <uint8_t*> data
        self.capacity = capacity
        return 0

    cpdef int message(self, int header, uint64_t payload) except -1 nogil:
        """Any message of up to 56 bits of payload; the payload is cut to the width of the message."""
        self.reserve(8)
        store_be64(self.data + self.size, word_of(header, payload & FROM_MASK[header]))
        self.size += 8
        self.time = (self.time + 1) & TIME_MASK
        return 0

    cpdef int omnibus(self, uint32_t data) except -1 nogil:
        return self.message(FROM_OMNIBUS_DATA, data)

    cpdef int jtag(self, uint64_t data) except -1 nogil:
        """`data`: captured bits, the first shifted one is bit 0."""
        return self.message(FROM_JTAG_DATA, data)

    cpdef int loopback(self, bint tick) except -1 nogil:
        return self.message(FROM_LOOPBACK, 1 if tick else 0)

    cpdef int link_notification(self, uint8_t value) except -1 nogil:
        """`value`: [7:5] PHY, [4] link up, [3] decode error, [2] CRC error, [1] CRC recover, [0] check error."""
        return self.message(FROM_HIGHSPEED_LINK_NOTIFICATION, value)

    cpdef int timeout(self, uint32_t instruction, int trace_stalls, int omnibus_reads) except -1 nogil:
        """`instruction`: index in the program; the other two are 0..96 and 0..52 (facts: transport 1.3)."""
        return self.message(FROM_TIMEOUT_NOTIFICATION, <uint64_t> (omnibus_reads & 0x3f) << 39 | <uint64_t> (trace_stalls & 0x7f) << 32 | instruction)

    cpdef int systime(self, uint64_t time) except -1 nogil:
        self.message(FROM_SYSTIME, time)
        self.time = time & TIME_MASK
        return 0

    cpdef int sysdelta(self, int delta) except -1 nogil:
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

    def clear(self):
        """Starts a new run: no bytes, receiver's time 0. Keeps the memory."""
        self.size = 0
        self.time = 0

    def __len__(self):
        """Bytes written so far."""
        return self.size


cdef packed struct OmnibusRow:
    uint32_t data
    uint64_t fpga_time


cdef packed struct JTAGRow:
    uint64_t data
    uint64_t fpga_time


cdef packed struct ByteRow:
    uint8_t value
    uint64_t fpga_time


cdef packed struct SpikeRow:
    uint16_t label
    uint64_t fpga_time
    uint64_t chip_time


cdef packed struct MADCRow:
    uint16_t value
    uint8_t channel
    uint64_t fpga_time
    uint64_t chip_time


cdef packed struct TimeoutRow:
    uint32_t instruction
    uint8_t trace_stalls
    uint8_t omnibus_reads
    uint64_t fpga_time


OMNIBUS_DTYPE = np.dtype([("data", "<u4"), ("fpga_time", "<u8")])
JTAG_DTYPE = np.dtype([("data", "<u8"), ("fpga_time", "<u8")])
LOOPBACK_DTYPE = np.dtype([("tick", "u1"), ("fpga_time", "<u8")])
SPIKE_DTYPE = np.dtype([("label", "<u2"), ("fpga_time", "<u8"), ("chip_time", "<u8")])
MADC_DTYPE = np.dtype([("value", "<u2"), ("channel", "u1"), ("fpga_time", "<u8"), ("chip_time", "<u8")])
LINK_DTYPE = np.dtype([("value", "u1"), ("fpga_time", "<u8")])
TIMEOUT_DTYPE = np.dtype([("instruction", "<u4"), ("trace_stalls", "u1"), ("omnibus_reads", "u1"), ("fpga_time", "<u8")])


cdef int rows_reserve(Rows* rows, Py_ssize_t more) except -1 nogil:
    cdef Py_ssize_t wanted = rows.size + more
    cdef Py_ssize_t capacity = rows.capacity if rows.capacity > 0 else 64
    cdef void* data
    if wanted <= rows.capacity:
        return 0
    while capacity < wanted:
        capacity *= 2
    data = realloc(rows.data, capacity * rows.row)
    if data == NULL:
        with gil:
            raise MemoryError(f"no memory for {wanted} responses")
    rows.data = <char*> data
    rows.capacity = capacity
    return 0


cdef object rows_array(Rows* rows, object dtype):
    """A copy of the rows as a structured array."""
    cdef uint8_t[::1] view
    array = np.empty(rows.size, dtype=dtype)
    if rows.size:
        view = array.view(np.uint8)
        memcpy(&view[0], rows.data, rows.size * rows.row)
    return array


cdef inline uint64_t chip_time_of(uint64_t time, uint64_t stamp) noexcept nogil:
    """Extends the 8-bit chip time of an event that arrived at `time` (facts: transport 2.5); in FPGA cycles."""
    cdef uint64_t chip = (time & ~(<uint64_t> 0x7f)) | stamp >> 1
    return chip if chip <= time else (chip - 128) & TIME_MASK


cdef inline void put_spikes(Rows* rows, const uint8_t* p, int n, uint64_t time) noexcept nogil:
    cdef SpikeRow* row = (<SpikeRow*> rows.data) + rows.size
    cdef int i
    for i in range(n):
        row[i].label = <uint16_t> (p[3 * i + 1] << 8 | p[3 * i + 2])
        row[i].fpga_time = time
        row[i].chip_time = chip_time_of(time, p[3 * i])
    rows.size += n


cdef inline void put_madc(Rows* rows, const uint8_t* p, int n, uint64_t time) noexcept nogil:
    cdef MADCRow* row = (<MADCRow*> rows.data) + rows.size
    cdef int i
    for i in range(n):
        row[i].value = <uint16_t> ((p[3 * i + 1] & 3) << 8 | p[3 * i + 2])
        row[i].channel = p[3 * i + 1] >> 2 & 1
        row[i].fpga_time = time
        row[i].chip_time = chip_time_of(time, p[3 * i])
    rows.size += n


cdef inline void put_byte(Rows* rows, uint8_t value, uint64_t time) noexcept nogil:
    cdef ByteRow* row = (<ByteRow*> rows.data) + rows.size
    row.value = value
    row.fpga_time = time
    rows.size += 1


@cython.final
cdef class ResponseDecoder:
    """Takes the stream from the FPGA apart into one array per class of message.

    `push` may be called any number of times; an unfinished message waits for its rest. Every message advances `time` by one, Systime sets
    it, Sysdelta adds to it, everything else is stamped with it (facts: transport 2.5). `clear` starts a new run.

    Arrays (structured, packed): `omnibus`, `jtag`, `loopback`, `spikes`, `madc_samples`, `highspeed_link_notifications`, `timeouts`.
    Raises WireError with the byte offset in the stream for an unknown header or an impossible time-out notification.

    >>> decoder = ResponseDecoder()
    >>> _ = decoder.push(np.array([0x0500000000000010, 0x01000000cafebabe, 0x0200000000000000], np.uint64))
    >>> hex(decoder.omnibus["data"][0]), int(decoder.omnibus["fpga_time"][0]), decoder.halts
    ('0xcafebabe', 17, 1)
    """

    def __cinit__(self):
        self.buffer = <uint8_t*> malloc(LEFT_MAX + 8 * BLOCK_WORDS)
        if self.buffer == NULL:
            raise MemoryError("no memory for a response decoder")
        self.omnibus_rows.row = sizeof(OmnibusRow)
        self.jtag_rows.row = sizeof(JTAGRow)
        self.loopback_rows.row = sizeof(ByteRow)
        self.spike_rows.row = sizeof(SpikeRow)
        self.madc_rows.row = sizeof(MADCRow)
        self.link_rows.row = sizeof(ByteRow)
        self.timeout_rows.row = sizeof(TimeoutRow)

    def __dealloc__(self):
        free(self.buffer)
        free(self.omnibus_rows.data)
        free(self.jtag_rows.data)
        free(self.loopback_rows.data)
        free(self.spike_rows.data)
        free(self.madc_rows.data)
        free(self.link_rows.data)
        free(self.timeout_rows.data)

    def clear(self):
        """Starts a new run: time 0, nothing decoded, nothing left over. Keeps the memory."""
        cdef int i
        self.left = self.position = self.halts = 0
        self.error = 0
        self.time = 0
        for i in range(3):
            self.spike_packs[i] = self.madc_packs[i] = 0
        self.omnibus_rows.size = self.jtag_rows.size = self.loopback_rows.size = self.spike_rows.size = 0
        self.madc_rows.size = self.link_rows.size = self.timeout_rows.size = 0

    cdef int reserve(self, Py_ssize_t n_bytes) except -1 nogil:
        """Room for whatever `n_bytes` of stream can hold, so that decoding needs no checks."""
        cdef Py_ssize_t n = n_bytes // 8 + 1
        rows_reserve(&self.omnibus_rows, n)
        rows_reserve(&self.jtag_rows, n)
        rows_reserve(&self.loopback_rows, n)
        rows_reserve(&self.spike_rows, 3 * n)
        rows_reserve(&self.madc_rows, 3 * n)
        rows_reserve(&self.link_rows, n)
        return rows_reserve(&self.timeout_rows, n)

    cdef int decode_block(self, Py_ssize_t n_bytes) except -1 nogil:
        """Decodes the buffer (its end is the end of a word), keeps what is left. Returns 0, or the number of the error (1 header, 2 time-out)."""
        cdef const uint8_t* start = self.buffer
        cdef const uint8_t* p = start
        cdef const uint8_t* end = start + n_bytes
        cdef uint64_t time = self.time
        cdef uint64_t payload, stalls, reads
        cdef int header, error = 0
        cdef Py_ssize_t length, rest
        cdef OmnibusRow* omnibus
        cdef JTAGRow* jtag
        cdef TimeoutRow* timeout
        self.reserve(n_bytes)
        while p < end:
            header = p[0]
            if header & 0x80:
                rest = (end - p) % 8
                p += rest if rest > 0 else 8
                continue
            length = FROM_BYTES[header]
            if length == 0:
                error = 1
                break
            if end - p < length:
                break
            payload = load_be64(p) & PAYLOAD_MASK
            time = (time + 1) & TIME_MASK
            if header == FROM_SYSDELTA:
                time = (time + (payload & 0xff)) & TIME_MASK
            elif header == FROM_SYSTIME:
                time = payload & TIME_MASK
            elif header == FROM_SPIKE_PACK_1:
                put_spikes(&self.spike_rows, p + 5, 1, time)
                self.spike_packs[0] += 1
            elif header == FROM_SPIKE_PACK_2:
                put_spikes(&self.spike_rows, p + 2, 2, time)
                self.spike_packs[1] += 1
            elif header == FROM_SPIKE_PACK_3:
                put_spikes(&self.spike_rows, p + 1, 3, time)
                self.spike_packs[2] += 1
            elif header == FROM_MADC_SAMPLE_PACK_1:
                put_madc(&self.madc_rows, p + 5, 1, time)
                self.madc_packs[0] += 1
            elif header == FROM_MADC_SAMPLE_PACK_2:
                put_madc(&self.madc_rows, p + 2, 2, time)
                self.madc_packs[1] += 1
            elif header == FROM_MADC_SAMPLE_PACK_3:
                put_madc(&self.madc_rows, p + 1, 3, time)
                self.madc_packs[2] += 1
            elif header == FROM_OMNIBUS_DATA:
                omnibus = (<OmnibusRow*> self.omnibus_rows.data) + self.omnibus_rows.size
                omnibus.data = <uint32_t> payload
                omnibus.fpga_time = time
                self.omnibus_rows.size += 1
            elif header == FROM_JTAG_DATA:
                jtag = (<JTAGRow*> self.jtag_rows.data) + self.jtag_rows.size
                jtag.data = payload & FROM_MASK[<int> FROM_JTAG_DATA]
                jtag.fpga_time = time
                self.jtag_rows.size += 1
            elif header == FROM_LOOPBACK:
                put_byte(&self.loopback_rows, payload & 1, time)
                self.halts += 1 - (payload & 1)
            elif header == FROM_HIGHSPEED_LINK_NOTIFICATION:
                put_byte(&self.link_rows, payload & 0xff, time)
            else:
                stalls = payload >> 32 & 0x7f
                reads = payload >> 39 & 0x3f
                if stalls > TRACE_STALLS_MAX or reads > OMNIBUS_READS_MAX:
                    error = 2
                    break
                timeout = (<TimeoutRow*> self.timeout_rows.data) + self.timeout_rows.size
                timeout.instruction = <uint32_t> payload
                timeout.trace_stalls = <uint8_t> stalls
                timeout.omnibus_reads = <uint8_t> reads
                timeout.fpga_time = time
                self.timeout_rows.size += 1
            p += length
        self.time = time
        self.position += p - start
        if error == 1:
            self.bad_header = header
        self.left = end - p if error == 0 else 0
        if self.left:
            memmove(self.buffer, p, self.left)
        return error

    cpdef int push(self, const uint64_t[::1] words) except -1:
        """Decodes the next words of the stream (uint64[n]) and returns the number of halts seen in the run so far.

        After an error the rest of the stream is lost: every further call raises it again until `clear`.
        """
        cdef Py_ssize_t i, n, done = 0, total = words.shape[0]
        while done < total and self.error == 0:
            n = min(total - done, <Py_ssize_t> BLOCK_WORDS)
            with nogil:
                for i in range(n):
                    store_be64(self.buffer + self.left + 8 * i, words[done + i])
                self.error = self.decode_block(self.left + 8 * n)
            done += n
        if self.error == 1:
            raise WireError(f"Unknown UT message header: {self.bad_header} (byte {self.position} from the FPGA)", self.position)
        if self.error == 2:
            raise WireError(f"time-out notification out of range (byte {self.position} from the FPGA)", self.position)
        return <int> self.halts

    @property
    def omnibus(self):
        return rows_array(&self.omnibus_rows, OMNIBUS_DTYPE)

    @property
    def jtag(self):
        return rows_array(&self.jtag_rows, JTAG_DTYPE)

    @property
    def loopback(self):
        """Echoes: tick 0 is a halt."""
        return rows_array(&self.loopback_rows, LOOPBACK_DTYPE)

    @property
    def spikes(self):
        return rows_array(&self.spike_rows, SPIKE_DTYPE)

    @property
    def madc_samples(self):
        return rows_array(&self.madc_rows, MADC_DTYPE)

    @property
    def highspeed_link_notifications(self):
        """Value: [7:5] PHY, [4] link up, [3] decode error, [2] CRC error, [1] CRC recover, [0] check error."""
        return rows_array(&self.link_rows, LINK_DTYPE)

    @property
    def timeouts(self):
        return rows_array(&self.timeout_rows, TIMEOUT_DTYPE)

    @property
    def spike_pack_counts(self):
        """Messages with one, two and three spikes."""
        return self.spike_packs[0], self.spike_packs[1], self.spike_packs[2]

    @property
    def madc_pack_counts(self):
        """Messages with one, two and three MADC samples."""
        return self.madc_packs[0], self.madc_packs[1], self.madc_packs[2]
