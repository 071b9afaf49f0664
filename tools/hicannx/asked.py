"""Systems that are not in this process, as far as they can be asked (`hicannx_sim.setup.questions`): they look like those that are."""

import json
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hicannx_sim.chip.settings import Unmodelled
from hicannx_sim.fpga.faults import Fault
from hicannx_sim.observe import Observables, Observation
from hicannx_sim.trust.explain import Finding
from hicannx_sim.trust.hops import Events, Hop

Ask = Callable[..., bytes]


class AskedSystem(ABC):
    """Answers as `hicannx_sim.System` does."""

    @abstractmethod
    def _ask(self, question: str, data: bytes = b"", **options: Any) -> bytes: ...

    def report(self) -> str:
        """What one should know before believing the runs so far."""
        return self._ask("report").decode()

    def explain(self) -> list[Finding]:
        """Why something that was attempted did not happen."""
        return [Finding(**found) for found in json.loads(self._ask("explain"))]

    @property
    def events(self) -> Events:
        """What happened to events."""
        return Events(lambda: [Hop(**hop) for hop in json.loads(self._ask("events"))])

    def unmodelled(self) -> list[Unmodelled]:
        """What is set and has no effect."""
        return [Unmodelled(*entry) for entry in json.loads(self._ask("unmodelled"))]

    @property
    def counters(self) -> dict[str, Any]:
        """Everything that is counted."""
        return dict(json.loads(self._ask("counters")))

    def snapshot(self, compress: bool = True) -> bytes:
        """The whole state."""
        return self._ask("snapshot", compress=compress)

    def restore(self, data: bytes) -> None:
        """The chip becomes the one that a snapshot was taken of."""
        self._ask("restore", data)

    def keep_history(self, runs: int) -> None:
        """Keeps the states before the last runs."""
        self._ask("keep_history", runs=runs)

    def rewind(self, runs: int = 1) -> None:
        """Takes the last runs back."""
        self._ask("rewind", runs=runs)

    def inject(self, *faults: Fault, seed: int = 0) -> None:
        """Lets things go wrong from now on."""
        self._ask("inject", faults=[(type(fault).__name__, asdict(fault)) for fault in faults], seed=seed)

    def clear_faults(self) -> None:
        """Nothing goes wrong any more."""
        self._ask("clear_faults")

    def observe(self, wanted: Observables) -> "AskedRecording":
        """Observes from now on."""
        return AskedRecording(self._ask, int(self._ask("observe", **wanted.described())))

    def frame(self) -> bytes:
        """What can be seen of the chip at this moment; see `hicannx_sim.setup.frame`."""
        return self._ask("frame")

    def contents(self, container: str) -> NDArray[np.uint32]:
        """Words that a container's registers hold, at all coordinates, without any effect of reading."""
        return np.array(json.loads(self._ask("words", container=container)), np.uint32)

    def pause(self) -> None:
        """Time stands still."""
        self._ask("pause")

    def step(self, instructions: int = 0, ticks: int = 0) -> None:
        """Time goes on for so long, and stands still again."""
        self._ask("step", instructions=instructions, ticks=ticks)

    def resume(self) -> None:
        """Time goes on."""
        self._ask("resume")


class AskedRecording:
    """An observer of such a system, as `hicannx_sim.observe.Recording` is one in this process."""

    def __init__(self, ask: Ask, key: int) -> None:
        self._ask, self._key = ask, key
        self._last: Observation | None = None

    @property
    def seen(self) -> Observation:
        """Everything seen so far."""
        return self._last or Observation.from_bytes(self._ask("observed", key=self._key))

    def stop(self) -> Observation:
        """Observes no more; gives what has been seen."""
        if self._last is None:
            self._last = Observation.from_bytes(self._ask("forget", key=self._key))
        return self._last
