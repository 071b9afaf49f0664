# distutils: sources = fisch/arq/udp.c
"""A protocol engine on a UDP socket. All traffic runs without the GIL; several threads may use one endpoint.

`ClientEndpoint` is driven by the thread that waits for something (`pump`); in between, `keep` answers the other side now and then.
`ServerEndpoint` has a thread of its own (`run`); others take what has arrived (`receive`) and send (`send`).
"""

from cpython.exc cimport PyErr_CheckSignals
from libc.stdint cimport int64_t, uint8_t, uint16_t, uint32_t, uint64_t
from libc.stdlib cimport free, malloc

from fisch.arq._engine cimport Engine, Fifo, PID_CFG, fifo_take

import os
import socket
from weakref import WeakSet

import numpy as np

from fisch.arq import protocol
from fisch.errors import InheritedConnectionError

cdef extern from "fisch/arq/udp.h" nogil:
    enum:
        UDP_BATCH
        UDP_BUFFER
    struct in_addr:
        uint32_t s_addr
    struct sockaddr_in:
        uint16_t sin_port
        in_addr sin_addr
    ctypedef struct udp_received:
        uint8_t bytes[64][2048]
        int length[64]
        sockaddr_in from_ "from"[64]
    int udp_receive(int fd, udp_received* received)
    int udp_send(int fd, const uint8_t** bytes, const int* length, int n, const sockaddr_in* to)
    void udp_wait(const int* fds, int n, int64_t nanoseconds)
    int64_t udp_now()

cdef extern from "<pthread.h>" nogil:
    ctypedef struct pthread_mutex_t:
        pass
    ctypedef struct pthread_cond_t:
        pass
    struct timespec:
        long tv_sec
        long tv_nsec
    int pthread_mutex_init(pthread_mutex_t*, void*)
    int pthread_mutex_destroy(pthread_mutex_t*)
    int pthread_mutex_lock(pthread_mutex_t*)
    int pthread_mutex_unlock(pthread_mutex_t*)
    int pthread_cond_init(pthread_cond_t*, void*)
    int pthread_cond_destroy(pthread_cond_t*)
    int pthread_cond_broadcast(pthread_cond_t*)
    int pthread_cond_wait(pthread_cond_t*, pthread_mutex_t*)
    int pthread_cond_timedwait(pthread_cond_t*, pthread_mutex_t*, const timespec*)

cdef extern from "<time.h>" nogil:
    int CLOCK_REALTIME
    int clock_gettime(int, timespec*)

cdef extern from "<unistd.h>" nogil:
    Py_ssize_t read(int, void*, size_t)
    Py_ssize_t write(int, const void*, size_t)

cdef enum:
    ROUNDS = 8                  # batches received before others get a turn
    SIGNAL_CHECK = 50_000_000   # ns
    ACTIVE = 20_000_000         # for so long after traffic the server's thread looks at the time often
    OFTEN = 1_000_000
    SLACK = 200_000
    KEEP = 20_000_000
    SOCKET_BUFFER = 4194304     # bytes
    RESET_MAGIC = 0xabababab
    FORMER = 8                  # sessions that were taken over and are told so when they send something
    TELL_EVERY = 100_000_000    # ns
    RESET_EVERY = 10_000_000    # ns between resets by those who then say nothing
    RESET_BURST = 200_000_000   # ns that they may be ahead of that

cdef int64_t NEVER = (<int64_t> 1 << 62)


_all = WeakSet()


def _after_fork():
    """A forked process has neither the threads nor a right to the sequence numbers of its parent's connections: it gives its copies up."""
    for endpoint in list(_all):
        (<_Endpoint> endpoint).abandon()


os.register_at_fork(after_in_child=_after_fork)


cdef str address_of(const sockaddr_in* address):
    """address:port"""
    cdef const uint8_t* port = <const uint8_t*> &address.sin_port
    return f"{socket.inet_ntoa((<const uint8_t*> &address.sin_addr)[:4])}:{port[0] << 8 | port[1]}"


cdef bint same(const sockaddr_in* a, const sockaddr_in* b) noexcept nogil:
    return a.sin_port == b.sin_port and a.sin_addr.s_addr == b.sin_addr.s_addr


