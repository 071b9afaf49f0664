"""A side door of a served chip: questions about it, beside the protocol and without disturbing its session.

It is a TCP port with the number of the data port, opened only at addresses that nobody else can reach. A question is one line, one a
connection: its name, and if it needs more, options in JSON; those with a "size" are followed by so many bytes. The answer is a line of
JSON,
{"size": n} or {"error": text}, and n bytes.
"""

import json
import logging
import socket
import threading
import time
from collections.abc import Callable, Mapping
from ipaddress import IPv4Address
from typing import Any, Final

_log = logging.getLogger("hicannx_sim.setup.serve")
LONGEST_QUESTION: Final = 1 << 16
MOST_BYTES: Final = 1 << 28
"""Behind a question."""
PATIENCE: Final = 2.0
"""[s] that somebody may take to ask or to take the answer."""

Answers = Mapping[str, Callable[[dict[str, Any], bytes], bytes]]


class Control:
    """Answers questions in a thread of its own until it is closed."""

    def __init__(self, ip: str, port: int, answers: Answers) -> None:
        self._answers = answers
        self._listener: socket.socket | None = None
        if IPv4Address(ip).is_loopback:
            try:
                self._listener = socket.create_server((ip, port))
            except OSError as error:
                _log.warning("%s: no questions can be asked about the chip: %s", ip, error)
        self._thread = threading.Thread(target=self._serve, name=f"{ip} control", daemon=True)

    def start(self) -> None:
        """Begins to answer."""
        if self._listener:
            self._thread.start()

    def close(self) -> None:
        """Gives the port back."""
        if listener := self._listener:
            self._listener = None
            if self._thread.is_alive():
                listener.shutdown(socket.SHUT_RDWR)
                self._thread.join(2 * PATIENCE)
            listener.close()

    def _serve(self) -> None:
        listener = self._listener
        while self._listener and listener:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                try:
                    self._answer(connection)
                except OSError:  # whoever asked has gone, or takes too long
                    continue

    def _answer(self, connection: socket.socket) -> None:
        end = time.monotonic() + PATIENCE
        question = b""
        while b"\n" not in question and len(question) < LONGEST_QUESTION:
            connection.settimeout(max(end - time.monotonic(), 0.01))
            if not (more := connection.recv(LONGEST_QUESTION)):
                return
            question += more
        line, _, data = question.partition(b"\n")
        name, _, text = line.decode("ascii", "replace").strip().partition(" ")
        try:
            options = json.loads(text or "{}")
            size = int(options.get("size", 0))
        except (ValueError, AttributeError):
            name, options, size = f"{name} {text}", {}, 0
        connection.settimeout(PATIENCE)
        while len(data) < min(size, MOST_BYTES) and (more := connection.recv(1 << 20)):
            data += more
        head, body = self._find(name, options, data)
        connection.sendall(json.dumps(head).encode() + b"\n" + body)

    def _find(self, question: str, options: dict[str, Any], data: bytes) -> tuple[dict[str, object], bytes]:
        if question not in self._answers:
            return {"error": f"{question!r} cannot be asked, only {', '.join(self._answers)}"}, b""
        try:
            body = self._answers[question](options, data)
        except Exception as error:
            return {"error": f"{type(error).__name__}: {error}"}, b""
        return {"size": len(body)}, body
