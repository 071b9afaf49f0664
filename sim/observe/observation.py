"""What somebody who looked has seen."""

import io
from dataclasses import dataclass, field
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from hicannx_sim.base.clock import TICKS_PER_US
from hicannx_sim.chip.watch import KINDS_OF_EVENTS, SEEN_ACCESS, SEEN_EVENT
from hicannx_sim.ppu.observed import TRACE_ENTRY

SOURCES: Final = ("membrane", "excitatory", "inhibitory", "adaptation")
"""Potentials of a neuron that can be watched, as the analog core numbers them: the membrane, the two synaptic lines, the adaptation."""
INSTRUCTION: Final = np.dtype([("tick", np.int64), ("entry", TRACE_ENTRY)])
PPUS: Final = ("top", "bottom")


@dataclass(frozen=True, eq=False)
class Observation:
    """Everything seen from the beginning of an observer up to now. Times are ticks of 2 ns since power-on.

    potentials     (source, neuron) of each column of `volts`
    ticks, volts   of the samples: int64[samples], float32[samples, potentials]
    events         structured: tick, kind (an index, see `of_kind`), where, what; in the order in which they happened
    accesses       structured: tick, place (index of the program's instruction, or the processor's program counter), address, data, origin
                   (host, JTAG, top, bottom), kind (write, read, row write, row read), byte_enables, problem (none, undefined, unmodelled)
    instructions   of the top and the bottom processor: tick, and entry as `hicannx_sim.ppu.observed.TRACE_ENTRY`
    lost           entries that there was no memory for
    """

    potentials: tuple[tuple[str, int], ...] = ()
    ticks: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    volts: NDArray[np.float32] = field(default_factory=lambda: np.zeros((0, 0), np.float32))
    events: NDArray[Any] = field(default_factory=lambda: np.zeros(0, SEEN_EVENT))
    accesses: NDArray[Any] = field(default_factory=lambda: np.zeros(0, SEEN_ACCESS))
    instructions: tuple[NDArray[Any], NDArray[Any]] = field(default_factory=lambda: (np.zeros(0, INSTRUCTION), np.zeros(0, INSTRUCTION)))
    lost: int = 0

    @property
    def times(self) -> NDArray[np.float64]:
        """Times of the samples in us since power-on."""
        return self.ticks / TICKS_PER_US

    def potential(self, source: str, neuron: int) -> NDArray[np.float32]:
        """Samples of one potential in volts. KeyError if it was not watched."""
        if (source, neuron) not in self.potentials:
            raise KeyError(
                f"{source} of neuron {neuron} was not watched, only {', '.join(f'{a} of {b}' for a, b in self.potentials) or 'none'}"
            )
        return self.volts[:, self.potentials.index((source, neuron))]

    def of_kind(self, kind: str) -> NDArray[Any]:
        """Events of one kind: "neuron" (spikes where they arise), "crossbar" (at its inputs), "padi" (on the buses), "out" (spikes that
        leave
        the chip), "madc" (samples). KeyError for another word."""
        found: NDArray[Any] = self.events[self.events["kind"] == KINDS_OF_EVENTS[kind]]
        return found

    @property
    def spikes(self) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
        """Times in us and numbers of all neurons that fired."""
        fired = self.of_kind("neuron")
        return fired["tick"] / TICKS_PER_US, fired["where"]

    def __add__(self, later: "Observation") -> "Observation":
        """Both, one after the other."""
        volts = [part for part in (self.volts, later.volts) if len(part)]
        return Observation(
            later.potentials,
            np.concatenate([self.ticks, later.ticks]),
            np.concatenate(volts) if volts else self.volts,
            np.concatenate([self.events, later.events]),
            np.concatenate([self.accesses, later.accesses]),
            tuple(np.concatenate(pair) for pair in zip(self.instructions, later.instructions, strict=True)),  # type: ignore[arg-type]
            self.lost + later.lost,
        )

    def to_bytes(self) -> bytes:
        """As a file of numpy's format npz."""
        file = io.BytesIO()
        np.savez(
            file,
            sources=np.array([SOURCES.index(source) for source, _ in self.potentials], np.uint8),
            neurons=np.array([neuron for _, neuron in self.potentials], np.uint16),
            ticks=self.ticks, volts=self.volts, events=self.events, accesses=self.accesses,
            top=self.instructions[0], bottom=self.instructions[1], lost=np.array(self.lost),
        )  # fmt: skip
        return file.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """What `to_bytes` gave. ValueError for anything else."""
        with np.load(io.BytesIO(data), allow_pickle=False) as file:
            potentials = tuple((SOURCES[source], int(neuron)) for source, neuron in zip(file["sources"], file["neurons"], strict=True))
            logs = file["ticks"], file["volts"], file["events"], file["accesses"], (file["top"], file["bottom"])
            return cls(potentials, *logs, int(file["lost"]))
