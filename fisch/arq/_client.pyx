# distutils: sources = fisch/arq/udp.c
"""The host's end of a connection. The thread that waits for something drives it (`pump`); in between, `keep` answers the other side."""

from cpython.exc cimport PyErr_CheckSignals
from libc.stdint cimport int64_t
from libc.stdlib cimport free

from fisch.arq._endpoint cimport _Endpoint, pthread_mutex_lock, pthread_mutex_unlock, udp_now, udp_wait

import socket

import numpy as np

from fisch.arq import protocol

cdef enum:
    SIGNAL_CHECK = 50_000_000   # ns
    KEEP = 20_000_000


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
