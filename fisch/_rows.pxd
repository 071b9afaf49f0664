"""What the decoder collects: one growing array of packed rows per class of message."""

from libc.stdint cimport uint8_t, uint16_t, uint32_t, uint64_t

from fisch._grow cimport grown

cdef enum:
    CHIP_TIME_CYCLES = 128   # FPGA cycles after which the 8-bit time of events starts again


cdef struct Rows:
    char* data
    Py_ssize_t size       # rows
    Py_ssize_t capacity   # rows
    Py_ssize_t row        # bytes per row


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


cdef inline int rows_reserve(Rows* rows, Py_ssize_t more) except -1 nogil:
    if rows.size + more > rows.capacity:
        rows.data = <char*> grown(rows.data, &rows.capacity, rows.size + more, rows.row, 64)
    return 0


cdef inline int rows_foresee(Rows* rows, double more) except -1 nogil:
    """Room for `more` times the rows so far."""
    return rows_reserve(rows, <Py_ssize_t> (rows.size * more))


cdef inline uint64_t chip_time_of(uint64_t time, uint64_t stamp) noexcept nogil:
    """Extends the 8-bit chip time of an event that arrived at `time` (facts: transport 2.5); in FPGA cycles. No branch: nothing predicts it."""
    return (time - (time - (stamp >> 1) & CHIP_TIME_CYCLES - 1)) & ((<uint64_t> 1 << 43) - 1)


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
