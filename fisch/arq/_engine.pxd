"""The protocol engine for compiled code of other modules."""

cimport cython
from libc.stdint cimport int64_t, uint8_t, uint16_t, uint64_t

cdef enum:
    SEQUENCE_NUMBERS = 256
    WINDOW = 128            # frames
    MAX_WORDS = 180
    HEADER = 12             # bytes
    MAX_FRAME = 1452        # bytes
    PID_UT = 0x0010
    PID_FLUSH = 0x8000
    PID_LOOPBACK = 0x8001
    PID_CFG = 0x8002


cdef struct Frame:
    int64_t last            # time of the last transmission [ns]
    int sent                # how often
    int length              # bytes; 0: empty slot (receiver)
    uint8_t bytes[MAX_FRAME]


cdef struct Fifo:           # of words, growing
    uint64_t* data
    Py_ssize_t head, end, capacity


cdef struct Counters:
    int64_t frames_sent, frames_resent, acks_sent, words_sent
    int64_t frames_received, acks_received, words_received
    int64_t bad_length, bad_header, bad_acks, duplicates, out_of_window, out_of_order, notices, congestion_drops, unknown_pids


cdef object fifo_take(Fifo* fifo, Py_ssize_t n)


@cython.final
cdef class Engine:
    # -- settings, times in ns
    cdef public int64_t rto, ack_delay, give_up
    cdef public int ack_every
    cdef public Py_ssize_t limit    # words that may wait at the receiver before frames are dropped
    cdef public bint echo_loopback, mirror, scan
    cdef public int introductions   # transmissions of a frame to somebody who has not been heard; 0: as to all others
    # -- sender
    cdef Frame* frames              # by sequence number
    cdef int base, next, allowed, repeated_acks
    cdef bint resend_now
    cdef Fifo out                   # payload words of what waits
    cdef Fifo runs                  # what they are: (number of words << 16 | packet id); a control packet is one run
    # -- receiver
    cdef Frame* early               # out of order frames, by sequence number
    cdef readonly int expected      # sequence number
    cdef int acks_due               # accepted frames that are not acknowledged
    cdef bint ack_now
    cdef int64_t ack_since          # arrival of the first of them
    cdef uint8_t ack_frame[4]
    cdef Fifo inbound               # stream of PID_UT
    cdef Fifo control               # other packets: (number of words << 16 | packet id), then the words
    cdef readonly int64_t last_heard    # time of the last valid datagram, or of the first unanswered one
    cdef readonly bint failed           # the other side does not acknowledge
    cdef readonly bint heard            # it has sent something valid since the reset
    cdef readonly bint flushed          # it has said good-bye
    cdef readonly list notices          # (kind, text): what an FPGA of ours says beyond the protocol
    # -- scanner for halts in the stream of responses
    cdef int message_left           # bytes of the unfinished message
    cdef int message                # its header
    cdef int64_t halts_seen
    cdef readonly int64_t halts         # as of the last word at which a message ended
    cdef readonly int bad_message       # header that is no message, -1
    cdef Py_ssize_t clean           # words of `inbound` up to there
    cdef Counters count

    cdef void clear(self) noexcept nogil
    cdef int outstanding(self) noexcept nogil
    cdef int push_words(self, uint16_t pid, const uint64_t* words, Py_ssize_t n) except -1 nogil
    cdef int receive_datagram(self, const uint8_t* p, Py_ssize_t n, int64_t now) except -1 nogil
    cdef int accept(self, const uint8_t* p, int length) except -1 nogil
    cdef bint has_room(self, int pid) noexcept nogil
    cdef void acknowledged(self, unsigned int value, bint pure, int64_t now) noexcept nogil
    cdef void scan_word(self, uint64_t word) noexcept nogil
    cdef int next_datagram(self, const uint8_t** p, int64_t now) noexcept nogil
    cdef int64_t repeat_after(self, const Frame* frame) noexcept nogil
    cdef int notice(self, const uint8_t* p, Py_ssize_t n) except -1 nogil
    cdef int build(self) noexcept nogil
    cdef void sign(self, Frame* frame) noexcept nogil
    cdef int64_t next_time(self) noexcept nogil
    cdef bint idle(self) noexcept nogil
