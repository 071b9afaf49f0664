"""How the command `hicannx` starts: until all that it needs is loaded, Ctrl-C ends it at once.

Nothing has begun that would need an orderly end, and an exception in the middle of a library's loading may come out as another one.
"""

import os
import signal
from importlib import import_module

INTERRUPTED = 130
"""Exit status of a command that the user interrupts (Ctrl-C)."""


def main() -> int:
    """The command line of this process; returns its exit status."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # else somebody wants Ctrl-C to be ignored
        signal.signal(signal.SIGINT, _end)
    status: int = import_module("hicannx.cli").main()
    return status


def loaded() -> None:
    """From now on Ctrl-C is a KeyboardInterrupt again."""
    if signal.getsignal(signal.SIGINT) is _end:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _end(number: int, frame: object) -> None:
    try:
        os.write(2, b"hicannx: interrupted\n")
    finally:
        os._exit(INTERRUPTED)
