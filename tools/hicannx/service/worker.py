"""The process of a chip, or of those of one setup: it opens connections, runs words, and takes and brings back states, as it is told over
a pipe.

Frames on the pipe are MessagePack of the structures below; nothing is pickled.
"""

import os
import resource
import signal
import sys
import time
from collections.abc import Sequence
from multiprocessing.connection import Connection as Pipe
from typing import Any

import msgspec

import fisch
from fisch.connection import Connection, MultiConnection
from fisch.database import document_of
from fisch.errors import FischError
from fisch.registry import connection_kind
from fisch.service.messages import to_bytes, to_words


class Order(msgspec.Struct, tag=True):
    """Base of what a worker is told."""


class Open(Order):
    """Connections of a kind, made of these arguments; with a state, the chips are as they were then. arrived: FPGAs of a setup that have
    reached a barrier in a session before, which its aggregator does not forget."""

    kind: str
    arguments: dict[str, Any]
    state: bytes = b""
    arrived: list[int] = []


class Run(Order):
    """Words of programs with their halts, by chip; empty for chips that only live along."""

    programs: list[bytes]


class Ping(Order):
    """Is anybody there?"""


class Save(Order):
    """Gives the state of the chip."""


class Answer(msgspec.Struct):
    """What came of an order: an error's name and text, or data, of a run by chip; and CPU seconds."""

    seconds: float
    data: list[bytes] = []
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
    chips = _Chips()
    while True:
        try:
            frame = pipe.recv_bytes()
        except (EOFError, OSError):
            return
        pipe.send_bytes(msgspec.msgpack.encode(chips.obey(_orders.decode(frame))))


class _Chips:
    """The connections that are open now."""

    def __init__(self) -> None:
        self._connections: Sequence[Connection] = []

    def obey(self, given: Any) -> Answer:
        """Carries out an order; what fails is told."""
        begin = time.process_time()
        try:
            data, about = self._do(given)
        except (FischError, ValueError, RuntimeError, MemoryError) as error:
            return Answer(time.process_time() - begin, kind=type(error).__name__, text=str(error) or "there is not enough memory for it")
        return Answer(time.process_time() - begin, data, about)

    def _do(self, given: Any) -> tuple[list[bytes], dict[str, Any]]:
        if isinstance(given, Open):
            return [], self._open(given)
        if isinstance(given, Ping):
            return [], {}
        if not self._connections:
            raise fisch.ConnectionFailedError("no chip is open")
        if isinstance(given, Run):
            return self._run(given.programs), {"arrived": self._arrived}
        return [self._model.snapshot(compress=True)], {}

    def _run(self, programs: Sequence[bytes]) -> list[bytes]:
        chosen = [number for number, words in enumerate(programs) if words]
        together = MultiConnection([self._connections[number] for number in chosen])
        answers = dict(zip(chosen, together.execute([to_words(programs[number]) for number in chosen]), strict=True))
        return [to_bytes(answers[number]) if number in answers else b"" for number in range(len(programs))]

    @property
    def _model(self) -> Any:
        """What has a state: only models are told to save and restore it."""
        first: Any = self._connections[0]
        return first.system if first.group is None else first.group

    @property
    def _arrived(self) -> list[int]:
        group: Any = self._connections[0].group
        return [] if group is None else list(group.aggregator.arrived)

    def _open(self, given: Open) -> dict[str, Any]:
        self._close()
        kind: Any = connection_kind(given.kind)
        self._connections = kind.several(**given.arguments) if "serials" in given.arguments else [kind(**given.arguments)]
        if given.state:
            self._model.restore(given.state)
        elif given.arrived:
            self._connections[0].group.aggregator.arrived = given.arrived
        return {
            "identifiers": [connection.identifier for connection in self._connections],
            "setups": [document_of(connection.hwdb_entry) for connection in self._connections],  # type: ignore[arg-type]
            "bitfiles": [connection.bitfile_info for connection in self._connections],
            "software": self._connections[0].repo_state,
        }

    def _close(self) -> None:
        """Nobody who comes later finds anything of these chips."""
        if self._connections and self._arrived:
            self._connections[0].group.aggregator.arrived = []
        for connection in self._connections:
            connection.close()
        self._connections = []


if __name__ == "__main__":
    main(Pipe(int(sys.argv[1])), int(sys.argv[2]))
