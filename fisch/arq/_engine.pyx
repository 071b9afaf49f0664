"""The HostARQ protocol without sockets and clocks: datagrams in, datagrams out, the time is given. (facts: transport 6)

Both ends are the same engine. Every frame is acknowledged cumulatively; frames out of order are kept. Only the oldest unacknowledged frame is
repeated, after `rto` (times the number of its transmissions, at most 16) or when acknowledgements repeat themselves: a lost frame costs one
round trip, and a slow receiver is not flooded. What is not a frame is counted and dropped; it changes nothing else.
"""

from libc.stdint cimport int64_t, uint8_t, uint16_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free
from libc.string cimport memcmp, memcpy, memmove, memset

from fisch._grow cimport grown

import numpy as np

from fisch import ut
from fisch.arq import protocol

cdef enum:
    ACK = 4                 # length of a frame that only acknowledges
    FEWEST_ALLOWED = 8      # frames in flight after losses
    FIRST_ALLOWED = 16      # and at the start
    REPEATED = 3            # equal acknowledgements that mean a loss
    SLOWEST = 16            # a frame is repeated after at most so many rto
    NOTICES = 16            # are kept
    NOTICE_HEAD = 12        # bytes

cdef int64_t NEVER = (<int64_t> 1 << 62)
cdef const uint8_t* NOTICE = protocol.NOTICE_HEAD
cdef int LENGTHS[256]       # of messages from the FPGA, by header; 0: no message
cdef int LOOPBACK = -1
for _header in range(256):
    LENGTHS[_header] = ut.FROM_FPGA[_header].bytes if _header < len(ut.FROM_FPGA) else 0
    if LENGTHS[_header] and ut.FROM_FPGA[_header].name == "Loopback":
        LOOPBACK = _header


cdef inline uint32_t load32(const uint8_t* p) noexcept nogil:
    return <uint32_t> p[0] << 24 | <uint32_t> p[1] << 16 | <uint32_t> p[2] << 8 | p[3]


cdef inline void store32(uint8_t* p, uint32_t v) noexcept nogil:
    p[0], p[1], p[2], p[3] = v >> 24, v >> 16 & 0xff, v >> 8 & 0xff, v & 0xff


cdef inline uint64_t load64(const uint8_t* p) noexcept nogil:
    return <uint64_t> load32(p) << 32 | load32(p + 4)


cdef inline void store64(uint8_t* p, uint64_t v) noexcept nogil:
    store32(p, <uint32_t> (v >> 32))
    store32(p + 4, <uint32_t> v)


cdef int fifo_reserve(Fifo* fifo, Py_ssize_t more) except -1 nogil:
    """Room for `more` words at the end."""
    if fifo.head == fifo.end:
        fifo.head = fifo.end = 0
    if fifo.end + more <= fifo.capacity:
        return 0
    if fifo.head > fifo.capacity // 2 and fifo.end - fifo.head + more <= fifo.capacity:
        memmove(fifo.data, fifo.data + fifo.head, (fifo.end - fifo.head) * sizeof(uint64_t))
        fifo.end -= fifo.head
        fifo.head = 0
        return 0
    fifo.data = <uint64_t*> grown(fifo.data, &fifo.capacity, fifo.end + more, sizeof(uint64_t), 1024)
    return 0


cdef inline int fifo_push(Fifo* fifo, uint64_t word) except -1 nogil:
    fifo_reserve(fifo, 1)
    fifo.data[fifo.end] = word
    fifo.end += 1
    return 0


cdef object fifo_take(Fifo* fifo, Py_ssize_t n):
    """The first n words, removed."""
    cdef uint64_t[::1] view
    words = np.empty(n, dtype=np.uint64)
    if n:
        view = words
        memcpy(&view[0], fifo.data + fifo.head, n * sizeof(uint64_t))
        fifo.head += n
    return words


