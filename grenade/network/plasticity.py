"""Plasticity rules: code that the plasticity processors run at set times, on synapses and neurons, and what it records."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from grenade.common import TimedData
from grenade.network.descriptors import PopulationOnExecutionInstance, ProjectionOnExecutionInstance
from grenade.network.projections import population
from grenade.values import Entity, attribute, count, exactly, listed, made, mapped, optional, truth
from halco import CompartmentOnLogicalNeuron
from halco.value import BaseType, shown
from haldls.lola import AtomicNeuron

_MAX = (1 << 63) - 1


class ObservableType(enum.Enum):
    """Type of a recorded number."""

    int8 = "i1"
    uint8 = "u1"
    int16 = "i2"
    uint16 = "u2"

    @property
    def dtype(self) -> np.dtype[Any]:
        """As it stands in the processors' memory: big endian."""
        return np.dtype(f">{self.value}")


@dataclass
class RawRecording(Entity):
    """One region of memory (bytes) for all runs of the rule."""

    scratchpad_memory_size: int = attribute(count, default=0)
    placement_in_dram: bool = attribute(truth, default=True)


@dataclass
class ObservablePerSynapse(Entity):
    """One number per synapse of the rule's projections."""

    class LayoutPerRow(enum.Enum):
        """Numbers of all 256 columns of each row (fast), or only of the columns of the projection (small)."""

        complete_rows = 0
        packed_active_columns = 1

    Type: ClassVar = ObservableType
    type: ObservableType = attribute(exactly(ObservableType), default=ObservableType.int8)
    layout_per_row: LayoutPerRow = attribute(exactly(LayoutPerRow), default=LayoutPerRow.complete_rows)


@dataclass
class ObservablePerNeuron(Entity):
    """One number per neuron circuit of the rule's populations."""

    class Layout(enum.Enum):
        """Numbers of all 256 columns (fast), or only of the columns of the population (small)."""

        complete_row = 0
        packed_active_columns = 1

    Type: ClassVar = ObservableType
    type: ObservableType = attribute(exactly(ObservableType), default=ObservableType.int8)
    layout: Layout = attribute(exactly(Layout), default=Layout.complete_row)


@dataclass
class ObservableArray(Entity):
    """A number of numbers per run of the rule."""

    Type: ClassVar = ObservableType
    type: ObservableType = attribute(exactly(ObservableType), default=ObservableType.int8)
    size: int = attribute(count, default=0)


Observable = ObservablePerSynapse | ObservablePerNeuron | ObservableArray


def _observable(value: Any) -> Observable:
    if isinstance(value, ObservablePerSynapse | ObservablePerNeuron | ObservableArray):
        return value
    raise TypeError(f"an ObservablePerSynapse, ObservablePerNeuron or ObservableArray is needed, not {shown(value)}")


@dataclass
class TimedRecording(Entity):
    """Observables with the time of each run of the rule, in memory of their own for each run."""

    ObservablePerSynapse: ClassVar = ObservablePerSynapse
    ObservablePerNeuron: ClassVar = ObservablePerNeuron
    ObservableArray: ClassVar = ObservableArray

    observables: dict[str, Observable] = attribute(mapped(exactly(str), _observable), default_factory=dict)
    placement_in_dram: bool = attribute(truth, default=True)


AnyRecording = RawRecording | TimedRecording


def _recording(value: Any) -> AnyRecording:
    if isinstance(value, RawRecording | TimedRecording):
        return value
    raise TypeError(f"a RawRecording, a TimedRecording or None is needed, not {shown(value)}")


@dataclass
class RawRecordingData:
    """What a raw recording's memory held after the run: int8 array per batch entry."""

    data: list[NDArray[np.int8]]


@dataclass
class TimedRecordingData:
    """Recorded observables by name; each is a list per batch entry of a list per run of the rule of data with their time.

    Per synapse, also by projection: a list per connection of a list per hardware synapse. Per neuron, also by population: a list per
    neuron of {compartment: list per circuit}. Array: a list of numbers.
    """

    data_per_synapse: dict[str, dict[ProjectionOnExecutionInstance, list[list[TimedData[list[list[int]]]]]]]
    data_per_neuron: dict[
        str, dict[PopulationOnExecutionInstance, list[list[TimedData[list[dict[CompartmentOnLogicalNeuron, list[int]]]]]]]
    ]
    data_array: dict[str, list[list[TimedData[list[int]]]]]


RecordingData = RawRecordingData | TimedRecordingData


def _projection(value: Any) -> ProjectionOnExecutionInstance:
    return value if type(value) is ProjectionOnExecutionInstance else ProjectionOnExecutionInstance(value)


@dataclass
class PlasticityRule(Entity):
    """A kernel in C++, when it runs, what it works on, what it records.

    Rules of equal `id` in several snippets are one rule that goes on.
    """

    RawRecording: ClassVar = RawRecording
    TimedRecording: ClassVar = TimedRecording
    RawRecordingData: ClassVar = RawRecordingData
    TimedRecordingData: ClassVar = TimedRecordingData
    RecordingData: ClassVar = RecordingData

    @dataclass
    class PopulationHandle(Entity):
        """A population the rule works on, and the signal of each circuit that it reads: per neuron, per compartment, per circuit."""

        NeuronReadoutSource: ClassVar = AtomicNeuron.Readout.Source

        descriptor: PopulationOnExecutionInstance = attribute(population, default=PopulationOnExecutionInstance())
        neuron_readout_sources: list[dict[CompartmentOnLogicalNeuron, list[AtomicNeuron.Readout.Source | None]]] = attribute(
            listed(mapped(made(CompartmentOnLogicalNeuron), listed(optional(exactly(AtomicNeuron.Readout.Source))))),
            default_factory=list,
        )

    @dataclass
    class Timer(Entity):
        """First run, time between runs (PPU cycles of 4 ns, counted from the beginning of the experiment), number of runs."""

        class Value(BaseType, maximum=_MAX):
            """PPU cycles of 4 ns."""

        start: Value = attribute(made(Value), default=Value())
        period: Value = attribute(made(Value), default=Value())
        num_periods: int = attribute(count, default=0)

    class ID(BaseType, maximum=_MAX):
        """Number by which a rule is known over several snippets."""

    projections: list[ProjectionOnExecutionInstance] = attribute(listed(_projection), default_factory=list)
    populations: list[PopulationHandle] = attribute(listed(exactly(PopulationHandle)), default_factory=list)
    kernel: str = attribute(exactly(str), default="")
    timer: Timer = attribute(exactly(Timer), default_factory=Timer)
    enable_requires_one_source_per_row_in_order: bool = attribute(truth, default=False)
    recording: AnyRecording | None = attribute(optional(_recording), default=None)
    id: ID = attribute(made(ID), default=ID())
