"""What a system can be asked and told by somebody who is not in its process: questions by name, with options, and answers as bytes."""

import builtins
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any, Final

from hicannx_sim.base import errors
from hicannx_sim.base.errors import ConfigurationError
from hicannx_sim.fpga import faults
from hicannx_sim.observe import Observables, Recording
from hicannx_sim.setup.system import System

MOST: Final = 256
"""Recordings that have not been ended."""
KINDS_OF_FAULTS: Final = {kind.__name__: kind for kind in (
    faults.CRCErrors, faults.LostEvents, faults.MissingResponse, faults.Notification, faults.PHYDown)}  # fmt: skip

Answer = Callable[[dict[str, Any], bytes], bytes]
"""answer(options, data behind them)"""


def answered(answers: Mapping[str, Answer], question: str, options: dict[str, Any], data: bytes) -> tuple[bytes, bytes]:
    """(b"", answer), or (name and text of an error, b"")."""
    try:
        return b"", answers[question](options, data)
    except Exception as error:
        return f"{type(error).__name__} {error}".encode(), b""


def error_of(said: bytes) -> Exception:
    """The error that `answered` has said: its kind where that is one of the model or of Python."""
    name, _, text = said.decode().partition(" ")
    kind = getattr(errors, name, None) or getattr(builtins, name, None)
    if not (isinstance(kind, type) and issubclass(kind, Exception)):
        return errors.SimError(f"{name}: {text}")
    error = kind.__new__(kind, text)  # texts are whole: constructors add to them
    error.args = (text,)
    return error


class Questions:
    """Answers for a system. running: whether a program that comes in pieces has not ended."""

    def __init__(self, system: System, running: Callable[[], bool] = lambda: False) -> None:
        self._system, self._running = system, running
        self._recordings: dict[int, Recording] = {}
        self._keys = 0

    @property
    def looks(self) -> dict[str, Answer]:
        """What has happened and what is there, between programs."""
        system = self._system
        return {
            "report": lambda options, data: system.report().encode(),
            "counters": lambda options, data: json.dumps(system.counters, default=str).encode(),
            "explain": lambda options, data: json.dumps([asdict(finding) for finding in system.explain()]).encode(),
            "events": lambda options, data: json.dumps([asdict(hop) for hop in system.events.summary()]).encode(),
            "unmodelled": lambda options, data: json.dumps(system.unmodelled()).encode(),
            "snapshot": lambda options, data: system.snapshot(options.get("compress", True)),
        }

    @property
    def orders(self) -> dict[str, Answer]:
        """What can be observed at any time, and what changes the state. Whoever has them keeps this object; it does not keep them."""
        system = self._system
        orders: dict[str, Callable[[dict[str, Any], bytes], None]] = {
            "clear_faults": lambda options, data: system.clear_faults(),
            "pause": lambda options, data: system.pause(),
            "resume": lambda options, data: system.resume(),
            "step": lambda options, data: system.step(**options),
            "keep_history": lambda options, data: system.keep_history(options["runs"]),
            "inject": self._inject,
            "restore": self._restore,
            "rewind": self._rewind,
        }
        return {
            "observe": self._observe,
            "observed": self._observed,
            "forget": self._forget,
            "frame": lambda options, data: system.frame(),
            "words": self._words,
            **{name: self._done(order) for name, order in orders.items()},
        }

    @staticmethod
    def _done(order: Callable[[dict[str, Any], bytes], None]) -> Answer:
        """An order has nothing to answer but that it has been carried out."""

        def answer(options: dict[str, Any], data: bytes) -> bytes:
            order(options, data)
            return b""

        return answer

    def _observe(self, options: dict[str, Any], data: bytes) -> bytes:
        if len(self._recordings) >= MOST:
            raise ConfigurationError(f"{MOST} observers have not been ended: end some")
        self._keys += 1
        self._recordings[self._keys] = self._system.observe(Observables.of(options))
        return str(self._keys).encode()

    def _observed(self, options: dict[str, Any], data: bytes) -> bytes:
        return self._recordings[options["key"]].seen.to_bytes()

    def _forget(self, options: dict[str, Any], data: bytes) -> bytes:
        return self._recordings.pop(options["key"]).stop().to_bytes()

    def _words(self, options: dict[str, Any], data: bytes) -> bytes:
        """What registers hold, without any effect of reading: of a container at all coordinates."""
        words = self._system.contents(options["container"])
        return json.dumps(words.tolist()).encode()

    def _inject(self, options: dict[str, Any], data: bytes) -> None:
        made = [KINDS_OF_FAULTS[name](**values) for name, values in options["faults"]]
        self._system.inject(*made, seed=options["seed"])

    def _require_idle(self) -> None:
        if self._running():
            raise ConfigurationError("a program is being executed: wait until it has ended")

    def _restore(self, options: dict[str, Any], data: bytes) -> None:
        self._require_idle()
        self._system.restore(data)

    def _rewind(self, options: dict[str, Any], data: bytes) -> None:
        self._require_idle()
        self._system.rewind(options["runs"])
