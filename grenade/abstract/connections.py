"""Who is connected to whom by a projection, in terms of cells of populations."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Self

import numpy as np
from numpy.typing import NDArray

from grenade.abstract.identifiers import VertexOnTopology
from grenade.abstract.population import Population
from grenade.abstract.projection import INPUT_PORT, OUTPUT_PORT, Projection
from grenade.abstract.sequences import MultiIndexSequence
from grenade.abstract.topology import Topology

Numbers = NDArray[np.int64]
Attached = tuple[VertexOnTopology, MultiIndexSequence, MultiIndexSequence]
"""An edge between a projection and a population: the population, channels of the projection, channels of the population."""


@dataclass
class Ends:
    """One end of many connections: number of the population's vertex (-1: none), position of the cell in it, and where on the cell."""

    vertex: Numbers
    cell: Numbers
    compartment: Numbers
    receptor: Numbers


@dataclass
class Connections:
    """Synapses that are connected at both ends: `synapse` is their position in the projection, the rest is as long."""

    synapse: Numbers
    pre: Ends
    post: Ends

    def take(self, which: NDArray[np.bool_] | Numbers) -> Self:
        """Some of them."""
        return type(self)(self.synapse[which], _take(self.pre, which), _take(self.post, which))


def _take(ends: Ends, which: NDArray[np.bool_] | Numbers) -> Ends:
    return Ends(*(getattr(ends, field.name)[which] for field in fields(Ends)))


def connections(topology: Topology, vertex: VertexOnTopology) -> Connections:
    """The synapses of a projection, in their order."""
    projection = topology.get(vertex)
    assert isinstance(projection, Projection)
    inputs, outputs = projection.get_connector().ends()
    incoming = [(topology.get(one), topology.source(one)) for one in topology.in_edges(vertex)]
    outgoing = [(topology.get(one), topology.target(one)) for one in topology.out_edges(vertex)]
    before = [(at, edge.channels_on_target, edge.channels_on_source) for edge, at in incoming if edge.port_on_target == INPUT_PORT]
    behind = [(at, edge.channels_on_source, edge.channels_on_target) for edge, at in outgoing if edge.port_on_source == OUTPUT_PORT]
    pre, post = _ends(topology, inputs, before), _ends(topology, outputs, behind)
    both = (pre.vertex >= 0) & (post.vertex >= 0)
    found = Connections(np.arange(len(both)), pre, post)
    return found if both.all() else found.take(both)


def _ends(topology: Topology, wanted: MultiIndexSequence, edges: Iterable[Attached]) -> Ends:
    """What one end of synapses is connected to."""
    found = Ends(np.full(wanted.size(), -1), *(np.zeros(wanted.size(), np.int64) for _ in range(3)))
    for at, own, others in edges:
        places = own.places(wanted)
        hit = places >= 0
        cells, rest = cells_of(topology, at, others)
        found.vertex[hit] = int(at)
        found.cell[hit] = cells[places[hit]]
        found.compartment[hit] = rest[places[hit], 0]
        if rest.shape[1] > 1:
            found.receptor[hit] = rest[places[hit], 1]
    return found


def cells_of(topology: Topology, vertex: VertexOnTopology, channels: MultiIndexSequence) -> tuple[Numbers, Numbers]:
    """Position of the cell of each channel of a population, and the remaining dimensions of the channels."""
    population = topology.get(vertex)
    assert isinstance(population, Population)
    shape = population.get_shape()
    split = shape.dimensionality()
    cells = shape.places(MultiIndexSequence.of(channels.rows[:, :split], shape.units))
    return cells, channels.rows[:, split:]
