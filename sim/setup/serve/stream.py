"""Programs that arrive piece by piece, as from a network."""

import logging
import traceback
from typing import Final

import numpy as np

from fisch import ut
from hicannx_sim.base.errors import InterruptedRunError, SimError
from hicannx_sim.setup.system import System, Words

_log = logging.getLogger("hicannx_sim.setup.serve")
_NOTHING = np.empty(0, np.uint64)
_HEADERS = {message.name: message.header for message in ut.TO_FPGA}
MILLISECOND = np.array([_HEADERS["Setup"] << 56, _HEADERS["WaitUntil"] << 56 | 125_000], np.uint64)
BETWEEN_SESSIONS: Final = 30
"""[ms] of hardware time that pass while a host connects: the original takes as long at least. (facts: transport 6.7)"""


class Stream:
    """Executes words of one program after the other on a system. How they are cut into pieces makes no difference to the responses.

    A run begins with its first word and ends with its HALT. What the model cannot execute (unknown messages; in strict mode undefined or
    unmodelled accesses) ends in a TimeoutNotification and the rest of the program is discarded, so that the host learns of it; the reason
    is logged and waits in `remark`. `errors` counts these.
    """

    def __init__(self, system: System) -> None:
        self.system = system
        self.errors = 0
        self._running = False
        self.remark = ""

    @property
    def running(self) -> bool:
        """A program has begun and its HALT has not come."""
        return self._running

    def push(self, words: Words) -> Words:
        """Executes uint64[n] words; returns the complete words of responses so far, after a HALT all of them. InterruptedRunError."""
        parts: list[Words] = [_NOTHING]
        with self.system._lock:
            while len(words):
                words = words[self._execute(words) :]
                parts.append(self.system.fpga.trace.take_words(not self._running))
        return np.concatenate(parts)

    def _execute(self, words: Words) -> int:
        """How many of the words were executed, at most up to the first HALT."""
        fpga = self.system.fpga
        if not self._running:
            self.system._begin_run()
            fpga.begin()
            self._running = True
        before = fpga.executed
        try:
            fpga.feed(words)
        except InterruptedRunError:
            raise
        except Exception as error:
            self._report(error)
            fpga.give_up()
        self._running = not fpga.halted
        return max(fpga.executed - before, 1)

    def _report(self, error: Exception) -> None:
        """An error of a program, or of the model while it executes one."""
        self.errors += 1
        if isinstance(error, SimError):
            _log.warning("%s. What follows up to HALT is discarded.", error)
            self.remark = str(error)
        else:
            _log.error("this is an error of the model:\n%s", traceback.format_exc())
            self.remark = f"an error of the model: {type(error).__name__}: {error}"

    def settle(self) -> Words:
        """The responses that an unfinished program still owes, with the last word filled up. Time passes meanwhile. InterruptedRunError."""
        if not self._running:
            return _NOTHING
        with self.system._lock:
            try:
                self.system.fpga.idle()
            except InterruptedRunError:
                raise
            except Exception as error:
                self._report(error)
                self.system.fpga.give_up()
            return self.system.fpga.trace.take_words(True)

    def new_session(self) -> None:
        """The end of what an earlier host has left: time passes, and what comes back meanwhile is lost. InterruptedRunError."""
        self.abort()
        fpga = self.system.fpga
        with self.system._lock:
            fpga.begin()
            try:
                for _ in range(BETWEEN_SESSIONS):
                    fpga.feed(MILLISECOND)
                    fpga.settle()
                    fpga.trace.take_words(True)
            except InterruptedRunError:
                raise
            except SimError as error:
                self._report(error)
            fpga.new_session()

    def interrupt(self) -> None:
        """Ends the run that another thread executes."""
        self.system.fpga.interrupt()

    def abort(self) -> None:
        """Ends an unfinished program without responses."""
        with self.system._lock:
            was_running, self._running = self._running, False
            if was_running:
                self.system.fpga.end()
