"""A port on this machine at which a GDB can debug a PPU; one at a time. Served by a thread of its own.

Nothing is halted before a peer has sent a packet: one that sends none within GREETING is told so and let go, and a second one
is told at once that the port is taken. From then on time stands still whenever GDB wants it to, also for as long as its user
thinks at the prompt; it goes on when GDB continues, detaches or is gone, takes no answers for SENDING, or the port is closed.
"""

import logging
import select
import selectors
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from time import monotonic

from hicannx_sim.debugger.debugger import Debugger
from hicannx_sim.debugger.gdb import INTERRUPT, Protocol, Reader, framed
from hicannx_sim.debugger.monitor import Monitor

LOOPBACK = "127.0.0.1"
GREETING = 5.0  # s
SENDING = 10.0  # s
_GOODBYE = 0.1  # s
_RETRY = 0.02  # s between attempts to halt a core that runs no instructions
_RECEIVED = 1 << 16  # bytes at a time
_WAITING = 1 << 10  # packets that may wait for the core to halt

_log = logging.getLogger("hicannx.gdb")


class _Closed(Exception):  # noqa: N818
    """The other side has gone, or we shall."""


class _Session:
    """What is said with one GDB."""

    def __init__(
        self, connection: socket.socket, wake: socket.socket, listener: socket.socket, debugger: Debugger, monitor: Monitor
    ) -> None:
        self._connection = connection
        self._listener = listener
        self._debugger = debugger
        self._protocol = Protocol(debugger, monitor)
        self._reader = Reader()
        self._wake = wake
        self._packets: list[bytes | None] = []
        self._halting = True  # it is wanted to halt
        self._stop_awaited = False  # a stop is to be reported
        self._selector = selectors.DefaultSelector()
        for readable in (connection, wake, listener):
            self._selector.register(readable, selectors.EVENT_READ)

    def run(self, engaged: Callable[[], None]) -> None:
        """Until GDB detaches, or _Closed is raised. `engaged` is called when the first packet has come."""
        try:
            self._await_packet()
            engaged()
            self._debug()
        finally:
            self._selector.close()

    def _await_packet(self) -> None:
        deadline = monotonic() + GREETING
        while not self._packets:
            if monotonic() >= deadline:
                self._send(b"E.no packet within %d s" % GREETING)
                raise _Closed
            self._receive(max(deadline - monotonic(), 0))

    def _debug(self) -> None:
        self._debugger.engage()
        self._debugger.ask()  # unless it waits for us already
        try:
            while not self._protocol.detached:
                self._halt_if_wanted()
                self._serve()
                if not self._protocol.detached:
                    self._receive(_RETRY if self._halting or self._packets else None)
        finally:
            self._debugger.disengage()

    def _halt_if_wanted(self) -> None:
        if self._halting and self._debugger.halt():
            self._halting = False
        if not self._debugger.running and self._stop_awaited:
            self._halting = self._stop_awaited = False
            self._send(self._protocol.stop_reply())

    def _serve(self) -> None:
        """Answers as much as can be answered now."""
        while self._packets and not self._protocol.detached:
            packet = self._packets[0]
            if packet is not None and packet != INTERRUPT and not packet.startswith(Protocol.ANYTIME) and not self._debugger.halt():
                return  # its turn comes
            self._packets.pop(0)
            self._answer(packet)

    def _answer(self, packet: bytes | None) -> None:
        if packet == INTERRUPT:
            if not self._stop_awaited:
                return  # it stands already
            self._halting = True
            self._debugger.ask()
            self._halt_if_wanted()
            return
        if not self._protocol.no_ack:
            self._connection.sendall(b"-" if packet is None else b"+")
        if packet is None:
            return
        answer = self._protocol.handle(packet)
        if answer is not None:
            self._send(answer)
        elif self._resumes(packet):
            self._stop_awaited = True

    @staticmethod
    def _resumes(packet: bytes) -> bool:
        return packet[:1] in b"cs" or packet.startswith(b"vCont;")

    def _send(self, body: bytes) -> None:
        self._connection.sendall(framed(body))

    def _receive(self, timeout: float | None) -> None:
        ready = {key.fileobj for key, _ in self._selector.select(timeout)}
        if self._wake in ready and b"x" in self._wake.recv(_RECEIVED):
            raise _Closed
        if self._connection in ready:
            self._take(self._connection.recv(_RECEIVED))
        if self._listener in ready and not self._gone():
            _refuse(self._listener)

    def _gone(self) -> bool:
        """Ours has closed the connection, so that the next one takes its place."""
        readable, _, _ = select.select([self._connection], [], [], 0)
        return bool(readable) and not self._connection.recv(1, socket.MSG_PEEK)

    def _take(self, data: bytes) -> None:
        self._packets += self._reader.feed(data)
        if not data or len(self._packets) > _WAITING:
            raise _Closed


def _refuse(listener: socket.socket) -> None:
    """Tells the next one at the port that it is taken."""
    listener.setblocking(False)  # it may have gone again
    with suppress(OSError), listener.accept()[0] as connection:
        connection.settimeout(_GOODBYE)
        connection.sendall(framed(b"E.another debugger holds this PPU"))
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(_RECEIVED):  # a connection that is closed with something unread takes the answer with it
            pass
    with suppress(OSError):
        listener.setblocking(True)


class GdbServer:
    """Listens at 127.0.0.1 until it is closed. port: 0 takes a free one; `port` is the one taken. Raises OSError if it is not free."""

    def __init__(self, debugger: Debugger, monitor: Monitor, port: int = 0) -> None:
        self._debugger = debugger
        self._monitor = monitor
        self._wake, self._waker = socket.socketpair()
        try:
            self._listener = socket.create_server((LOOPBACK, port))
        except OSError:
            self._wake.close()
            self._waker.close()
            raise
        self.port: int = self._listener.getsockname()[1]
        self.connected = threading.Event()
        """Set while a GDB is connected that has sent a packet."""
        self.closed = False
        debugger.on_stop = self._stopped
        self._thread = threading.Thread(target=self._serve, name=f"gdb at port {self.port}", daemon=True)
        self._thread.start()

    def _stopped(self) -> None:
        with suppress(OSError):  # closing
            self._waker.send(b"s")

    def _serve(self) -> None:
        while not self.closed:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection, suppress(_Closed, OSError):
                self._debug(connection)
            self.connected.clear()

    def _debug(self, connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.settimeout(SENDING)
        if self.closed:
            return
        try:
            _Session(connection, self._wake, self._listener, self._debugger, self._monitor).run(self.connected.set)
        except (_Closed, OSError):
            raise
        except Exception:  # whatever it is, the port stays good for the next one
            _log.exception("debugger at port %d", self.port)

    def close(self) -> None:
        """Ends the connection, lets the core go on and gives the port back."""
        if self.closed:
            return
        self.closed = True
        with suppress(OSError):
            self._waker.send(b"x")
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()
        self._debugger.disengage()
        self._wake.close()
        self._waker.close()
