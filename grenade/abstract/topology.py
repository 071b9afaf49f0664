"""Topologies: what an experiment consists of, as vertices with data flow between them."""

from __future__ import annotations

import copy
from typing import Any, Self, overload

from grenade.abstract.errors import MissingError, TopologyError
from grenade.abstract.identifiers import EdgeOnTopology, VertexOnTopology
from grenade.abstract.sequences import MultiIndexSequence
from grenade.abstract.vertex import Edge, Vertex, check_edge, checked


class Topology:
    """A graph of vertices and edges; edges that do not fit their vertices are refused. `Topology(other)` copies."""

    def __init__(self, other: Topology | None = None) -> None:
        if other is not None:
            self._take(other)
            return
        self._vertices: dict[VertexOnTopology, Vertex] = {}
        self._edges: dict[EdgeOnTopology, tuple[VertexOnTopology, VertexOnTopology, Edge]] = {}
        self._in: dict[VertexOnTopology, tuple[EdgeOnTopology, ...]] = {}
        self._out: dict[VertexOnTopology, tuple[EdgeOnTopology, ...]] = {}
        self._next_vertex = self._next_edge = 0
        self._state: object = object()  # the same in copies until one of them changes

    def _take(self, other: Topology) -> None:
        vars(self).update({name: dict(value) if isinstance(value, dict) else value for name, value in vars(other).items()})

    # ------------------------------------------------------------------------------------------------------------------------ vertices
    def add_vertex(self, vertex: Vertex) -> VertexOnTopology:
        """Adds a copy of a vertex."""
        descriptor = VertexOnTopology(self._next_vertex)
        self._vertices[descriptor] = checked(Vertex, vertex, "Topology.add_vertex").copy()
        self._in[descriptor] = self._out[descriptor] = ()
        self._next_vertex += 1
        self._state = object()
        return descriptor

    def contains(self, descriptor: VertexOnTopology | EdgeOnTopology) -> bool:
        """Whether there is such a vertex or edge."""
        return descriptor in self._edges if isinstance(descriptor, EdgeOnTopology) else descriptor in self._vertices

    @overload
    def get(self, descriptor: VertexOnTopology) -> Vertex: ...
    @overload
    def get(self, descriptor: EdgeOnTopology) -> Edge: ...
    def get(self, descriptor: Any) -> Any:
        """A vertex or an edge, which must not be changed; `set` replaces it. Raises MissingError if it is not there."""
        self._check(descriptor)
        return self._edges[descriptor][2] if isinstance(descriptor, EdgeOnTopology) else self._vertices[descriptor]

    def set(self, descriptor: VertexOnTopology | EdgeOnTopology, value: Vertex | Edge) -> None:
        """Replaces a vertex or an edge. Raises TopologyError if edges do not fit, MissingError if it is not there."""
        self._check(descriptor)
        if isinstance(descriptor, EdgeOnTopology):
            source, target, _ = self._edges[descriptor]
            edge: Edge = checked(Edge, value, "Topology.set")
            self._check_edge(source, target, edge, descriptor)
            self._edges[descriptor] = (source, target, edge)
        else:
            vertex = checked(Vertex, value, "Topology.set").copy()
            for one in self._in[descriptor]:
                check_edge(self._vertices[self.source(one)], vertex, self.get(one))
            for one in self._out[descriptor]:
                check_edge(vertex, self._vertices[self.target(one)], self.get(one))
            self._vertices[descriptor] = vertex
        self._state = object()

    def clear_vertex(self, descriptor: VertexOnTopology) -> None:
        """Removes all edges of a vertex."""
        self._check(descriptor)
        for edge in {*self._in[descriptor], *self._out[descriptor]}:
            self.remove_edge(edge)

    def remove_vertex(self, descriptor: VertexOnTopology) -> None:
        """Removes a vertex. Raises TopologyError if it has edges."""
        self._check(descriptor)
        if self._in[descriptor] or self._out[descriptor]:
            raise TopologyError(f"{descriptor!r} has edges; clear_vertex removes them", vertex=descriptor)
        for mapping in (self._vertices, self._in, self._out):
            del mapping[descriptor]
        self._state = object()

    def vertices(self) -> list[VertexOnTopology]:
        """All vertices in order of addition."""
        return list(self._vertices)

    # --------------------------------------------------------------------------------------------------------------------------- edges
    def add_edge(self, source: VertexOnTopology, target: VertexOnTopology, edge: Edge) -> EdgeOnTopology:
        """Connects two vertices. Raises TopologyError if the edge does not fit them, MissingError if they are not there."""
        self._check(source)
        self._check(target)
        self._check_edge(source, target, checked(Edge, edge, "Topology.add_edge"), None)
        descriptor = EdgeOnTopology(self._next_edge)
        self._edges[descriptor] = (source, target, edge)
        self._out[source] += (descriptor,)
        self._in[target] += (descriptor,)
        self._next_edge += 1
        self._state = object()
        return descriptor

    def _check_edge(self, source: VertexOnTopology, target: VertexOnTopology, edge: Edge, known: EdgeOnTopology | None) -> None:
        start, end = self._vertices[source], self._vertices[target]
        check_edge(start, end, edge)
        if not end.get_input_ports()[edge.port_on_target].shared:
            others = [self._edges[one][2] for one in self._in[target] if one != known]
            taken = [one.channels_on_target for one in others if one.port_on_target == edge.port_on_target]
            _check_free(taken, edge.channels_on_target, f"port {edge.port_on_target} of {target!r}")
        if not start.get_output_ports()[edge.port_on_source].shared:
            others = [self._edges[one][2] for one in self._out[source] if one != known]
            taken = [one.channels_on_source for one in others if one.port_on_source == edge.port_on_source]
            _check_free(taken, edge.channels_on_source, f"port {edge.port_on_source} of {source!r}")

    def remove_edge(self, descriptor: EdgeOnTopology) -> None:
        """Removes an edge."""
        self._check(descriptor)
        source, target, _ = self._edges.pop(descriptor)
        self._out[source] = tuple(one for one in self._out[source] if one != descriptor)
        self._in[target] = tuple(one for one in self._in[target] if one != descriptor)
        self._state = object()

    def edges(self) -> list[EdgeOnTopology]:
        """All edges in order of addition."""
        return list(self._edges)

    def in_edges(self, descriptor: VertexOnTopology) -> list[EdgeOnTopology]:
        """Edges that lead to a vertex, in order of addition."""
        self._check(descriptor)
        return list(self._in[descriptor])

    def out_edges(self, descriptor: VertexOnTopology) -> list[EdgeOnTopology]:
        """Edges that start at a vertex, in order of addition."""
        self._check(descriptor)
        return list(self._out[descriptor])

    def source(self, descriptor: EdgeOnTopology) -> VertexOnTopology:
        """Where an edge starts."""
        self._check(descriptor)
        return self._edges[descriptor][0]

    def target(self, descriptor: EdgeOnTopology) -> VertexOnTopology:
        """Where an edge leads."""
        self._check(descriptor)
        return self._edges[descriptor][1]

    def num_vertices(self) -> int:
        """Number of vertices."""
        return len(self._vertices)

    def num_edges(self) -> int:
        """Number of edges."""
        return len(self._edges)

    def _check(self, descriptor: Any) -> None:
        if not self.contains(descriptor):
            raise MissingError(f"the topology has no {descriptor!r}")

    # --------------------------------------------------------------------------------------------------------------------------- whole
    def copy(self) -> Self:
        """A topology of its own that is equal."""
        return copy.copy(self)

    def __copy__(self) -> Self:
        made = type(self).__new__(type(self))
        made._take(self)
        return made

    def __deepcopy__(self, memo: Any) -> Self:
        return self.__copy__()

    def __eq__(self, other: object) -> bool:
        """Equal topologies have equal vertices of the same numbers, and between each two of them equal edges in the same order."""
        if not isinstance(other, Topology):
            return NotImplemented
        return self._state is other._state or (self._vertices == other._vertices and self._connections() == other._connections())

    def _connections(self) -> dict[tuple[VertexOnTopology, VertexOnTopology], list[Edge]]:
        found: dict[tuple[VertexOnTopology, VertexOnTopology], list[Edge]] = {}
        for source, target, edge in self._edges.values():
            found.setdefault((source, target), []).append(edge)
        return found

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        lines = [f"{number}: {type(vertex).__name__}" for number, vertex in self._vertices.items()]
        lines += [f"{int(source)} -> {int(target)}" for source, target, _ in self._edges.values()]
        return f"Topology({len(self._vertices)} vertices, {len(self._edges)} edges: {'; '.join(lines)})"


def _check_free(taken: list[MultiIndexSequence], channels: MultiIndexSequence, place: str) -> None:
    """Raises TopologyError if a channel has an edge already."""
    for other in taken:
        both = other.places(channels) >= 0
        if both.any():
            raise TopologyError(f"channel {tuple(channels.rows[both][0].tolist())} of {place} has an edge already")
