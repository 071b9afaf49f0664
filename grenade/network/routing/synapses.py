"""Hardware synapses of all connections: how many each needs, on which circuits of its target, and what drives them.

A connection gets one synapse per started 63 of its weight, at least one. They go to the circuits of the target compartment that have the
receptor, each to the one with the fewest synapses so far; first the first synapse of all connections of a projection, then the second of
those that need one, and so on. (facts: clients/grenade 3.2)
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from grenade.network.layout import HEMISPHERE
from grenade.network.network import Network
from grenade.network.populations import BackgroundSourcePopulation, Receptor
from haldls.lola import SynapseMatrix

Indices = NDArray[np.int64]
MAX_WEIGHT = int(SynapseMatrix.Weight.max)
CIRCUITS = 512


@dataclass
class Synapses:
    """Arrays with one entry per synapse, sorted by projection, connection and order in the connection.

    `projection`, `entry`: number of its projection, and of its connection among those of all projections; `source`: number of its source
    among those of its kind (an `AtomicNeuronOnDLS` for neurons, the neuron in its population for others); `population`: that of the
    source; `circuit`: `AtomicNeuronOnDLS` of the target; `inhibitory`: 0 or 1; `weight`: 0..63.
    """

    projection: Indices
    entry: Indices
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
    connections, neurons = network.connections, network.neurons
    table, projection = connections.table, connections.projection
    entry, order = _turns(needed(connections.weight), projection)
    slots = neurons.slots(connections.post[projection], table[:, 2], table[:, 3])
    circuit = np.empty(len(entry), np.int64)
    circuit[order] = _choose_all(network, projection[entry[order]], slots[entry[order]])
    number = projection[entry]
    return Synapses(
        projection=number,
        entry=entry,
        population=connections.pre[number],
        source=_senders(network)[entry],
        circuit=circuit,
        inhibitory=_inhibitory(network)[number],
        weight=split(connections.weight, entry),
    )


def split(weights: Indices, entry: Indices) -> Indices:
    """Weights of synapses: as many full ones as fit into their connection's weight, then the rest, then zeros."""
    rank = np.arange(len(entry)) - np.searchsorted(entry, entry)
    return np.minimum(np.maximum(weights[entry] - MAX_WEIGHT * rank, 0), MAX_WEIGHT)


def needed(weights: Indices) -> Indices:
    """Number of synapses for weights."""
    return np.maximum(1, -(-weights // MAX_WEIGHT))


def _turns(number: Indices, projection: Indices) -> tuple[Indices, Indices]:
    """Connection of every synapse, and the order in which synapses get circuits: projection by projection first all that need one, then
    all that need another, ..."""
    entry = np.repeat(np.arange(len(number)), number)
    turn = np.arange(len(entry)) - np.searchsorted(entry, entry)
    return entry, np.lexsort((entry, turn, projection[entry]))


def _senders(network: Network.ExecutionInstance) -> Indices:
    """Per connection the number of its source among those of its kind."""
    connections, neurons = network.connections, network.neurons
    source = connections.table[:, 0].copy()
    pre = connections.pre[connections.projection]
    internal = np.isin(pre, [*network.layouts])
    slots = neurons.slots(pre[internal], source[internal], connections.table[internal, 1])
    source[internal] = neurons.circuit[neurons.master[slots]]
    return source


def _inhibitory(network: Network.ExecutionInstance) -> Indices:
    """Per projection: 1 if its receptor is inhibitory, else 0."""
    kinds = np.array([int(receptor.type is Receptor.Type.inhibitory) for receptor in network.connections.receptors], np.int64)
    return kinds[network.connections.receptor]


def _choose_all(network: Network.ExecutionInstance, projection: Indices, slots: Indices) -> Indices:
    """Circuit for each synapse in turn. Projections that may use the same circuits and follow on each other are done at once."""
    reach = _reach(network)
    kind = reach * len(network.connections.receptors) + network.connections.receptor
    borders = np.flatnonzero(np.diff(kind[projection])) + 1
    degree, parts = np.zeros(CIRCUITS, np.int64), []
    for begin, end in itertools.pairwise([0, *borders.tolist(), len(slots)]):
        if begin < end:
            first = int(projection[begin])
            receptor = network.connections.receptors[int(network.connections.receptor[first])]
            eligible = network.neurons.has(receptor) & (reach[first] >> network.neurons.circuit // HEMISPHERE & 1 > 0)
            parts.append(_choose(network, slots[begin:end], np.flatnonzero(eligible), degree))
    return np.concatenate([np.empty(0, np.int64), *parts])


def _reach(network: Network.ExecutionInstance) -> Indices:
    """Per projection the hemispheres that its source reaches, one bit each; only background sources are not everywhere."""
    bits = [
        sum(1 << int(hemisphere) for hemisphere in population.coordinate) if isinstance(population, BackgroundSourcePopulation) else 3
        for population in network.populations.values()
    ]
    return np.array(bits, np.int64)[network.connections.pre]


def _choose(network: Network.ExecutionInstance, slots: Indices, eligible: Indices, degree: Indices) -> Indices:
    """Circuit for each synapse in turn; `degree` counts on."""
    neurons = network.neurons
    circuits = neurons.circuit[eligible]
    choices = np.bincount(neurons.slot[eligible], minlength=len(neurons.size))
    first = np.cumsum(choices) - choices
    chosen: Indices = circuits[first[slots]]
    several = np.flatnonzero(choices[slots] > 1)
    several = several[np.argsort(slots[several], kind="stable")]
    for members in np.split(several, np.flatnonzero(np.diff(slots[several])) + 1) if len(several) else []:
        slot = slots[members[0]]
        own = circuits[first[slot] : first[slot] + choices[slot]]
        chosen[members] = own[_fill(degree[own], len(members))]
    np.add.at(degree, chosen, 1)
    return chosen


def _fill(levels: Indices, number: int) -> Indices:
    """Which of several vessels a number of units goes to, each to the one that stands lowest (the first of equals)."""
    heights = levels[:, None] + np.arange(number)
    vessel = np.repeat(np.arange(len(levels)), number)
    return vessel[np.lexsort((vessel, heights.ravel()))[:number]]
