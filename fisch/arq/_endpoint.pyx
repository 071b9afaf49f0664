# distutils: sources = fisch/arq/udp.c
"""What both ends of a connection have in common: a protocol engine on a UDP socket. All traffic runs without the GIL, and several threads
may use one endpoint."""

from libc.stdint cimport int64_t, uint8_t
from libc.stdlib cimport free, malloc

import os
import socket
from weakref import WeakSet

from fisch.errors import InheritedConnectionError

cdef enum:
    SOCKET_BUFFER = 4194304     # bytes

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
