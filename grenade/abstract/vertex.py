"""Vertices of topologies, their ports, and the edges between them. (facts: clients/grenade 2.12)"""

from __future__ import annotations

import copy
import enum
from dataclasses import dataclass
from types import UnionType
from typing import Any, NamedTuple, Self, get_args

from grenade.abstract.data import PortData, TimeDomainRuntimes
from grenade.abstract.errors import TopologyError
from grenade.abstract.identifiers import TimeDomainOnTopology
from grenade.abstract.sequences import CuboidMultiIndexSequence, MultiIndexSequence
from halco.value import shown

ONE = CuboidMultiIndexSequence([1])
"""The channel of ports that take or give data."""


class PortType(enum.Enum):
    """What passes a port. Data does not come from other vertices, but from the user; results go to the user."""

    spike = enum.auto()
    synaptic_input = enum.auto()
    analog_observable = enum.auto()
    synapse_observable = enum.auto()
    madc_samples = enum.auto()
    cadc_samples = enum.auto()
    data = enum.auto()
    results = enum.auto()


class Port(NamedTuple):
    """Channels of one kind of a vertex. Those that are not `shared` belong to one edge each."""

    type: PortType
    channels: MultiIndexSequence
    shared: bool = False

    def get_channels(self) -> MultiIndexSequence:
        """All channels."""
        return self.channels

    def get_type(self) -> PortType:
        """What passes."""
        return self.type


class Vertex:
    """Base of vertices. A topology keeps copies, and nobody changes what it keeps."""

    time_domain: TimeDomainOnTopology | None = None

    def get_input_ports(self) -> list[Port]:
        """Ports that edges lead to and that take data, in the order of their numbers."""
        raise NotImplementedError

    def get_output_ports(self) -> list[Port]:
        """Ports that edges start from and that give results, in the order of their numbers."""
        raise NotImplementedError

    def get_time_domain(self) -> TimeDomainOnTopology | None:
        """The time domain it belongs to."""
        return self.time_domain

    def check_data(self, port: int, data: PortData) -> None:
        """Raises TopologyError if the data is not for this port."""
        raise TopologyError(f"port {port} of a {type(self).__name__} takes no data", port=port)

    def valid_input_port_data(self, input_port_on_vertex: int, data: PortData) -> bool:
        """Whether the data is for this port."""
        try:
            self.check_data(input_port_on_vertex, data)
        except TopologyError:
            return False
        return True

    def check_runtimes(self, runtimes: TimeDomainRuntimes) -> None:
        """Raises TopologyError if the vertex cannot run that way."""

    def copy(self) -> Self:
        """A vertex of its own that is equal."""
        return copy.copy(self)


@dataclass(eq=False)
class Edge:
    """Channels of a port of one vertex that lead to as many channels of a port of another, one to one."""

    channels_on_source: MultiIndexSequence
    channels_on_target: MultiIndexSequence
    port_on_source: int = 0
    port_on_target: int = 0

    def __post_init__(self) -> None:
        for name in ("channels_on_source", "channels_on_target"):
            if not isinstance(getattr(self, name), MultiIndexSequence):
                raise TypeError(f"Edge.{name}: a MultiIndexSequence is needed, not {shown(getattr(self, name))}")
        if self.channels_on_source.size() != self.channels_on_target.size():
            sizes = self.channels_on_source.size(), self.channels_on_target.size()
            raise TopologyError("an edge has as many channels on its target as on its source, not {} on the source and {}".format(*sizes))

    def get_channels_on_source(self) -> MultiIndexSequence:
        """Where it starts."""
        return self.channels_on_source

    def get_channels_on_target(self) -> MultiIndexSequence:
        """Where it leads."""
        return self.channels_on_target

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Edge):
            return NotImplemented
        return self is other or vars(self) == vars(other)

    __hash__ = None  # type: ignore[assignment]


def check_edge(source: Vertex, target: Vertex, edge: Edge) -> None:
    """Raises TopologyError if an edge does not fit the ports of the vertices it connects."""
    start = _port(source, source.get_output_ports(), edge.port_on_source, "output")
    end = _port(target, target.get_input_ports(), edge.port_on_target, "input")
    if start.type is not end.type:
        gives = f"{_place(source, edge.port_on_source)} gives {start.type.name}"
        raise TopologyError(f"{gives}, {_place(target, edge.port_on_target)} takes {end.type.name}")
    _check_channels(source, edge.port_on_source, start, edge.channels_on_source)
    _check_channels(target, edge.port_on_target, end, edge.channels_on_target)
    domains = source.get_time_domain(), target.get_time_domain()
    if start.type is not PortType.spike and domains[0] != domains[1]:
        raise TopologyError(f"only spikes pass between time domains, not {start.type.name} from {domains[0]!r} to {domains[1]!r}")


def _place(vertex: Vertex, port: int) -> str:
    return f"port {port} of the {type(vertex).__name__}"


def _port(vertex: Vertex, ports: list[Port], number: int, kind: str) -> Port:
    if not 0 <= number < len(ports):
        raise TopologyError(f"the {type(vertex).__name__} has {len(ports)} {kind} ports, there is no port {number}", port=number)
    return ports[number]


def _check_channels(vertex: Vertex, number: int, port: Port, channels: MultiIndexSequence) -> None:
    if port.channels.units != channels.units:
        expected, given = list(port.channels.units), list(channels.units)
        raise TopologyError(f"channels of {_place(vertex, number)} have the units {expected}, not {given}", port=number)
    missing = port.channels.places(channels) < 0
    if missing.any():
        raise TopologyError(f"{_place(vertex, number)} has no channel {tuple(channels.rows[missing][0].tolist())}", port=number)


def checked(kind: type[Any] | UnionType, value: Any, name: str) -> Any:
    """The value; TypeError if it is of another kind."""
    if not isinstance(value, kind):
        raise TypeError(f"{name}: a {' or '.join(one.__qualname__ for one in get_args(kind) or (kind,))} is needed, not {shown(value)}")
    return value
