"""Processes that work for this one, and what Ctrl-C does to them."""

from collections.abc import Iterator
from contextlib import contextmanager
from signal import SIG_BLOCK, SIG_SETMASK, SIGINT, pthread_sigmask


@contextmanager
def without_interrupts() -> Iterator[None]:
    """Processes that are started in here are spared Ctrl-C, which goes to all processes of a terminal, from their first instruction on:
    whoever started them decides what becomes of them. They can take it up later by unblocking SIGINT."""
    before = pthread_sigmask(SIG_BLOCK, {SIGINT})
    try:
        yield
    finally:
        pthread_sigmask(SIG_SETMASK, before)
