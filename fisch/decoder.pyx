"""The stream from the FPGA, taken apart. (facts: transport 1.3, 1.5, 2.5)"""

cimport cython
from libc.stdint cimport uint8_t, uint32_t, uint64_t
from libc.stdlib cimport free, malloc
from libc.string cimport memcpy, memmove

from fisch._rows cimport ByteRow, JTAGRow, MADCRow, OmnibusRow, Rows, SpikeRow, TimeoutRow, put_byte, put_madc, put_spikes, rows_foresee, rows_reserve
from fisch.ut cimport *
from fisch._wire cimport load_be64, store_be64

import numpy as np

from fisch import ut
from fisch.backends import Responses
from fisch.errors import WireError

cdef enum:
    BLOCK_WORDS = 2048   # words decoded at a time: small enough to stay in the nearest cache
    FEW_BLOCKS = 8       # from so many on it is worth to look ahead
    LEFT_MAX = 16        # room for an unfinished message in front of a block

cdef int JTAG = Responses.JTAG
cdef int LOOPBACK = Responses.LOOPBACK
cdef uint64_t PAYLOAD_MASK = (<uint64_t> 1 << 56) - 1
cdef uint64_t TIME_MASK = (<uint64_t> 1 << ut.TIME_BITS) - 1
cdef uint64_t JTAG_MASK = (<uint64_t> 1 << ut.FROM_FPGA[<int> FROM_JTAG_DATA].payload_bits) - 1
cdef uint64_t TRACE_STALLS_MAX = ut.TRACE_STALLS_MAX
cdef uint64_t OMNIBUS_READS_MAX = ut.OMNIBUS_READS_MAX
cdef uint8_t LENGTHS[256]   # bytes of each message from the FPGA, 0 where there is none


def _fill_table():
    cdef int i
    for i in range(256):
        LENGTHS[i] = 0
    for message in ut.FROM_FPGA:
        LENGTHS[message.header] = message.bytes


_fill_table()


OMNIBUS_DTYPE = np.dtype([("data", "<u4"), ("fpga_time", "<u8")])
JTAG_DTYPE = np.dtype([("data", "<u8"), ("fpga_time", "<u8")])
LOOPBACK_DTYPE = np.dtype([("tick", "u1"), ("fpga_time", "<u8")])
SPIKE_DTYPE = np.dtype([("label", "<u2"), ("fpga_time", "<u8"), ("chip_time", "<u8")])
MADC_DTYPE = np.dtype([("value", "<u2"), ("channel", "u1"), ("fpga_time", "<u8"), ("chip_time", "<u8")])
LINK_DTYPE = np.dtype([("value", "u1"), ("fpga_time", "<u8")])
TIMEOUT_DTYPE = np.dtype([("instruction", "<u4"), ("trace_stalls", "u1"), ("omnibus_reads", "u1"), ("fpga_time", "<u8")])


cdef object rows_array(Rows* rows, object dtype):
    """A copy of the rows as a structured array."""
    cdef uint8_t[::1] view
    array = np.empty(rows.size, dtype=dtype)
    if rows.size:
        view = array.view(np.uint8)
        memcpy(&view[0], rows.data, rows.size * rows.row)
    return array


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

    cdef int foresee(self, double more) except -1 nogil:
        """Room for `more` times the rows so far: if the stream goes on as it began, memory is taken once and nothing is moved."""
        rows_foresee(&self.omnibus_rows, more)
        rows_foresee(&self.jtag_rows, more)
        rows_foresee(&self.loopback_rows, more)
        rows_foresee(&self.spike_rows, more)
        rows_foresee(&self.madc_rows, more)
        rows_foresee(&self.link_rows, more)
        return rows_foresee(&self.timeout_rows, more)

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
            length = LENGTHS[header]
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
                jtag.data = payload & JTAG_MASK
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
            if done == 0 and total > FEW_BLOCKS * BLOCK_WORDS:
                self.foresee(<double> total / n)
            done += n
        if self.error == 1:
            raise WireError(f"Unknown UT message header: {self.bad_header} (byte {self.position} from the FPGA)", self.position)
        if self.error == 2:
            raise WireError(f"time-out notification out of range (byte {self.position} from the FPGA)", self.position)
        return <int> self.halts

    def responses(self, int kind):
        """Data (uint32[n], of JTAG the lower 32 bits) and stamps (uint64[n]) of the responses of a class (`fisch.Responses`).

        What a ticket needs, without the way through rows. The echo of a halt is not a response.
        """
        if kind == LOOPBACK:
            ticks = self.loopback
            ticks = ticks[ticks["tick"] == 1]
            return ticks["tick"].astype(np.uint32), ticks["fpga_time"].astype(np.uint64)
        cdef const OmnibusRow* omnibus = <const OmnibusRow*> self.omnibus_rows.data
        cdef const JTAGRow* jtag = <const JTAGRow*> self.jtag_rows.data
        cdef Py_ssize_t i, n = self.jtag_rows.size if kind == JTAG else self.omnibus_rows.size
        data, times = np.empty(n, dtype=np.uint32), np.empty(n, dtype=np.uint64)
        cdef uint32_t[::1] words = data
        cdef uint64_t[::1] stamps = times
        with nogil:
            for i in range(n):
                words[i] = <uint32_t> jtag[i].data if kind == JTAG else omnibus[i].data
                stamps[i] = jtag[i].fpga_time if kind == JTAG else omnibus[i].fpga_time
        return data, times

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
