"""What the side door of a served chip lets one do: observe it, hold it up, and change its state."""

import json
from collections.abc import Callable
from typing import Any, Final

from hicannx_sim.base.errors import ConfigurationError
from hicannx_sim.fpga import faults
from hicannx_sim.observe import Observables, Recording
from hicannx_sim.setup.serve.stream import Stream
from hicannx_sim.setup.serve.together import MemberStream
from hicannx_sim.setup.system import System

MOST: Final = 256
"""Recordings that have not been ended."""
KINDS_OF_FAULTS: Final = {kind.__name__: kind for kind in (
    faults.CRCErrors, faults.LostEvents, faults.MissingResponse, faults.Notification, faults.PHYDown)}  # fmt: skip


class SideDoor:
    """Answers to questions with options. What they observe belongs to nobody's session."""

    def __init__(self, system: System, stream: Stream | MemberStream) -> None:
        self._system, self._stream = system, stream
        self._recordings: dict[int, Recording] = {}
        self._keys = 0

    @property
    def answers(self) -> dict[str, Callable[[dict[str, Any], bytes], bytes]]:
        """What can be asked, by name. Whoever has them keeps this object; it does not keep them."""
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
    def _done(order: Callable[[dict[str, Any], bytes], None]) -> Callable[[dict[str, Any], bytes], bytes]:
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
        if self._stream.running:
            raise ConfigurationError("a program is being executed: wait until it has ended")

    def _restore(self, options: dict[str, Any], data: bytes) -> None:
        self._require_idle()
        self._system.restore(data)

    def _rewind(self, options: dict[str, Any], data: bytes) -> None:
        self._require_idle()
        self._system.rewind(options["runs"])
