"""Hardware synapses of all connections: how many each needs, on which circuits of its target, and what drives them.

A connection gets one synapse per started 63 of its weight, at least one. They go to the circuits of the target compartment that have the
receptor, each to the one with the fewest synapses so far; first the first synapse of all connections of a projection, then the second of
those that need one, and so on. (facts: the original's greedy router)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from grenade.network.layout import Layout
from grenade.network.network import Network
from grenade.network.populations import BackgroundSourcePopulation, Population, Receptor
from grenade.network.projections import Projection
from haldls.lola import SynapseMatrix

Indices = NDArray[np.int64]
MAX_WEIGHT = int(SynapseMatrix.Weight.max)
CIRCUITS = 512
HEMISPHERE = 256
"""Circuits, and columns, of a hemisphere."""


@dataclass
class Synapses:
    """Arrays with one entry per synapse, sorted by projection, connection and order in the connection.

    `projection`, `connection`: what it belongs to; `source`: number of its source among those of its kind (an `AtomicNeuronOnDLS` for
    neurons, the neuron in its population for others); `population`: that of the source; `circuit`: `AtomicNeuronOnDLS` of the target;
    `inhibitory`: 0 or 1; `weight`: 0..63.
    """

    projection: Indices
    connection: Indices
    population: Indices
    source: Indices
    circuit: Indices
    inhibitory: Indices
    weight: Indices

    @property
    def hemisphere(self) -> Indices:
        """0 top, 1 bottom."""
        return self.circuit // HEMISPHERE


def distribute(network: Network.ExecutionInstance) -> Synapses:
    """The synapses of a network."""
    degree = np.zeros(CIRCUITS, np.int64)
    parts = [_of_projection(network, int(number), projection, degree) for number, projection in network.projections.items()]
    return Synapses(*(np.concatenate([part[i] for part in parts]) if parts else np.empty(0, np.int64) for i in range(7)))


def split(weights: Indices, connection: Indices) -> Indices:
    """Weights of synapses: as many full ones as fit into their connection's weight, then the rest, then zeros."""
    first = np.searchsorted(connection, connection)
    rank = np.arange(len(connection)) - first
    return np.clip(weights[connection] - MAX_WEIGHT * rank, 0, MAX_WEIGHT)


def needed(weights: Indices) -> Indices:
    """Number of synapses for weights."""
    return np.maximum(1, -(-weights // MAX_WEIGHT))


def _of_projection(network: Network.ExecutionInstance, number: int, projection: Projection, degree: Indices) -> tuple[Indices, ...]:
    layout = network.layouts[int(projection.population_post)]
    pre = network.populations[projection.population_pre]
    table = projection.table
    connection = _rounds(needed(table[:, 4]))
    slots = layout.slots_of(table[:, 2], table[:, 3])[connection]
    circuit = _choose(layout, slots, _eligible(layout, projection.receptor, pre), degree)
    order = np.argsort(connection, kind="stable")
    connection, circuit = connection[order], circuit[order]
    source = table[:, 0][connection]
    if isinstance(pre, Population):
        senders = network.layouts[int(projection.population_pre)]
        source = senders.circuit[senders.master[senders.slots_of(source, table[:, 1][connection])]]
    shape = len(connection)
    inhibitory = int(projection.receptor.type is Receptor.Type.inhibitory)
    constants = (np.full(shape, number), np.full(shape, int(projection.population_pre)), np.full(shape, inhibitory))
    return constants[0], connection, constants[1], source, circuit, constants[2], split(table[:, 4], connection)


def _rounds(number: Indices) -> Indices:
    """Connections in the order in which they get synapses: all that need one, then all that need another, ..."""
    return np.concatenate([np.flatnonzero(number > turn) for turn in range(int(number.max(initial=1)))])


def _eligible(layout: Layout, receptor: Receptor, pre: object) -> Indices:
    """Positions of circuits that can take synapses of a source."""
    fitting = layout.has(receptor)
    if isinstance(pre, BackgroundSourcePopulation):
        fitting = fitting & np.isin(layout.circuit // HEMISPHERE, [*map(int, pre.coordinate)])
    return np.flatnonzero(fitting)


def _choose(layout: Layout, slots: Indices, eligible: Indices, degree: Indices) -> Indices:
    """Circuit for each synapse in turn; `degree` counts on."""
    circuits = layout.circuit[eligible]
    choices = np.bincount(layout.slot[eligible], minlength=len(layout.size))
    first = np.cumsum(choices) - choices
    chosen: Indices = circuits[first[slots]]
    for slot in np.unique(slots[choices[slots] > 1]).tolist():
        members = np.flatnonzero(slots == slot)
        own = circuits[first[slot] : first[slot] + choices[slot]]
        chosen[members] = own[_fill(degree[own], len(members))]
    np.add.at(degree, chosen, 1)
    return chosen


def _fill(levels: Indices, number: int) -> Indices:
    """Which of several vessels a number of units goes to, each to the one that stands lowest (the first of equals)."""
    heights = levels[:, None] + np.arange(number)
    vessel = np.repeat(np.arange(len(levels)), number)
    return vessel[np.lexsort((vessel, heights.ravel()))[:number]]


def by_projection(synapses: Synapses) -> Iterator[tuple[int, slice]]:
    """Number and range of synapses of each projection that has some."""
    numbers, first = np.unique(synapses.projection, return_index=True)
    ends = [*first[1:].tolist(), len(synapses.projection)]
    for number, begin, end in zip(numbers.tolist(), first.tolist(), ends, strict=True):
        yield number, slice(begin, end)
