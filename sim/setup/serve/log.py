"""A log that never holds up whoever writes it, even if nobody reads it."""

import logging
import os
import sys
import threading
import time
from collections import deque
from contextlib import suppress
from typing import Final

LINES_PER_SECOND: Final = 20
BURST: Final = 200
"""Lines at once, before the rate counts."""
WAITING: Final = 1000
"""Lines that wait for a reader; further ones are dropped."""


class Log(logging.Handler):
    """Writes records to a file descriptor from a thread of its own. What is too much is dropped, and counted in a later line.

    `close` gives the reader `patience` [s] to take what waits, and does not wait for the rest.
    """

    def __init__(self, descriptor: int | None = None, patience: float = 0.5) -> None:
        super().__init__()
        self._descriptor, self._patience = sys.stderr.fileno() if descriptor is None else descriptor, patience
        self._waiting: deque[str] = deque()
        self._news, self._ending = threading.Event(), False
        self._tokens, self._seen, self.dropped = float(BURST), time.monotonic(), 0
        self._writer = threading.Thread(target=self._write, name="log", daemon=True)
        self._writer.start()

    def createLock(self) -> None:  # noqa: N802
        """None: a thread that waits for a reader must not hold one."""
        self.lock = None

    def emit(self, record: logging.LogRecord) -> None:
        """Queues a record, if there is room."""
        now = time.monotonic()
        self._tokens = min(BURST, self._tokens + (now - self._seen) * LINES_PER_SECOND)
        self._seen = now
        if self._tokens < 1 or len(self._waiting) >= WAITING:
            self.dropped += 1
            return
        self._tokens -= 1
        lost, self.dropped = self.dropped, 0
        self._waiting.append((f"({lost} lines are left out)\n" if lost else "") + self.format(record) + "\n")
        self._news.set()

    def _write(self) -> None:
        while not self._ending or self._waiting:
            self._news.wait()
            self._news.clear()
            while self._waiting:
                data = self._waiting.popleft().encode(errors="replace")
                with suppress(OSError):  # nobody there any more
                    while data:
                        data = data[os.write(self._descriptor, data) :]

    def close(self) -> None:
        """Ends the thread, or leaves it behind if nobody reads."""
        self._ending = True
        self._news.set()
        self._writer.join(self._patience)
        super().close()
