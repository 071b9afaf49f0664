"""The process of a chip: it opens connections, runs words, and takes and brings back states, as it is told over a pipe.

Frames on the pipe are MessagePack of the structures below; nothing is pickled.
"""

import os
import resource
import signal
import sys
import time
from multiprocessing.connection import Connection as Pipe
from typing import Any

import msgspec

import fisch
from fisch.connection import Connection
from fisch.database import document_of
from fisch.errors import FischError
from fisch.registry import connection_kind
from fisch.service.messages import to_bytes, to_words


class Order(msgspec.Struct, tag=True):
    """Base of what a worker is told."""


class Open(Order):
    """A connection of a kind, made of these arguments; with a state, the chip is as it was then."""

    kind: str
    arguments: dict[str, Any]
    state: bytes = b""


class Run(Order):
    """Words of a program with its halt."""

    words: bytes


class Ping(Order):
    """Is anybody there?"""


class Save(Order):
    """Gives the state of the chip."""


class Answer(msgspec.Struct):
    """What came of an order: an error's name and text, or data; and CPU seconds."""

    seconds: float
    data: bytes = b""
    about: dict[str, Any] = {}
    kind: str = ""
    text: str = ""


_orders = msgspec.msgpack.Decoder(Open | Run | Save | Ping)
_answers = msgspec.msgpack.Decoder(Answer)


def order(given: Order) -> bytes:
    """The frame of an order."""
    return msgspec.msgpack.encode(given)


def answer(frame: bytes) -> Answer:
    """The answer in a frame."""
    return _answers.decode(frame)


def main(pipe: Pipe, memory: int) -> None:
    """Runs until the other end closes. memory: bytes that this process may have, 0 without limit."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the service ends it
    os.nice(5)
    if memory:
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    chip = _Chip()
    while True:
        try:
            frame = pipe.recv_bytes()
        except (EOFError, OSError):
            return
        pipe.send_bytes(msgspec.msgpack.encode(chip.obey(_orders.decode(frame))))


class _Chip:
    """The connection that is open now."""

    def __init__(self) -> None:
        self._connection: Connection | None = None

    def obey(self, given: Any) -> Answer:
        """Carries out an order; what fails is told."""
        begin = time.process_time()
        try:
            data, about = self._do(given)
        except (FischError, ValueError, RuntimeError, MemoryError) as error:
            return Answer(time.process_time() - begin, kind=type(error).__name__, text=str(error) or "there is not enough memory for it")
        return Answer(time.process_time() - begin, data, about)

    def _do(self, given: Any) -> tuple[bytes, dict[str, Any]]:
        if isinstance(given, Open):
            return b"", self._open(given)
        if isinstance(given, Ping):
            return b"", {}
        connection = self._connection
        if connection is None:
            raise fisch.ConnectionFailedError("no chip is open")
        if isinstance(given, Run):
            return to_bytes(connection.execute(to_words(given.words))), {}
        return connection.system.snapshot(compress=True), {}  # type: ignore[attr-defined]  # only models are told to save

    def _open(self, given: Open) -> dict[str, Any]:
        if self._connection is not None:
            self._connection.close()
        self._connection = connection = connection_kind(given.kind)(**given.arguments)
        if given.state:
            connection.system.restore(given.state)  # type: ignore[attr-defined]
        return {
            "identifier": connection.identifier,
            "setup": document_of(connection.hwdb_entry),  # type: ignore[arg-type]
            "bitfile": connection.bitfile_info,
            "software": connection.repo_state,
        }


if __name__ == "__main__":
    main(Pipe(int(sys.argv[1])), int(sys.argv[2]))