cdef class _Endpoint:
    """Socket, engine and the lock around it. A forked process may only close it: everything else raises InheritedConnectionError."""

    cdef readonly Engine engine
    cdef int fd, wake_read, wake_write
    cdef object sockets, thread
    cdef sockaddr_in peer
    cdef bint connected, has_peer
    cdef object __weakref__
    cdef readonly bint stopping, abandoned
    cdef pthread_mutex_t lock
    cdef pthread_cond_t news
    cdef udp_received* received
    cdef readonly int64_t foreign, network_errors
    cdef readonly int64_t held_up       # [ns] longest time that the system let this end wait beyond what it had asked for

    def __cinit__(self):
        self.fd = self.wake_read = self.wake_write = -1
        pthread_mutex_init(&self.lock, NULL)
        pthread_cond_init(&self.news, NULL)
        self.received = <udp_received*> malloc(sizeof(udp_received))
        if self.received == NULL:
            raise MemoryError("no memory for datagrams")

    def __dealloc__(self):
        pthread_mutex_destroy(&self.lock)
        pthread_cond_destroy(&self.news)
        free(self.received)

    def _open(self, engine, *sockets):
        self.engine, self.sockets = engine, sockets
        for each in sockets:
            each.setblocking(False)
            for option in (socket.SO_RCVBUF, socket.SO_SNDBUF):
                each.setsockopt(socket.SOL_SOCKET, option, SOCKET_BUFFER)
        self.fd = sockets[0].fileno()
        _all.add(self)
        self.wake_read, self.wake_write = os.pipe()
        os.set_blocking(self.wake_read, False)
        os.set_blocking(self.wake_write, False)

    cdef void wake(self) noexcept nogil:
        cdef Py_ssize_t written = write(self.wake_write, b"!", 1)  # a full pipe wakes as well

    cdef void awake(self) noexcept nogil:
        cdef char buffer[64]
        cdef Py_ssize_t seen = read(self.wake_read, buffer, sizeof(buffer))

    cdef void abandon(self):
        self.abandoned = self.stopping = True
        self._close()

    cdef int require_own(self) except -1:
        if self.abandoned:
            raise InheritedConnectionError("this connection belongs to the process that this one was forked from: open one of your own")
        return 0

    cdef void slept(self, int64_t wanted, int64_t now) noexcept nogil:
        """Notes how much too late the system woke this end."""
        self.held_up = max(self.held_up, now - wanted)

    def _stop(self):
        if self.abandoned:
            return
        self.stopping = True
        self.wake()
        with nogil:
            pthread_mutex_lock(&self.lock)
            pthread_cond_broadcast(&self.news)
            pthread_mutex_unlock(&self.lock)

    def _close(self):
        for each in self.sockets or ():
            each.close()
        if self.wake_read >= 0:
            os.close(self.wake_read)
            os.close(self.wake_write)
        self.fd = self.wake_read = self.wake_write = -1

    # ---------------------------------------------------------------------------------------------------------- traffic, lock held
    cdef int take_in(self) except -1 nogil:
        """Gives one batch of datagrams to the engine; how many there were."""
        cdef int i, n = udp_receive(self.fd, self.received)
        cdef int64_t now = udp_now()
        if n < 0:
            self.network_errors += 1
            return 0
        for i in range(n):
            if not self.connected and not self.is_peer(&self.received.from_[i]):
                self.foreign += 1
                self.stranger(&self.received.from_[i], now)
            else:
                self.engine.receive_datagram(self.received.bytes[i], self.received.length[i], now)
        return n

    cdef bint is_peer(self, const sockaddr_in* address) noexcept nogil:
        return self.has_peer and same(address, &self.peer)

    cdef int stranger(self, const sockaddr_in* address, int64_t now) except -1 nogil:
        """Somebody who is not the peer has sent something."""
        return 0

    cdef void send_out(self) noexcept nogil:
        """Sends what is due."""
        cdef const uint8_t* bytes[64]
        cdef int length[64]
        cdef int n = UDP_BATCH, sent
        cdef int64_t now
        while n == UDP_BATCH:
            n = 0
            now = udp_now()
            while n < UDP_BATCH:
                length[n] = self.engine.next_datagram(&bytes[n], now)
                if length[n] == 0:
                    break
                n += 1
            sent = udp_send(self.fd, bytes, length, n, NULL if self.connected else &self.peer) if n else 0
            if sent < n:
                self.network_errors += 1
                return

    cdef int exchange(self) except -1 nogil:
        """Receives and sends what there is; how many datagrams arrived."""
        cdef int i, n, total = 0
        for i in range(ROUNDS):
            n = self.take_in()
            self.send_out()
            total += n
            if n < UDP_BATCH:
                break
        return total

    def _look(self, what):
        """Calls `what` while no other thread changes the engine."""
        self.require_own()
        with nogil:
            pthread_mutex_lock(&self.lock)
        try:
            return what()
        finally:
            pthread_mutex_unlock(&self.lock)

    @property
    def counters(self):
        """What the engine counts, and: datagrams of somebody else, errors reported by the network, longest delay by the system [ns]."""
        counted = self._look(lambda: self.engine.counters)
        return {**counted, "foreign": self.foreign, "network_errors": self.network_errors, "held_up": self.held_up}


