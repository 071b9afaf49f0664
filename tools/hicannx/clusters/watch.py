"""Notices when a process of a run has died: the others would wait for it for ever."""

import os
import socket
import sys
import threading
from types import TracebackType
from typing import Any, Final, Self

import numpy as np

LOOPBACK: Final = "127.0.0.1"
LONGEST_NAME: Final = 256
PATIENCE: Final = 60.0
"""[s] for the processes to find each other."""
_GOODBYE: Final = b"."
DIED: Final = 70
"""Exit status."""


class Watch:
    """A line from the first process to each other one, over TCP, whose end is noticed at once; who leaves in order says goodbye before."""

    def __init__(self, communicator: Any) -> None:
        self._communicator, self.rank = communicator, communicator.Get_rank()
        self._lines: dict[int, socket.socket] = {}
        self._leaving = False
        names = self._names()
        if not self.rank:
            self._listen(len(names) - 1, LOOPBACK if len(set(names)) == 1 else names[0])
        else:
            place = np.zeros(1, np.int64)
            communicator.Bcast(place)
            self._lines[0] = socket.create_connection((LOOPBACK if len(set(names)) == 1 else names[0], int(place[0])), PATIENCE)
            self._lines[0].sendall(self.rank.to_bytes(4, "big"))

    def _names(self) -> list[str]:
        """Names of the machines that the processes are on."""
        own, found = np.zeros(LONGEST_NAME, np.uint8), np.zeros((self._communicator.Get_size(), LONGEST_NAME), np.uint8)
        name = socket.gethostname().encode()[:LONGEST_NAME]
        own[: len(name)] = np.frombuffer(name, np.uint8)
        self._communicator.Allgather(own, found)
        return [row.tobytes().rstrip(b"\0").decode() for row in found]

    def _listen(self, others: int, here: str) -> None:
        with socket.create_server((here, 0)) as server:
            server.settimeout(PATIENCE)
            self._communicator.Bcast(np.array([server.getsockname()[1]], np.int64))
            for _ in range(others):
                line, _ = server.accept()
                self._lines[int.from_bytes(line.recv(4, socket.MSG_WAITALL), "big")] = line

    def __enter__(self) -> Self:
        for rank, line in self._lines.items():
            line.settimeout(None)
            threading.Thread(target=self._look, args=(rank, line), daemon=True).start()
        return self

    def _look(self, rank: int, line: socket.socket) -> None:
        try:
            said = line.recv(1)
        except OSError:
            said = b""
        if said != _GOODBYE and not self._leaving:
            print(f"hicannx: process {rank} of the setup has died, and process {self.rank} ends with it", file=sys.stderr, flush=True)
            os._exit(DIED)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._leaving = True
        for line in self._lines.values():
            try:
                line.sendall(_GOODBYE)
                line.close()
            except OSError:
                continue
