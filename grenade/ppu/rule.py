"""What a program for the processors is made of: plasticity rules with the places of their synapses and neurons, and what they record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from halco import HemisphereOnDLS

ELEMENTS = {"int8": 1, "uint8": 1, "int16": 2, "uint16": 2}
"""Types of recorded elements and their bytes."""


@dataclass(frozen=True)
class SynapseView:
    """Synapses of a projection in one hemisphere: all crossings of its rows and columns, both ascending, 0 to 255."""

    hemisphere: HemisphereOnDLS
    columns: tuple[int, ...]
    rows: tuple[int, ...]


@dataclass(frozen=True)
class NeuronView:
    """Neurons of a population in one hemisphere: their columns in the order of the population, 0 to 255."""

    hemisphere: HemisphereOnDLS
    columns: tuple[int, ...]


@dataclass(frozen=True)
class Timer:
    """When a rule runs: at `start`, `start + period`, ... so many times. In PPU cycles of 4 ns since the experiment began."""

    start: int
    period: int
    num_periods: int

    @property
    def end(self) -> int:
        """Where a timer that continues this one starts."""
        return self.start + self.period * self.num_periods


@dataclass(frozen=True)
class PerSynapse:
    """An element for each synapse of each view: packed, or in complete rows of 256 columns, which a kernel writes as a vector row."""

    type: str = "int8"
    complete_rows: bool = True


@dataclass(frozen=True)
class PerNeuron:
    """An element for each neuron of each view: packed, or a complete row of 256 columns for each view."""

    type: str = "int8"
    complete_rows: bool = True


@dataclass(frozen=True)
class Array:
    """So many elements that the kernel fills as it likes."""

    type: str = "int8"
    size: int = 0


Observable = PerSynapse | PerNeuron | Array


@dataclass(frozen=True)
class TimedRecording:
    """At each run of the rule a time and the observables, each under the name that the kernel knows it by."""

    observables: Mapping[str, Observable] = field(default_factory=dict)
    in_dram: bool = True


@dataclass(frozen=True)
class RawRecording:
    """Memory of so many bytes that all runs of the rule share."""

    size: int = 0
    in_dram: bool = True


Recording = TimedRecording | RawRecording


@dataclass(frozen=True)
class Rule:
    """A plasticity rule where it stands in one snippet.

    kernel     C++ text with a function PLASTICITY_RULE_KERNEL
    synapses   views in the order of the projections, each top before bottom
    neurons    views in the order of the populations, likewise
    id         rules with the same number are one rule that goes on over several snippets: same kernel, recording and shapes of views
    """

    kernel: str
    timer: Timer
    synapses: tuple[SynapseView, ...] = ()
    neurons: tuple[NeuronView, ...] = ()
    recording: Recording | None = None
    id: int = 0
