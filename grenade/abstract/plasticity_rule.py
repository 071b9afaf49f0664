"""Plasticity rules: code that the plasticity processors run on synapses and neurons, and what it has recorded."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from grenade.abstract.data import BatchedPortData, PortData, TimeDomainRuntimes
from grenade.abstract.errors import TopologyError
from grenade.abstract.identifiers import TimeDomainOnTopology
from grenade.abstract.runtimes import ClockCycleTimeDomainRuntimes
from grenade.abstract.sequences import MultiIndexSequence
from grenade.abstract.vertex import ONE, Port, PortType, Vertex, checked
from grenade.network import plasticity
from grenade.network.plasticity import RawRecording, RawRecordingData, TimedRecording
from grenade.ppu import OnlyRecordingPlasticityRuleGenerator as NetworkGenerator


class PlasticityRule(Vertex):
    """A rule on projections and populations of the given shapes. Its kernel and its timer are data of the last two input ports.

    Rules of equal `id` in several snippets are one rule that goes on.
    """

    RawRecording = RawRecording
    TimedRecordingConfig = TimedRecording
    ID = plasticity.PlasticityRule.ID

    class Parameterization(PortData):
        """The kernel, in C++."""

        def __init__(self, kernel: str) -> None:
            self.kernel: str = checked(str, kernel, "PlasticityRule.Parameterization.kernel")

        def __eq__(self, other: object) -> bool:
            return self.kernel == other.kernel if isinstance(other, type(self)) else NotImplemented

        __hash__ = None  # type: ignore[assignment]

    class Dynamics(BatchedPortData):
        """When the kernel runs, in each of a number of batch entries."""

        Timer = plasticity.PlasticityRule.Timer

        def __init__(self, timer: plasticity.PlasticityRule.Timer, batch_size: int) -> None:
            self.timer: plasticity.PlasticityRule.Timer = checked(self.Timer, timer, "PlasticityRule.Dynamics.timer")
            self._batch_size = batch_size

        def batch_size(self) -> int:
            """Number of batch entries."""
            return self._batch_size

        def __eq__(self, other: object) -> bool:
            return vars(self) == vars(other) if isinstance(other, type(self)) else NotImplemented

        __hash__ = None  # type: ignore[assignment]

    class Results(BatchedPortData):
        """What the rule has recorded in a snippet."""

        @dataclass
        class TimedData:
            """Recorded observables by name, then by number of the projection or population of the rule (arrays: at once).

            Each is a list per batch entry of a list per run of the rule of data with their time: per synapse a list per connection of a
            list per hardware synapse; per neuron a list per neuron of {compartment: list per circuit}; an array is a list of numbers.
            """

            data_per_synapse: dict[str, dict[int, list[Any]]]
            data_per_neuron: dict[str, dict[int, list[Any]]]
            data_array: dict[str, list[Any]]

        RawData: ClassVar = RawRecordingData

        def __init__(self, data: TimedData | RawRecordingData, batch_size: int) -> None:
            self.data = data
            self._batch_size = batch_size

        def batch_size(self) -> int:
            """Number of batch entries."""
            return self._batch_size

    def __init__(
        self,
        recording: plasticity.AnyRecording | None,
        id: plasticity.PlasticityRule.ID,
        population_shapes: Iterable[MultiIndexSequence],
        projection_shapes: Iterable[MultiIndexSequence],
        time_domain: TimeDomainOnTopology,
    ) -> None:
        self.recording = recording
        self.id = checked(self.ID, id, "PlasticityRule.id")
        self._populations = [checked(MultiIndexSequence, one, "PlasticityRule.population_shapes") for one in population_shapes]
        self._projections = [checked(MultiIndexSequence, one, "PlasticityRule.projection_shapes") for one in projection_shapes]
        self.time_domain = checked(TimeDomainOnTopology, time_domain, "PlasticityRule.time_domain")

    if not TYPE_CHECKING:  # a checker would take any name

        def __setattr__(self, name: str, value: Any) -> None:
            if name == "recording" and value is not None:
                checked(RawRecording | TimedRecording, value, "PlasticityRule.recording")
            super().__setattr__(name, value)

    def get_population_shapes(self) -> list[MultiIndexSequence]:
        """Shapes of the populations it works on."""
        return list(self._populations)

    def get_projection_shapes(self) -> list[MultiIndexSequence]:
        """Shapes of the projections it works on."""
        return list(self._projections)

    @property
    def parameterization_port(self) -> int:
        """Number of the input port that takes the kernel; the next one takes the timer."""
        return len(self._projections) + len(self._populations)

    def get_input_ports(self) -> list[Port]:
        """One for each projection, one for each population, the kernel, the timer."""
        projections = [Port(PortType.synapse_observable, shape) for shape in self._projections]
        populations = [Port(PortType.analog_observable, shape) for shape in self._populations]
        return [*projections, *populations, Port(PortType.data, ONE), Port(PortType.data, ONE)]

    def get_output_ports(self) -> list[Port]:
        """What it records, if it does."""
        return [] if self.recording is None else [Port(PortType.results, ONE, shared=True)]

    def check_data(self, port: int, data: PortData) -> None:
        kinds = {self.parameterization_port: self.Parameterization, self.parameterization_port + 1: self.Dynamics}
        if port not in kinds or not isinstance(data, kinds[port]):
            wanted = {number: kind.__qualname__ for number, kind in kinds.items()}
            raise TopologyError(f"a plasticity rule takes data at its ports as in {wanted}, no {type(data).__qualname__} at port {port}")

    def check_runtimes(self, runtimes: TimeDomainRuntimes) -> None:
        if not isinstance(runtimes, ClockCycleTimeDomainRuntimes):
            raise TopologyError(f"plasticity rules run for ClockCycleTimeDomainRuntimes, not for {type(runtimes).__name__}")

    def __eq__(self, other: object) -> bool:
        return self is other or vars(self) == vars(other) if isinstance(other, PlasticityRule) else NotImplemented

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"PlasticityRule({len(self._projections)} projections, {len(self._populations)} populations, {self.id!r})"


class OnlyRecordingPlasticityRuleGenerator:
    """Makes rules that record and change nothing."""

    Observable = NetworkGenerator.Observable

    def __init__(self, observables: set[NetworkGenerator.Observable]) -> None:
        self._observables = observables

    def generate(self) -> tuple[TimedRecording, PlasticityRule.Parameterization]:
        """What is recorded, and the kernel that does it."""
        rule = NetworkGenerator(self._observables).generate()
        assert isinstance(rule.recording, TimedRecording)
        return rule.recording, PlasticityRule.Parameterization(rule.kernel)