cdef class Engine:
    """One end of a connection.

    rto [ns]: an unacknowledged frame is repeated after that. ack_delay [ns], ack_every [frames]: how long acknowledgements may wait for data
    that carries them. give_up [ns]: without acknowledgement for so long the other side is taken for dead (`failed`).
    limit [words]: while more words wait at the receiver, further frames are dropped: the sender repeats them.
    echo_loopback: send LOOPBACK packets back, drop other control packets (the FPGA's side). mirror: send the stream back, too (for measurements).
    scan: count the halts in the stream (the host's side). introductions: so often a frame is sent, ever more rarely, to somebody who has not
    been heard since the reset, who may have nothing to do with it; 0: no limit.
    """

    def __cinit__(self):
        self.frames = <Frame*> calloc(SEQUENCE_NUMBERS, sizeof(Frame))
        self.early = <Frame*> calloc(SEQUENCE_NUMBERS, sizeof(Frame))
        if self.frames == NULL or self.early == NULL:
            raise MemoryError("no memory for frames")

    def __init__(self, *, rto=1_000_000, ack_delay=100_000, ack_every=16, give_up=10_000_000_000, limit=1 << 40, echo_loopback=False,
                 mirror=False, scan=False, introductions=0):
        self.rto, self.ack_delay, self.give_up, self.ack_every = rto, ack_delay, give_up, ack_every
        self.limit, self.echo_loopback, self.mirror, self.scan = limit, echo_loopback, mirror, scan
        self.introductions, self.notices = introductions, []
        self.clear()

    def __dealloc__(self):
        free(self.frames)
        free(self.early)
        free(self.out.data)
        free(self.runs.data)
        free(self.inbound.data)
        free(self.control.data)

    cdef void clear(self) noexcept nogil:
        cdef int i
        self.base = self.next = self.expected = 0
        self.allowed = FIRST_ALLOWED
        self.repeated_acks = self.acks_due = 0
        self.resend_now = self.ack_now = self.failed = self.heard = self.flushed = False
        self.out.head = self.out.end = self.runs.head = self.runs.end = 0
        self.inbound.head = self.inbound.end = self.control.head = self.control.end = 0
        self.last_heard = 0
        self.message_left = 0
        self.halts = self.halts_seen = 0
        self.bad_message = -1
        self.clean = 0
        for i in range(SEQUENCE_NUMBERS):
            self.early[i].length = 0

    def reset(self):
        """The state after a reset: sequence numbers start at 0, everything on its way is forgotten. Counters go on."""
        self.clear()

    # ---------------------------------------------------------------------------------------------------------- sender
    cdef int outstanding(self) noexcept nogil:
        """Frames that are sent and not acknowledged."""
        return (self.next - self.base) & 0xff

    cdef bint idle(self) noexcept nogil:
        """Nothing waits and everything is acknowledged."""
        return self.next == self.base and self.runs.head == self.runs.end

    cdef int push_words(self, uint16_t pid, const uint64_t* words, Py_ssize_t n) except -1 nogil:
        cdef Py_ssize_t last = self.runs.end - 1
        if n == 0:
            return 0
        fifo_reserve(&self.out, n)
        memcpy(self.out.data + self.out.end, words, n * sizeof(uint64_t))
        if pid == PID_UT and last >= self.runs.head and (self.runs.data[last] & 0xffff) == PID_UT:
            self.runs.data[last] += <uint64_t> n << 16
        else:
            fifo_push(&self.runs, <uint64_t> n << 16 | pid)
        self.out.end += n
        return 0

    cdef int build(self) noexcept nogil:
        """Makes the next frame of what waits; returns its sequence number."""
        cdef Frame* frame = &self.frames[self.next]
        cdef uint64_t run = self.runs.data[self.runs.head]
        cdef Py_ssize_t i, n = min(<Py_ssize_t> (run >> 16), MAX_WORDS)
        cdef int seq = self.next
        store32(frame.bytes + 4, seq)
        store32(frame.bytes + 8, <uint32_t> (run & 0xffff) << 16 | <uint32_t> n)
        for i in range(n):
            store64(frame.bytes + HEADER + 8 * i, self.out.data[self.out.head + i])
        frame.length = <int> (HEADER + 8 * n)
        frame.sent = 0
        self.out.head += n
        if <Py_ssize_t> (run >> 16) == n:
            self.runs.head += 1
        else:
            self.runs.data[self.runs.head] -= <uint64_t> n << 16
        self.next = (seq + 1) & 0xff
        self.count.words_sent += n
        return seq

    cdef void sign(self, Frame* frame) noexcept nogil:
        """Puts the newest acknowledgement into a frame."""
        store32(frame.bytes, (self.expected - 1) & 0xff)
        self.acks_due = 0
        self.ack_now = False

    cdef int64_t repeat_after(self, const Frame* frame) noexcept nogil:
        """How long to wait for an acknowledgement of a frame."""
        if self.introductions == 0 or self.heard:
            return self.rto * min(frame.sent, SLOWEST)
        return NEVER if frame.sent >= self.introductions else self.rto << frame.sent

    cdef int next_datagram(self, const uint8_t** p, int64_t now) noexcept nogil:
        """The next datagram that is due at `now`: its length, 0 if there is none. It is valid until the engine is next told of a datagram."""
        cdef Frame* frame = &self.frames[self.base]
        cdef bint late
        if self.failed:
            return 0
        if self.next != self.base:
            late = now - frame.last >= self.repeat_after(frame)
            if late or self.resend_now:
                self.allowed = max(self.allowed // 2, FEWEST_ALLOWED)
                if late and frame.sent > 1 and now - self.last_heard > self.give_up:
                    self.failed = True
                    return 0
                self.resend_now = False
                self.count.frames_resent += 1
            else:
                frame = NULL
        else:
            frame = NULL
        if frame == NULL and self.runs.head < self.runs.end and self.outstanding() < min(self.allowed, WINDOW):
            if self.next == self.base:
                self.last_heard = now
            frame = &self.frames[self.build()]
        if frame != NULL:
            self.sign(frame)
            frame.last = now
            frame.sent += 1
            self.count.frames_sent += 1
            p[0] = frame.bytes
            return frame.length
        if self.ack_now or (self.acks_due and (self.acks_due >= self.ack_every or now - self.ack_since >= self.ack_delay)):
            store32(self.ack_frame, (self.expected - 1) & 0xff)
            self.acks_due = 0
            self.ack_now = False
            self.ack_since = now
            self.count.acks_sent += 1
            p[0] = self.ack_frame
            return ACK
        return 0

    cdef int64_t next_time(self) noexcept nogil:
        """When a datagram is due even if nothing arrives; far away if never."""
        cdef int64_t time = NEVER
        cdef Frame* frame = &self.frames[self.base]
        if self.failed:
            return NEVER
        if self.ack_now or self.resend_now or (self.runs.head < self.runs.end and self.outstanding() < min(self.allowed, WINDOW)):
            return 0
        if self.next != self.base:
            time = min(frame.last + self.repeat_after(frame), NEVER)
        if self.acks_due:
            time = min(time, self.ack_since + self.ack_delay)
        return time

    cdef void acknowledged(self, unsigned int value, bint pure, int64_t now) noexcept nogil:
        """Everything up to sequence number `value` has arrived at the other side."""
        cdef int n = (<int> value - self.base + 1) & 0xff
        if n == 0:
            if pure and self.next != self.base:
                self.repeated_acks += 1
                self.resend_now |= self.repeated_acks == REPEATED and now - self.frames[self.base].last >= self.rto // 8
            return
        if n > self.outstanding():
            self.count.bad_acks += 1
            return
        self.base = (self.base + n) & 0xff
        self.repeated_acks = 0
        self.resend_now = False
        self.allowed = min(self.allowed + n, WINDOW)

    # ---------------------------------------------------------------------------------------------------------- receiver
    cdef bint has_room(self, int pid) noexcept nogil:
        if pid == PID_UT and not self.mirror:
            return self.inbound.end - self.inbound.head <= self.limit
        return self.out.end - self.out.head + self.control.end - self.control.head <= self.limit

    cdef int receive_datagram(self, const uint8_t* p, Py_ssize_t n, int64_t now) except -1 nogil:
        """One datagram from the other side. Returns 1 if it was a frame or an acknowledgement, 0 if it was dropped as neither."""
        cdef uint32_t ack, seq, length
        cdef int offset
        if n == ACK:
            ack = load32(p)
            if ack >= SEQUENCE_NUMBERS:
                self.count.bad_acks += 1
                return 0
            self.count.acks_received += 1
            self.last_heard = now
            self.heard = True
            self.acknowledged(ack, True, now)
            return 1
        if self.scan and n > NOTICE_HEAD and memcmp(p, NOTICE, NOTICE_HEAD) == 0:
            return self.notice(p + NOTICE_HEAD, n - NOTICE_HEAD)
        if n < HEADER + 8 or n > MAX_FRAME:
            self.count.bad_length += 1
            return 0
        ack, seq, length = load32(p), load32(p + 4), load32(p + 8) & 0xffff
        if n != HEADER + 8 * <Py_ssize_t> length:
            self.count.bad_length += 1
            return 0
        if ack >= SEQUENCE_NUMBERS or seq >= SEQUENCE_NUMBERS:
            self.count.bad_header += 1
            return 0
        self.count.frames_received += 1
        self.last_heard = now
        self.heard = True
        self.acknowledged(ack, False, now)
        offset = (<int> seq - self.expected) & 0xff
        if offset >= WINDOW:
            self.count.duplicates += 1
            self.ack_now = True
        elif not self.has_room(<int> (load32(p + 8) >> 16)):
            self.count.congestion_drops += 1
            self.ack_now = True     # says that this end is alive
        elif offset == 0:
            if self.acks_due == 0:
                self.ack_since = now
            self.accept(p, <int> n)
            while self.early[self.expected].length:
                length = self.early[self.expected].length
                self.early[self.expected].length = 0
                self.accept(self.early[self.expected].bytes, <int> length)
        else:
            self.ack_now = True
            if self.early[seq].length:
                self.count.duplicates += 1
            else:
                self.count.out_of_order += 1
                memcpy(self.early[seq].bytes, p, n)
                self.early[seq].length = <int> n
        return 1

    cdef int notice(self, const uint8_t* p, Py_ssize_t n) except -1 nogil:
        """Keeps what the FPGA says beyond the protocol."""
        self.count.notices += 1
        with gil:
            if len(self.notices) < NOTICES:
                self.notices.append((chr(p[0]), p[1:n].decode("utf-8", "replace")))
        return 0

    cdef int accept(self, const uint8_t* p, int length) except -1 nogil:
        """The next frame of the sequence."""
        cdef int i, n = (length - HEADER) // 8
        cdef uint32_t pid = load32(p + 8) >> 16
        cdef Fifo* fifo = &self.inbound if pid == PID_UT else &self.control
        cdef Py_ssize_t first
        fifo_reserve(fifo, n + 1)
        if pid != PID_UT:
            fifo.data[fifo.end] = <uint64_t> n << 16 | pid
            fifo.end += 1
        first = fifo.end
        for i in range(n):
            fifo.data[first + i] = load64(p + HEADER + 8 * i)
        fifo.end += n
        if pid == PID_UT and self.scan:
            for i in range(n):
                self.scan_word(self.inbound.data[first + i])
                if self.message_left == 0:
                    self.halts = self.halts_seen
                    self.clean = first + i + 1 - self.inbound.head
        elif (pid == PID_LOOPBACK and self.echo_loopback) or (pid == PID_UT and self.mirror):
            self.push_words(<uint16_t> pid, fifo.data + first, n)
            fifo.end = first - (pid != PID_UT)
        elif pid != PID_UT:
            if pid != PID_LOOPBACK and pid != PID_CFG and pid != PID_FLUSH:
                self.count.unknown_pids += 1
                fifo.end = first - 1
            elif self.echo_loopback:
                fifo.end = first - 1
                self.flushed |= pid == PID_FLUSH
        self.count.words_received += n
        self.expected = (self.expected + 1) & 0xff
        self.acks_due += 1
        return 0

    cdef void scan_word(self, uint64_t word) noexcept nogil:
        """Follows the messages of the stream, which may straddle words, and counts halts."""
        cdef int at = 0, header, part
        while at < 8:
            if self.message_left == 0:
                header = <int> (word >> 56 - 8 * at & 0xff)
                if header & 0x80:
                    return
                if LENGTHS[header] == 0:
                    if self.bad_message < 0:
                        self.bad_message = header
                    return
                self.message, self.message_left = header, LENGTHS[header]
            part = min(self.message_left, 8 - at)
            at += part
            self.message_left -= part
            if self.message_left == 0 and self.message == LOOPBACK and not word >> 64 - 8 * at & 1:
                self.halts_seen += 1

    # ---------------------------------------------------------------------------------------------------------- for Python
    def push(self, words, int pid=PID_UT):
        """Queues uint64[n] words for sending. A packet of another id than PID_UT is one frame, so at most 180 words."""
        cdef const uint64_t[::1] view = np.ascontiguousarray(words, dtype=np.uint64).reshape(-1)
        if pid != PID_UT and not 0 < view.shape[0] <= MAX_WORDS:
            raise ValueError(f"a control packet has 1 to {MAX_WORDS} words, not {view.shape[0]}")
        if view.shape[0]:
            self.push_words(<uint16_t> pid, &view[0], view.shape[0])

    def receive(self, datagram not None, int64_t now):
        """One datagram (bytes) from the other side, arriving at `now` [ns]. True if it was a frame or an acknowledgement."""
        cdef const uint8_t[::1] view = bytearray(datagram) or bytearray(1)
        return bool(self.receive_datagram(&view[0], len(datagram), now))

    def transmit(self, int64_t now):
        """The next datagram to be sent at `now` [ns], None if there is none."""
        cdef const uint8_t* p = NULL
        cdef int n = self.next_datagram(&p, now)
        return p[:n] if n else None

    @property
    def deadline(self):
        """When `transmit` has something even if nothing arrives [ns]; None if never."""
        time = self.next_time()
        return None if time >= NEVER else time

    def take(self):
        """What has arrived of the stream, uint64[n]. An end that scans gives words up to where a message ends."""
        n = self.clean if self.scan else self.inbound.end - self.inbound.head
        self.clean = 0
        return fifo_take(&self.inbound, n)

    def forget(self):
        """Drops what has arrived and is not taken; the stream is taken to begin anew with the next word."""
        self.inbound.head = self.inbound.end = self.control.head = self.control.end = 0
        self.message_left = 0
        self.clean = 0
        self.bad_message = -1
        self.halts = self.halts_seen

    def take_control(self):
        """The oldest packet that is not part of the stream: (packet id, uint64[n]), or None."""
        cdef uint64_t head
        if self.control.head == self.control.end:
            return None
        head = self.control.data[self.control.head]
        self.control.head += 1
        return int(head & 0xffff), fifo_take(&self.control, <Py_ssize_t> (head >> 16))

    @property
    def available(self):
        """Words of the stream that have arrived."""
        return self.inbound.end - self.inbound.head

    @property
    def waiting(self):
        """Words that are not sent yet."""
        return self.out.end - self.out.head

    @property
    def in_flight(self):
        """Frames that are sent and not acknowledged."""
        return self.outstanding()

    @property
    def counters(self):
        """What happened since the engine was made; dropped datagrams by reason."""
        return dict(self.count)


assert (SEQUENCE_NUMBERS, WINDOW, MAX_WORDS, HEADER) == (
    protocol.SEQUENCE_NUMBERS, protocol.WINDOW, protocol.MAX_WORDS, protocol.HEADER_BYTES,
)
assert (PID_UT, PID_FLUSH, PID_LOOPBACK, PID_CFG) == (protocol.PID_UT, protocol.PID_FLUSH, protocol.PID_LOOPBACK, protocol.PID_CFG)
