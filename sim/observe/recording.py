"""Looking at a system from now on."""

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, fields
from typing import Any, Final, Protocol, Self, SupportsIndex

import numpy as np

from hicannx_sim.base.clock import TICKS_PER_US
from hicannx_sim.base.errors import ConfigurationError
from hicannx_sim.base.ranges import real, whole
from hicannx_sim.chip.chip import Chip
from hicannx_sim.chip.watch import KINDS_OF_EVENTS
from hicannx_sim.observe.observation import INSTRUCTION, SOURCES, Observation

GRID: Final = 50
"""Ticks between two points at which the analog core has voltages."""
MOST_INSTRUCTIONS: Final = 1 << 24
NEURONS: Final = 512
LONGEST: Final = 1_000_000
"""us between samples."""


class Observed(Protocol):
    """What can be looked at: `hicannx_sim.System`. `powered` is called after each power cycle, when its chip is another one."""

    chip: Chip
    powered: list[Callable[[], None]]

    def still(self, call: Callable[[], Any]) -> Any:
        """Calls something while time stands still."""


@dataclass(frozen=True)
class Observables:
    """What is to be observed; see `hicannx.observe`. ConfigurationError says what there is."""

    membrane: tuple[int, ...] = ()
    excitatory: tuple[int, ...] = ()
    inhibitory: tuple[int, ...] = ()
    adaptation: tuple[int, ...] = ()
    every: float = 1.0
    events: tuple[str, ...] = ()
    accesses: bool = False
    instructions: int = 0

    def __post_init__(self) -> None:
        for source in SOURCES:
            object.__setattr__(self, source, _neurons(source, getattr(self, source)))
        object.__setattr__(self, "events", (self.events,) if isinstance(self.events, str) else tuple(self.events))
        for kind in self.events:
            if kind not in KINDS_OF_EVENTS:
                raise ConfigurationError(f"events: there are none of the kind {kind!r}, only {', '.join(KINDS_OF_EVENTS)}")
        object.__setattr__(self, "every", real(self.every, "every", 0, LONGEST))
        if not self.period > 0 or abs(self.every * TICKS_PER_US - self.period) > 1e-6:
            raise ConfigurationError(f"every: {self.every} us between samples is no multiple of {GRID / TICKS_PER_US} us")
        whole(self.instructions, "instructions", 0, MOST_INSTRUCTIONS)

    @classmethod
    def of(cls, described: dict[str, Any]) -> Self:
        """From plain names and values, as they come over a wire."""
        unknown = described.keys() - {field.name for field in fields(cls)}
        if unknown:
            raise ConfigurationError(f"{', '.join(sorted(unknown))}: nothing of that name can be observed")
        return cls(**described)

    def described(self) -> dict[str, Any]:
        """Plain names and values."""
        return asdict(self)

    @property
    def period(self) -> int:
        """Ticks between samples."""
        return round(self.every * TICKS_PER_US / GRID) * GRID

    @property
    def potentials(self) -> tuple[tuple[str, int], ...]:
        """(source, neuron) of everything whose voltage is sampled."""
        return tuple((source, neuron) for source in SOURCES for neuron in getattr(self, source))


def _neurons(source: str, given: Iterable[int] | int) -> tuple[int, ...]:
    """Numbers of neurons. ConfigurationError."""
    try:
        numbers = [given] if isinstance(given, SupportsIndex) else [*given]
    except TypeError:
        raise ConfigurationError(f"{source}: {given!r} are no numbers of neurons") from None
    return tuple(whole(number, source, 0, NEURONS - 1) for number in numbers)


class Recording:
    """Observes a system from now on until `stop`. Any number of them may do so at once, and none of them changes a bit of what is computed.

    After `System.restore` or `rewind` ticks go on from the restored time, so they may stand there twice.
    """

    def __init__(self, system: Observed, wanted: Observables) -> None:
        self.wanted, self._system = wanted, system
        self._before: Observation | None = None
        self._running = True
        system.still(self._attach)
        system.powered.append(self._follow)

    def stop(self) -> Observation:
        """Observes no more; gives what has been seen."""
        if self._running:
            self._system.powered.remove(self._follow)
            self._system.still(self._detach)
        return self.seen

    @property
    def seen(self) -> Observation:
        """Everything seen so far."""
        now: Observation = self._system.still(self._collect) if self._running else Observation(self.wanted.potentials)
        return now if self._before is None else self._before + now

    # -- while time stands still

    def _attach(self) -> None:
        self._chip, wanted = self._system.chip, self.wanted
        sources = [SOURCES.index(source) for source, _ in wanted.potentials]
        analog, watch = self._chip.fabric.analog, self._chip.fabric.watch
        neurons = [neuron for _, neuron in wanted.potentials]
        self._samples = analog.record(neurons, sources, wanted.period) if neurons else None
        self._key = watch.listen(wanted.events, wanted.accesses)
        self._first = watch.seen
        self._lost = watch.lost
        self._traced = [core.share_trace(wanted.instructions) if wanted.instructions else 0 for core in self._chip.processors.cores]

    def _collect(self) -> Observation:
        wanted, watch = self.wanted, self._chip.fabric.watch
        events = watch.events_from(self._first[0])
        events = events[np.isin(events["kind"], [KINDS_OF_EVENTS[kind] for kind in wanted.events])]
        seen: dict[str, Any] = {"events": events}
        if wanted.accesses:
            seen["accesses"] = watch.accesses_from(self._first[1])
        if self._samples is not None:
            seen["ticks"], seen["volts"], _ = self._chip.fabric.analog.recorded(self._samples)
        if wanted.instructions:
            seen["instructions"] = tuple(self._instructions(ppu) for ppu in (0, 1))
        return Observation(wanted.potentials, lost=watch.lost - self._lost, **seen)

    def _instructions(self, ppu: int) -> Any:
        core = self._chip.processors.cores[ppu]
        entries = core.trace()
        entries = entries[max(len(entries) - (core.traced - self._traced[ppu]), 0) :]
        found = np.zeros(len(entries), INSTRUCTION)
        found["entry"] = entries
        found["tick"] = self._chip.processors.tick_of(ppu, 0) + 2 * entries["cycle"]
        return found

    def _detach(self) -> None:
        now = self._collect()
        self._before = now if self._before is None else self._before + now
        self._running = False
        self._chip.fabric.watch.forget(self._key)
        if self._samples is not None:
            self._chip.fabric.analog.stop_recording(self._samples)
        if self.wanted.instructions:
            for core in self._chip.processors.cores:
                core.leave_trace()

    def _follow(self) -> None:
        """The chip has been switched off and on: another one stands there."""
        now = self._collect()
        self._before = now if self._before is None else self._before + now
        self._attach()
