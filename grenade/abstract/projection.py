"""Projections: synapses of one type between cells, and which input reaches which output over which synapse."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from grenade.abstract.data import Parameterization, PortData, TimeDomainRuntimes
from grenade.abstract.errors import TopologyError
from grenade.abstract.identifiers import TimeDomainOnTopology
from grenade.abstract.population import CellParameterSpace
from grenade.abstract.runtimes import ClockCycleTimeDomainRuntimes
from grenade.abstract.sequences import CuboidMultiIndexSequence, MultiIndexSequence
from grenade.abstract.vertex import Port, PortType, Vertex, checked
from halco.value import BaseType

INPUT_PORT, PARAMETERIZATION_PORT = 0, 1
"""Numbers of the input ports of projections."""

OUTPUT_PORT, OBSERVABLE_PORT = 0, 1
"""Numbers of the output ports of projections."""

Weights = NDArray[np.int64]


class Synapse:
    """Base of types of synapses."""

    ParameterSpace: ClassVar[type[CellParameterSpace]] = CellParameterSpace


class UncalibratedSynapse(Synapse):
    """Synapses with weights in steps of the chip's; above 63 a connection gets several."""

    class Weight(BaseType, maximum=(1 << 63) - 1):
        """In steps of one synapse's weight."""

    class ParameterSpace(CellParameterSpace):
        """Largest weight that each synapse may take."""

        class Parameterization(Parameterization):
            """Weight of each synapse."""

            def __init__(self, weights: Iterable[Any]) -> None:
                self.weights = _weights(weights)

            def size(self) -> int:
                """Number of synapses."""
                return len(self.weights)

            def __eq__(self, other: object) -> bool:
                return np.array_equal(self.weights, other.weights) if isinstance(other, type(self)) else NotImplemented

            __hash__ = None  # type: ignore[assignment]

        def __init__(self, max_weights: Iterable[Any]) -> None:
            self.max_weights = _weights(max_weights)

        def size(self) -> int:
            """Number of synapses."""
            return len(self.max_weights)

        def __eq__(self, other: object) -> bool:
            return np.array_equal(self.max_weights, other.max_weights) if isinstance(other, type(self)) else NotImplemented

        __hash__ = None  # type: ignore[assignment]

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other)

    __hash__ = None  # type: ignore[assignment]


def _weights(weights: Iterable[Any]) -> Weights:
    found = np.array([int(one) for one in weights], np.int64)
    if (found < 0).any():
        raise TopologyError(f"weights are 0 or more, not {found.min()}; inhibition is a matter of the receptor")
    return found


class Connector:
    """Base of what says which input reaches which output."""


class StaticConnector(Connector):
    """Base of connectors that do not depend on anything."""


class SequenceConnector(StaticConnector):
    """Connections listed one by one: inputs, outputs, and for each synapse the input followed by the output."""

    def __init__(
        self, input_sequence: MultiIndexSequence, output_sequence: MultiIndexSequence, connection_sequence: MultiIndexSequence
    ) -> None:
        self._input: MultiIndexSequence = checked(MultiIndexSequence, input_sequence, "SequenceConnector.input_sequence")
        self._output: MultiIndexSequence = checked(MultiIndexSequence, output_sequence, "SequenceConnector.output_sequence")
        self._connections: MultiIndexSequence = checked(MultiIndexSequence, connection_sequence, "SequenceConnector.connection_sequence")
        if self._connections.units != self._input.units + self._output.units:
            raise TopologyError("a connection has the dimensions of an input followed by those of an output, with the same units")
        for name, part, whole in zip(("input", "output"), self.ends(), (self._input, self._output), strict=True):
            missing = whole.places(part) < 0
            if missing.any():
                raise TopologyError(f"a connection has the {name} {tuple(part.rows[missing][0].tolist())}, which is none of the {name}s")

    def ends(self) -> tuple[MultiIndexSequence, MultiIndexSequence]:
        """Input and output of each synapse."""
        split = self._input.dimensionality()
        rows, units = self._connections.rows, self._connections.units
        return MultiIndexSequence.of(rows[:, :split], units[:split]), MultiIndexSequence.of(rows[:, split:], units[split:])

    def get_input_sequence(self) -> MultiIndexSequence:
        """All inputs."""
        return self._input

    def get_output_sequence(self) -> MultiIndexSequence:
        """All outputs."""
        return self._output

    def get_synapse_connections(self, sequence: MultiIndexSequence | None = None) -> MultiIndexSequence:
        """Input and output of each synapse, of those that stand in a sequence of both."""
        return self._connections if sequence is None else self._connections.subset_restriction(sequence)

    def get_num_synapses(self, sequence: MultiIndexSequence) -> int:
        """Number of synapses between inputs and outputs that stand in a sequence of both."""
        return self.get_synapse_connections(sequence).size()

    def size(self) -> int:
        """Number of synapses."""
        return self._connections.size()

    def __eq__(self, other: object) -> bool:
        return vars(self) == vars(other) if isinstance(other, SequenceConnector) else NotImplemented

    __hash__ = None  # type: ignore[assignment]


