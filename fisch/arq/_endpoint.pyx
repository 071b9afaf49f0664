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

import numpy as np

from fisch.arq import protocol

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

cdef int64_t NEVER = (<int64_t> 1 << 62)


cdef class _Endpoint:
    """Socket, engine and the lock around it."""

    cdef readonly Engine engine
    cdef int fd, wake_read, wake_write
    cdef object sockets, thread
    cdef sockaddr_in peer
    cdef bint connected, has_peer
    cdef readonly bint stopping
    cdef pthread_mutex_t lock
    cdef pthread_cond_t news
    cdef udp_received* received
    cdef readonly int64_t foreign, network_errors

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
        self.wake_read, self.wake_write = os.pipe()
        os.set_blocking(self.wake_read, False)
        os.set_blocking(self.wake_write, False)

    cdef void wake(self) noexcept nogil:
        write(self.wake_write, b"!", 1)

    cdef void awake(self) noexcept nogil:
        cdef char buffer[64]
        read(self.wake_read, buffer, sizeof(buffer))

    def _stop(self):
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
            else:
                self.engine.receive_datagram(self.received.bytes[i], self.received.length[i], now)
        return n

    cdef bint is_peer(self, const sockaddr_in* address) noexcept nogil:
        return self.has_peer and address.sin_port == self.peer.sin_port and address.sin_addr.s_addr == self.peer.sin_addr.s_addr

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
        with nogil:
            pthread_mutex_lock(&self.lock)
        try:
            return what()
        finally:
            pthread_mutex_unlock(&self.lock)

    @property
    def counters(self):
        """What the engine counts, and: datagrams of somebody else, errors reported by the network."""
        counted = self._look(lambda: self.engine.counters)
        return {**counted, "foreign": self.foreign, "network_errors": self.network_errors}


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
        is sent and acknowledged. control: a packet that is not part of the stream is there. A signal's exception ends waiting at once.
        """
        cdef int64_t now = udp_now(), end = now + <int64_t> (timeout * 1e9), checked = now, due
        cdef int fds[2]
        cdef bint done = False
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
                    udp_wait(fds, 2, max(min(min(due, end), checked + SIGNAL_CHECK) - now, 0))
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
    """

    cdef int reset_fd
    cdef object configuration, on_reset
    cdef readonly int64_t session, bad_resets
    cdef int64_t sleeps_until
    cdef Fifo taken         # empty outside of `receive`

    def __init__(self, engine, ip, data_port=protocol.DATA_PORT, reset_port=protocol.RESET_PORT, info="", on_reset=None):
        self.on_reset = on_reset
        self.configuration = [np.array(words, np.uint64) for words in protocol.configuration_frames(info)]
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
        """As of the engine, and: sessions begun, datagrams at the reset port that are no reset."""
        return {**_Endpoint.counters.__get__(self), "sessions": self.session, "bad_resets": self.bad_resets}

    cdef int resets(self) except -1 nogil:
        """Looks at the reset port; the last reset counts. Datagrams that came before it are of an old session."""
        cdef int i, n = udp_receive(self.reset_fd, self.received), last = -1
        if n < 0:
            self.network_errors += 1
        for i in range(n):
            if self.received.length[i] == 4 and (<uint32_t*> self.received.bytes[i])[0] == RESET_MAGIC:
                last = i
            else:
                self.bad_resets += 1
        if last < 0:
            return 0
        self.peer, self.has_peer = self.received.from_[last], True
        for i in range(ROUNDS * 16):
            if udp_receive(self.fd, self.received) == 0:
                break
        self.engine.clear()
        self.session += 1
        with gil:
            for words in self.configuration:
                self.engine.push(words, PID_CFG)
            if self.on_reset is not None:
                self.on_reset()
        return 1

    def run(self):
        """Serves until `stop`."""
        cdef int fds[3]
        cdef int64_t now, due, active = 0
        cdef int n
        fds[0], fds[1], fds[2] = self.fd, self.reset_fd, self.wake_read
        with nogil:
            while not self.stopping:
                self.awake()
                pthread_mutex_lock(&self.lock)
                try:
                    n = self.resets()
                    n += self.exchange()
                    now = udp_now()
                    if n:
                        active = now
                        pthread_cond_broadcast(&self.news)
                    due = self.engine.next_time()
                    if now - active < ACTIVE:
                        due = min(due, now + OFTEN)
                    self.sleeps_until = due
                finally:
                    pthread_mutex_unlock(&self.lock)
                if due > now:
                    udp_wait(fds, 3, min(due - now, <int64_t> 3_600_000_000_000))

    def receive(self, double timeout=-1):
        """Waits for words: (session, uint64[n]). No words if a new session begins, `timeout` [s] is over or the endpoint stops."""
        cdef int64_t session
        cdef timespec end
        cdef bint timed = timeout >= 0
        if timed:
            clock_gettime(CLOCK_REALTIME, &end)
            end.tv_nsec += <long> ((timeout - <long> timeout) * 1e9)
            end.tv_sec += <long> timeout + end.tv_nsec // 1_000_000_000
            end.tv_nsec %= 1_000_000_000
        with nogil:
            pthread_mutex_lock(&self.lock)
            session = self.session
            while not self.stopping and session == self.session and self.engine.inbound.head == self.engine.inbound.end:
                if not timed:
                    pthread_cond_wait(&self.news, &self.lock)
                elif pthread_cond_timedwait(&self.news, &self.lock, &end):
                    break
            session = self.session
            self.engine.inbound, self.taken = self.taken, self.engine.inbound
            pthread_mutex_unlock(&self.lock)
        return session, fifo_take(&self.taken, self.taken.end - self.taken.head)

    def send(self, int64_t session, const uint64_t[::1] words not None, Py_ssize_t limit=1 << 22):
        """Sends words, unless `session` is over (False). Waits while more than `limit` words are on their way."""
        cdef bint current
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
