# distutils: sources = fisch/arq/udp.c
"""The FPGA's end of a connection. It has a thread of its own (`run`); others take what has arrived (`receive`) and send (`send`)."""

from libc.stdint cimport int64_t, uint32_t, uint64_t, uint8_t
from libc.stdlib cimport free

from fisch.arq._endpoint cimport (
    CLOCK_REALTIME, RESET_MAGIC, ROUNDS, _Endpoint, address_of, clock_gettime, pthread_cond_broadcast, pthread_cond_timedwait,
    pthread_cond_wait, pthread_mutex_lock, pthread_mutex_unlock, same, sockaddr_in, timespec, udp_now, udp_receive, udp_send,
    udp_wait,
)
from fisch.arq._engine cimport Fifo, PID_CFG, fifo_take

import socket

import numpy as np

from fisch.arq import protocol

cdef enum:
    ACTIVE = 20_000_000         # ns; for so long after traffic its thread looks at the time often
    OFTEN = 1_000_000
    SLACK = 200_000
    FORMER = 8                  # sessions that were taken over and are told so when they send something
    TELL_EVERY = 100_000_000
    RESET_EVERY = 10_000_000    # between resets by those who then say nothing
    RESET_BURST = 200_000_000   # that they may be ahead of that

cdef int64_t NEVER = (<int64_t> 1 << 62)