class Projection(Vertex):
    """Synapses of one type, what is possible for each, and who they connect."""

    def __init__(
        self,
        synapse: UncalibratedSynapse,
        parameter_space: CellParameterSpace,
        connector: SequenceConnector,
        time_domain: TimeDomainOnTopology | None = None,
    ) -> None:
        self._synapse: UncalibratedSynapse = checked(UncalibratedSynapse, synapse, "Projection.synapse")
        kind = UncalibratedSynapse.ParameterSpace
        self._parameter_space: UncalibratedSynapse.ParameterSpace = checked(kind, parameter_space, "Projection.parameter_space")
        self._connector: SequenceConnector = checked(SequenceConnector, connector, "Projection.connector")
        self.time_domain = checked(TimeDomainOnTopology, time_domain, "Projection.time_domain")
        if connector.size() != parameter_space.size():
            raise TopologyError(f"{connector.size()} synapses need as many parameter spaces, not {parameter_space.size()}")

    def size(self) -> int:
        """Number of synapses."""
        return self._connector.size()

    def get_synapse(self) -> UncalibratedSynapse:
        """Type of the synapses."""
        return self._synapse

    def get_synapse_parameter_space(self) -> UncalibratedSynapse.ParameterSpace:
        """What is possible for the synapses."""
        return self._parameter_space

    def get_connector(self) -> SequenceConnector:
        """Who is connected to whom."""
        return self._connector

    def get_input_ports(self) -> list[Port]:
        """Spikes by input; weights."""
        return [Port(PortType.spike, self._connector.get_input_sequence()), Port(PortType.data, CuboidMultiIndexSequence([self.size()]))]

    def get_output_ports(self) -> list[Port]:
        """Synaptic input by output; what can be observed of each synapse."""
        synapses = CuboidMultiIndexSequence([self.size()])
        return [
            Port(PortType.synaptic_input, self._connector.get_output_sequence()),
            Port(PortType.synapse_observable, synapses, shared=True),
        ]

    def check_data(self, port: int, data: PortData) -> None:
        kind = UncalibratedSynapse.ParameterSpace.Parameterization
        if port != PARAMETERIZATION_PORT or not isinstance(data, kind):
            raise TopologyError(f"a projection takes a {kind.__qualname__} at port 1, no {type(data).__qualname__} at port {port}")
        if data.size() != self.size():
            raise TopologyError(f"{self.size()} synapses take as many weights, not {data.size()}")
        too_large = data.weights > self._parameter_space.max_weights
        if too_large.any():
            at = int(np.flatnonzero(too_large)[0])
            raise TopologyError(f"synapse {at}: the weight {data.weights[at]} is above {self._parameter_space.max_weights[at]}", synapse=at)

    def check_runtimes(self, runtimes: TimeDomainRuntimes) -> None:
        if not isinstance(runtimes, ClockCycleTimeDomainRuntimes):
            raise TopologyError(f"synapses on a chip run for ClockCycleTimeDomainRuntimes, not for {type(runtimes).__name__}")

    def __eq__(self, other: object) -> bool:
        return self is other or vars(self) == vars(other) if isinstance(other, Projection) else NotImplemented

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Projection({self.size()} synapses)"
