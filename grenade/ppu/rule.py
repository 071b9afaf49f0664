"""What a program for the processors is made of: plasticity rules with the places of their synapses and neurons, and what they record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from grenade.network import plasticity
from grenade.network.graph import RuleOnHardware
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


Views = tuple[tuple[SynapseView, ...], tuple[NeuronView, ...]]


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

    def __hash__(self) -> int:
        return hash((frozenset(self.observables.items()), self.in_dram))


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

    @property
    def views(self) -> Views:
        """All that it works on."""
        return self.synapses, self.neurons


def placed(found: RuleOnHardware) -> Rule:
    """A rule of a network, as it stands on the chip."""
    rule, timer = found.rule, found.rule.timer
    return Rule(
        rule.kernel,
        Timer(int(timer.start), int(timer.period), timer.num_periods),
        tuple(SynapseView(view.hemisphere, tuple(view.columns.tolist()), tuple(view.rows.tolist())) for view in found.synapses),
        tuple(NeuronView(view.hemisphere, tuple(view.columns.tolist())) for view in found.neurons),
        _recording(rule.recording),
        int(rule.id),
    )


def _recording(recording: plasticity.AnyRecording | None) -> Recording | None:
    if isinstance(recording, plasticity.RawRecording):
        return RawRecording(recording.scratchpad_memory_size, recording.placement_in_dram)
    if recording is None:
        return None
    observables = {name: _observable(observable) for name, observable in recording.observables.items()}
    return TimedRecording(observables, recording.placement_in_dram)


def _observable(observable: plasticity.Observable) -> Observable:
    kind = observable.type.name
    if isinstance(observable, plasticity.ObservableArray):
        return Array(kind, observable.size)
    if isinstance(observable, plasticity.ObservablePerSynapse):
        return PerSynapse(kind, observable.layout_per_row is observable.LayoutPerRow.complete_rows)
    return PerNeuron(kind, observable.layout is observable.Layout.complete_row)
