"""Signals wait until a program that is executed can end.

Python calls handlers of signals, such as that of Ctrl-C, between any two of its instructions. What a handler raises in the middle of
something that the chip does, which is compiled and cannot be left there, would be lost, and half of what was to be done with it. While a
program is executed handlers therefore only note that they were called; the call itself is made up for at the next place where the program
can end.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from signal import SIGALRM, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGVTALRM
from types import FrameType
from typing import Any

NUMBERS = tuple(map(int, (SIGINT, SIGTERM, SIGALRM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGVTALRM)))

_signal: Any = import_module("_signal")  # the same functions in `signal` make enumerations first, which takes as long as a short program

kept: dict[int, tuple[Callable[[int, FrameType | None], Any], FrameType | None]] = {}
"""Calls to be made up for by number of the signal, one for each: handler, frame."""
_held: dict[int, Any] = {}
LOOK = 0.1
"""Seconds after which those who wait look for `waiting` again: handlers that only note something wake nobody."""


@contextmanager
def held() -> Iterator[None]:
    """Handlers are only called where `deliver` is called, and at the end. Only the main thread calls handlers, so others need nothing."""
    if threading.current_thread() is not threading.main_thread() or _held:
        yield
        return
    try:
        for number in NUMBERS:
            if callable(handler := _signal.getsignal(number)):
                _held[number] = handler
                _signal.signal(number, _keep)
        yield
    finally:
        try:
            for number in reversed(_held):  # an interrupt from the keyboard may come as soon as its handler is back
                if _signal.getsignal(number) is _keep:
                    _signal.signal(number, _held[number])
        finally:
            _held.clear()
            deliver()


def waiting() -> bool:
    """Whether there are calls that this thread has to make up for, so that whoever waits should not wait on."""
    return bool(kept) and threading.current_thread() is threading.main_thread()


def deliver() -> None:
    """Makes up for the calls that were put off; raises what the handlers raise."""
    while waiting():
        number, (handler, frame) = kept.popitem()
        handler(number, frame)


def _keep(number: int, frame: FrameType | None) -> None:
    kept[number] = _held[number], frame
