"""The network of one execution instance, and who is who in it and in the topology."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from grenade.abstract.identifiers import VertexOnTopology
from grenade.abstract.partition import Section
from grenade.errors import NetworkError, UnsuccessfulRouting
from grenade.network import AtomicNeuronOnExecutionInstance, Network, RoutingResult
from grenade.network.descriptors import PopulationOnExecutionInstance, ProjectionOnNetwork
from halco import CompartmentOnLogicalNeuron, LogicalNeuronOnDLS


class Router(Protocol):
    """What finds synapses, drivers and labels for a network."""

    def __call__(self, network: Network) -> RoutingResult: ...


@dataclass
class PlacedProjection:
    """Synapses (positions in the projection of a vertex) that form one projection of the network."""

    vertex: VertexOnTopology
    synapses: NDArray[np.int64]
    descriptor: ProjectionOnNetwork


@dataclass
class Channel:
    """A channel of a recorder, and the circuit or compartment of the network that it records."""

    recorder: VertexOnTopology
    channel: int
    population: int
    neuron: int
    compartment: int
    circuit: int = 0

    @property
    def place(self) -> AtomicNeuronOnExecutionInstance:
        """The circuit."""
        population, compartment = PopulationOnExecutionInstance(self.population), CompartmentOnLogicalNeuron(self.compartment)
        return AtomicNeuronOnExecutionInstance(population, self.neuron, compartment, self.circuit)


@dataclass
class PlacedRule:
    """A rule, and numbers (of the network) of each of its projections and populations (of the topology)."""

    vertex: VertexOnTopology
    projections: list[list[PlacedProjection]]
    populations: list[list[tuple[Section, int]]]


@dataclass
class InstanceNetwork:
    """A network and its translation. Populations: by number in the network, the section of which they are; `sent` are those that the
    host plays for sections of other instances or of external sources; `whole` if they have the numbers of the topology's populations.
    `counted` are vertices of the topology's projections."""

    network: Network = field(default_factory=Network)
    sections: list[Section] = field(default_factory=list)
    places: dict[int, list[LogicalNeuronOnDLS]] = field(default_factory=dict)
    sent: list[int] = field(default_factory=list)
    projections: list[PlacedProjection] = field(default_factory=list)
    spikes: list[Channel] = field(default_factory=list)
    madc: list[Channel] = field(default_factory=list)
    cadc: list[Channel] = field(default_factory=list)
    pads: list[Channel] = field(default_factory=list)
    rules: list[PlacedRule] = field(default_factory=list)
    whole: bool = True
    counted: list[VertexOnTopology] = field(default_factory=list)

    @contextmanager
    def named(self) -> Iterator[None]:
        """Refusals know populations and projections by their numbers in the network. Where the topology counts others, its vertices are
        told as well."""
        try:
            yield
        except (NetworkError, UnsuccessfulRouting) as error:
            told = "; ".join(self._told(error.place))
            if told:
                error.args = (f"{error} ({told})",)
            raise

    def _told(self, place: dict[str, Any]) -> Iterator[str]:
        """What the numbers that a refusal carries are in the topology."""
        for number in () if self.whole else _numbers(place, "population"):
            section = self.sections[number]
            yield f"population {number} is cells {section.first} to {section.stop - 1} of vertex {int(section.vertex)}"
        for number in _numbers(place, "projection"):
            if not self.whole or [one.vertex for one in self.projections[: number + 1]] != self.counted[: number + 1]:
                yield f"projection {number} is of vertex {int(self.projections[number].vertex)}"


def _numbers(place: dict[str, Any], kind: str) -> tuple[int, ...]:
    found = place.get(kind, ())
    return found if isinstance(found, tuple) else (found,)