cdef class ClientEndpoint(_Endpoint):
    """The host's side: a socket on a free port that talks to one FPGA. Construction sends the reset."""

    cdef bint pumping

    def __init__(self, engine, ip, data_port=protocol.DATA_PORT, reset_port=protocol.RESET_PORT):
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            self._open(engine, sock)
            sock.sendto(protocol.RESET_FRAME, (ip, reset_port))
            sock.connect((ip, data_port))
        except BaseException:
            sock.close()
            self._close()
            raise
        self.connected = self.has_peer = True

    def push(self, words, pid=protocol.PID_UT):
        """Queues words; they are sent by `pump`."""
        self._look(lambda: self.engine.push(words, pid))

    def take(self):
        """What has arrived of the stream, uint64[n]."""
        return self._look(self.engine.take)

    def take_control(self):
        """The oldest packet that is not part of the stream: (packet id, uint64[n]), or None."""
        return self._look(self.engine.take_control)

    def pump(self, double timeout, int64_t halts=-1, Py_ssize_t words=-1, bint idle=False, bint control=False):
        """Sends and receives until one of the wishes is fulfilled (True) or `timeout` [s] is over or the other side is dead (False).

        halts: so many halts have been seen since the connection was opened. words: so many words of the stream are there. idle: everything
        is sent and acknowledged. control: a packet that is not part of the stream is there. A signal's exception ends waiting at once, a notice
        too (see `notices`).
        """
        cdef int64_t noticed = self.engine.count.notices
        cdef int64_t now = udp_now(), end = now + <int64_t> (timeout * 1e9), checked = now, due
        cdef int fds[2]
        cdef bint done = False
        self.require_own()
        fds[0], fds[1] = self.fd, self.wake_read
        try:
            with nogil:
                while True:
                    pthread_mutex_lock(&self.lock)
                    try:
                        self.pumping = True
                        self.exchange()
                        done = (
                            (halts >= 0 and self.engine.halts >= halts)
                            or (words >= 0 and self.engine.inbound.end - self.engine.inbound.head >= words)
                            or (idle and self.engine.idle())
                            or (control and self.engine.control.end > self.engine.control.head)
                            or self.engine.bad_message >= 0
                            or self.engine.count.notices > noticed
                        )
                        due = self.engine.next_time()
                    finally:
                        pthread_mutex_unlock(&self.lock)
                    now = udp_now()
                    if done or self.engine.failed or self.stopping or now >= end:
                        break
                    if now - checked >= SIGNAL_CHECK:
                        checked = now
                        with gil:
                            PyErr_CheckSignals()
                    due = max(min(min(due, end), checked + SIGNAL_CHECK), now)
                    udp_wait(fds, 2, due - now)
                    self.slept(due, udp_now())
        finally:
            self.pumping = False
        return done

    def forget(self):
        """Drops what has arrived; the stream begins anew with the next word."""
        self._look(self.engine.forget)

    @property
    def halts(self):
        """Halts seen since the connection was opened."""
        return self.engine.halts

    @property
    def bad_message(self):
        """Header of something in the stream that is no message, -1."""
        return self.engine.bad_message

    def notices(self):
        """What the FPGA has said beyond the protocol since the last time: a list of (kind, text)."""
        def take():
            taken = list(self.engine.notices)
            self.engine.notices.clear()
            return taken
        return self._look(take)

    @property
    def own_address(self):
        """address:port of this end, as long as it is open."""
        return "{}:{}".format(*self.sockets[0].getsockname())

    @property
    def failed(self):
        """The other side does not acknowledge."""
        return self.engine.failed

    @property
    def last_heard(self):
        """When the other side was last heard [ns of the monotonic clock]."""
        return self.engine.last_heard

    @property
    def waiting(self):
        """Words that are not sent yet."""
        return self.engine.waiting

    @property
    def available(self):
        """Words of the stream that have arrived."""
        return self.engine.available

    def keep(self):
        """Answers the other side while nobody pumps; returns after `stop`."""
        cdef int fds[1]
        fds[0] = self.wake_read
        with nogil:
            while not self.stopping:
                pthread_mutex_lock(&self.lock)
                try:
                    if not self.pumping:
                        self.exchange()
                finally:
                    pthread_mutex_unlock(&self.lock)
                udp_wait(fds, 1, KEEP)

    def stop(self):
        """Ends `keep` and `pump`."""
        self._stop()

    def close(self):
        """Closes the socket; only after the threads in `keep` and `pump` have returned."""
        self._stop()
        self._close()


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
