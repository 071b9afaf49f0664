"""Programs for several FPGAs of one setup that arrive from a network: those of one host run together."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import numpy as np

from fisch import ut
from hicannx_sim.base.errors import InterruptedRunError
from hicannx_sim.setup.multichip import MultichipSetup
from hicannx_sim.setup.serve.stream import BETWEEN_SESSIONS, MILLISECOND
from hicannx_sim.setup.system import Words

HOLD: Final = 2.0
"""[s] that programs wait for those of other FPGAs that the same host is connected to, after the last word has come. Meanwhile time stands
still, so that a host may be slow; after that the FPGAs whose programs have not come live along."""
_log = logging.getLogger("hicannx_sim.setup.serve")
_NOTHING = np.empty(0, np.uint64)
_PAUSE = np.concatenate([*[MILLISECOND] * BETWEEN_SESSIONS, [ut.HALT_WORD]]).astype(np.uint64)


class Gathering:
    """Collects the programs of a setup's FPGAs and runs those together that belong together.

    A program is complete with its HALT. It runs when all FPGAs with a session of the same host have one, or `hold` seconds after the last
    word for one of them; FPGAs without a program live along. What the model cannot execute ends in a TimeoutNotification on the FPGA
    concerned and waits in `remarks` of the setup.
    """

    def __init__(self, setup: MultichipSetup, hold: float = HOLD) -> None:
        self.setup, self.hold = setup, hold
        self._changed = threading.Condition()
        self._hosts: dict[int, str] = {}  # by FPGA
        self._programs: dict[int, Words] = {}
        self._answers: dict[int, Words | Exception] = {}
        self._latest = 0.0
        self._running = False

    def join(self, number: int, host: str) -> None:
        """A session of a host begins on an FPGA."""
        with self._changed:
            self._hosts[number] = host
            self._programs.pop(number, None)
            self._answers.pop(number, None)
            self._changed.notify_all()

    def leave(self, number: int) -> None:
        """It is over."""
        with self._changed:
            self._hosts.pop(number, None)
            self._changed.notify_all()

    def seen(self) -> None:
        """Words have come for somebody."""
        with self._changed:
            self._latest = time.monotonic()

    def run(self, number: int, words: Words, given_up: Callable[[], bool]) -> Words:
        """Runs a complete program with those of the same host, and returns its stream of responses. InterruptedRunError, also if it is
        `given_up` before it runs."""
        with self._changed:
            self._programs[number] = words
            self._changed.notify_all()
            while number not in self._answers:
                if given_up():
                    self._programs.pop(number, None)
                    raise InterruptedRunError("the program was given up before it ran")
                if (batch := self._ready(number)) and not self._running:
                    self._execute(batch)
                else:
                    self._changed.wait(0.05)
            answer = self._answers.pop(number)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def _ready(self, number: int) -> dict[int, Words]:
        """The programs to run now with that of an FPGA; none if others are waited for."""
        host = self._hosts.get(number)
        partners = {other for other, of in self._hosts.items() if of == host} | {number}
        missing = partners - set(self._programs)
        if number not in self._programs or (missing and time.monotonic() - self._latest < self.hold):
            return {}
        return {other: self._programs[other] for other in partners - missing}

    def _execute(self, batch: dict[int, Words]) -> None:
        for number in batch:
            del self._programs[number]
        with self._alone():
            try:
                answers: dict[int, Words | Exception] = dict(zip(self.setup.systems, self.setup.execute(batch), strict=True))
            except Exception as error:
                answers = dict.fromkeys(batch, error)
        self._answers |= {number: answers[number] for number in batch}
        self._changed.notify_all()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Others may come and go meanwhile, but nobody else runs anything."""
        self._running = True
        self._changed.release()
        try:
            yield
        finally:
            self._changed.acquire()
            self._running = False

    def new_session(self, number: int) -> None:
        """The end of what an earlier host has left on an FPGA: time passes, and what comes back meanwhile is lost."""
        with self._changed:
            while self._running:
                self._changed.wait(0.05)
            with self._alone():
                self.setup.execute({number: _PAUSE})
                self.setup.systems[number].fpga.new_session()
            self._changed.notify_all()


class MemberStream:
    """What `stream.Stream` is to a chip that stands alone: the programs of FPGA `number` of a setup."""

    def __init__(self, gathering: Gathering, number: int) -> None:
        self.gathering, self.number = gathering, number
        self.system = gathering.setup.systems[number]
        self.errors = 0
        self.remark = ""
        self._words: list[Words] = []
        self._given_up = self._executes = False

    @property
    def running(self) -> bool:
        """A program has begun and its HALT has not come."""
        return bool(self._words)

    def push(self, words: Words) -> Words:
        """Takes uint64[n] words; those up to a HALT are executed, with the programs of the other FPGAs. Returns their responses."""
        self._given_up = False
        self.gathering.seen()
        answers = [_NOTHING]
        while len(halts := np.flatnonzero(words == ut.HALT_WORD)):
            end = int(halts[0]) + 1
            program, self._words = np.concatenate([*self._words, words[:end]]), []
            words = words[end:]
            answers.append(self._run(program))
        if len(words):
            self._words.append(words)
        return np.concatenate(answers)

    def _run(self, program: Words) -> Words:
        self._executes = True
        try:
            answer = self.gathering.run(self.number, program, lambda: self._given_up)
        finally:
            self._executes = False
        if self.gathering.setup.remarks.get(self.number):
            self.remark = self.gathering.setup.remarks[self.number][0]
            self.errors += 1
            _log.warning("%s. What follows up to HALT is discarded.", self.remark)
        return answer

    def settle(self) -> Words:
        """Nothing: a program begins when all of it is there."""
        return _NOTHING

    def new_session(self) -> None:
        """What an earlier host has left is over. InterruptedRunError."""
        self.abort()
        self.gathering.new_session(self.number)

    def interrupt(self) -> None:
        """Ends the run that another thread executes, if this FPGA takes part in it."""
        self._given_up = True
        if self._executes:
            self.gathering.setup.interrupt()

    def abort(self) -> None:
        """Forgets an unfinished program."""
        self._words = []
