"""A port on this machine at which a GDB can debug a PPU; one at a time. Served by a thread of its own."""

import selectors
import socket
import threading
from contextlib import suppress

from hicannx_sim.debugger.debugger import Debugger
from hicannx_sim.debugger.gdb import INTERRUPT, Protocol, Reader, framed
from hicannx_sim.debugger.monitor import Monitor

LOOPBACK = "127.0.0.1"
_PATIENCE = 0.02  # s between attempts to halt a core that runs no instructions
_RECEIVED = 1 << 16  # bytes at a time


class _Closed(Exception):  # noqa: N818
    """The other side has gone, or we shall."""


class _Talk:
    """What is said with one GDB."""

    def __init__(self, connection: socket.socket, wake: socket.socket, debugger: Debugger, monitor: Monitor) -> None:
        self._connection = connection
        self._debugger = debugger
        self._protocol = Protocol(debugger, monitor)
        self._reader = Reader()
        self._wake = wake
        self._packets: list[bytes | None] = []
        self._halting = True  # it is wanted to halt
        self._expected = False  # a stop is to be reported
        self._selector = selectors.DefaultSelector()
        self._selector.register(connection, selectors.EVENT_READ)
        self._selector.register(wake, selectors.EVENT_READ)

    def hold(self) -> None:
        """Until it ends: by detaching, or by raising _Closed."""
        self._debugger.engage()
        self._debugger.ask()  # unless it waits for us already
        try:
            while not self._protocol.detached:
                self._halt_if_wanted()
                self._serve()
                if not self._protocol.detached:
                    self._receive()
        finally:
            self._debugger.disengage()
            self._selector.close()

    def _halt_if_wanted(self) -> None:
        if self._halting and self._debugger.halt():
            self._halting = False
        if not self._debugger.running and self._expected:
            self._halting = self._expected = False
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
            if not self._expected:
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
            self._expected = True

    @staticmethod
    def _resumes(packet: bytes) -> bool:
        return packet[:1] in b"cs" or packet.startswith(b"vCont;")

    def _send(self, body: bytes) -> None:
        self._connection.sendall(framed(body))

    def _receive(self) -> None:
        waiting = self._halting or bool(self._packets)
        for key, _ in self._selector.select(_PATIENCE if waiting else None):
            data = key.fileobj.recv(_RECEIVED)  # type: ignore[union-attr]
            if key.fileobj is self._connection:
                if not data:
                    raise _Closed
                self._packets += self._reader.feed(data)
            elif b"x" in data:
                raise _Closed


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
        """Set while a GDB is connected and the core has been halted for it at least once."""
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
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                if self.closed:
                    return
                talk = _Talk(connection, self._wake, self._debugger, self._monitor)
                self.connected.set()
                talk.hold()
            self.connected.clear()

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