cdef class ServerEndpoint(_Endpoint):
    """The FPGA's side at one address. A reset frame at the reset port makes its sender the peer and begins a new session.

    One thread is in `run`, one other may call `receive` and `send`.

    info: text of the configuration frames. on_reset: called without arguments in the thread of `run` when a session begins.

    A session that another one ends before its own end is told so, at once and when it sends something (`protocol.TAKEN_OVER`); the new one
    finds `took_over` in the text of its configuration.
    """

    cdef int reset_fd
    cdef object info, configuration, on_reset
    cdef readonly int64_t session, bad_resets, takeovers
    cdef readonly object peer_address, took_over    # address:port of the session's host, and of the one that it ended, or None
    cdef int64_t sleeps_until, told, ended
    cdef int64_t resets_until           # time that resets by those who then say nothing have used up
    cdef sockaddr_in former[FORMER]
    cdef list successors
    cdef int next_former
    cdef Fifo taken         # empty outside of `receive`

    def __init__(self, engine, ip, data_port=protocol.DATA_PORT, reset_port=protocol.RESET_PORT, info="", on_reset=None):
        self.on_reset, self.info = on_reset, info
        self.successors = [None] * FORMER
        self.configuration = protocol.configuration_frames(info)
        sockets = []
        try:
            for port in (data_port, reset_port):
                sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                sockets.append(sock)
                sock.bind((ip, port))
            self._open(engine, *sockets)
        except BaseException:
            for each in sockets:
                each.close()
            self._close()
            raise
        self.reset_fd = sockets[1].fileno()

    def __dealloc__(self):
        free(self.taken.data)

    @property
    def ports(self):
        """(data port, reset port) it listens at."""
        return tuple(each.getsockname()[1] for each in self.sockets)

    @property
    def counters(self):
        """As of the engine, and: sessions begun, how many of them ended another one, datagrams at the reset port that are no reset."""
        return {**_Endpoint.counters.__get__(self), "sessions": self.session, "takeovers": self.takeovers, "bad_resets": self.bad_resets}

    cdef int resets(self) except -1 nogil:
        """Looks at the reset port; the last reset counts. Datagrams that came before it are of an old session."""
        cdef int i, n = udp_receive(self.reset_fd, self.received), last = -1
        cdef int64_t now
        if n < 0:
            self.network_errors += 1
        for i in range(n):
            if self.received.length[i] == 4 and (<uint32_t*> self.received.bytes[i])[0] == RESET_MAGIC:
                last = i
            else:
                self.bad_resets += 1
        if last < 0:
            return 0
        now = udp_now()
        self.resets_until = now if self.engine.heard else max(self.resets_until, now) + RESET_EVERY
        with gil:
            self.change_peer(&self.received.from_[last])
        for i in range(ROUNDS * 16):
            if udp_receive(self.fd, self.received) == 0:
                break
        self.engine.clear()
        self.session += 1
        with gil:
            for words in self.announcement():
                self.engine.push(np.array(words, np.uint64), PID_CFG)
            if self.on_reset is not None:
                self.on_reset()
        return 1

    cdef int change_peer(self, const sockaddr_in* address) except -1:
        """From now on this is the peer. Who was it until now is told if that was in the middle of a session."""
        cdef int i
        cdef bint takes_over = self.has_peer and self.engine.heard and not self.engine.flushed and not self.is_peer(address)
        self.took_over = self.peer_address if takes_over else None
        self.peer_address = address_of(address)
        for i in range(FORMER):
            if same(&self.former[i], address):
                self.successors[i] = None
        if takes_over:
            self.takeovers += 1
            self.former[self.next_former], self.successors[self.next_former] = self.peer, self.peer_address
            self.tell(&self.peer, protocol.TAKEN_OVER, self.peer_address)
            self.next_former = (self.next_former + 1) % FORMER
        self.peer, self.has_peer = address[0], True
        return 0

    def announcement(self):
        """The configuration frames of this session."""
        if self.took_over is None or not self.info:
            return self.configuration
        return protocol.configuration_frames(f"{self.info.rstrip()}\ntook_over: {self.took_over}\n")

    cdef int tell(self, const sockaddr_in* to, kind, text) except -1:
        cdef bytes datagram = protocol.notice(kind, text)
        cdef const uint8_t* p = datagram
        cdef int n = len(datagram)
        udp_send(self.fd, &p, &n, 1, to)
        return 0

    cdef int stranger(self, const sockaddr_in* address, int64_t now) except -1 nogil:
        """A former peer learns why nobody answers."""
        cdef int i
        if now < self.told + TELL_EVERY:
            return 0
        for i in range(FORMER):
            if same(&self.former[i], address):
                self.told = now
                with gil:
                    if self.successors[i] is not None:
                        self.tell(&self.former[i], protocol.TAKEN_OVER, self.successors[i])
        return 0

    def notify(self, int64_t session, str kind, str text):
        """Tells the host of a session something beyond the protocol; it may get lost."""
        def tell():
            if session == self.session and self.has_peer:
                self.tell(&self.peer, kind, text)
        self._look(tell)

    def run(self):
        """Serves until `stop`."""
        cdef int fds[3]
        cdef int64_t now, due, active = 0
        cdef int n
        cdef bint patient       # whoever asked for the last reset has said something since, or had time to
        fds[0], fds[2] = self.fd, self.wake_read
        now = udp_now()
        with nogil:
            while not self.stopping:
                self.awake()
                pthread_mutex_lock(&self.lock)
                try:
                    n = self.resets() if self.engine.heard or now >= self.resets_until - RESET_BURST else 0
                    n += self.exchange()
                    now = udp_now()
                    if n:
                        active = now
                        pthread_cond_broadcast(&self.news)
                    due = self.engine.next_time()
                    if now - active < ACTIVE:
                        due = min(due, now + OFTEN)
                    patient = self.engine.heard or now >= self.resets_until - RESET_BURST
                    if not patient:
                        due = min(due, self.resets_until - RESET_BURST)
                    self.sleeps_until = due
                finally:
                    pthread_mutex_unlock(&self.lock)
                if due > now:
                    fds[1] = self.reset_fd if patient else -1
                    udp_wait(fds, 3, min(due - now, <int64_t> 3_600_000_000_000))
                    now = udp_now()
                    if due != NEVER:
                        self.slept(due, now)

    @property
    def over(self):
        """The host has ended the session, and all of its words are taken."""
        return self.session > 0 and self.ended == self.session

    def receive(self, double timeout=-1):
        """Waits for words: (session, uint64[n]). No words if a session begins or ends, `timeout` [s] is over or the endpoint stops."""
        cdef int64_t session
        cdef timespec end
        cdef bint timed = timeout >= 0
        self.require_own()
        if timed:
            clock_gettime(CLOCK_REALTIME, &end)
            end.tv_nsec += <long> ((timeout - <long> timeout) * 1e9)
            end.tv_sec += <long> timeout + end.tv_nsec // 1_000_000_000
            end.tv_nsec %= 1_000_000_000
        with nogil:
            pthread_mutex_lock(&self.lock)
            session = self.session
            while (not self.stopping and session == self.session and self.engine.inbound.head == self.engine.inbound.end
                   and not (self.engine.flushed and self.ended != session)):
                if not timed:
                    pthread_cond_wait(&self.news, &self.lock)
                elif pthread_cond_timedwait(&self.news, &self.lock, &end):
                    break
            session = self.session
            if self.engine.flushed and self.engine.inbound.head == self.engine.inbound.end:
                self.ended = session
            self.engine.inbound, self.taken = self.taken, self.engine.inbound
            pthread_mutex_unlock(&self.lock)
        return session, fifo_take(&self.taken, self.taken.end - self.taken.head)

    def send(self, int64_t session, const uint64_t[::1] words not None, Py_ssize_t limit=1 << 22):
        """Sends words, unless `session` is over (False). Waits while more than `limit` words are on their way."""
        cdef bint current
        self.require_own()
        with nogil:
            pthread_mutex_lock(&self.lock)
            while not self.stopping and session == self.session and self.engine.out.end - self.engine.out.head > limit:
                pthread_cond_wait(&self.news, &self.lock)
            try:
                current = session == self.session and not self.stopping
                if current and words.shape[0]:
                    self.engine.push_words(0x0010, &words[0], words.shape[0])
                    self.send_out()
                    if self.sleeps_until > self.engine.next_time() + SLACK:
                        self.sleeps_until = 0
                        self.wake()
            finally:
                pthread_mutex_unlock(&self.lock)
        return current

    def stop(self):
        """Ends `run`, `receive` and `send`."""
        self._stop()

    def close(self):
        """Closes the sockets; only after the thread in `run` has returned."""
        self._stop()
        self._close()
