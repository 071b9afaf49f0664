"""Routing of networks: from connections between neurons to synapses, drivers, labels and crossbar nodes."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from time import perf_counter

import numpy as np

from grenade.errors import UnsuccessfulRouting
from grenade.network.descriptors import PopulationOnExecutionInstance
from grenade.network.layout import HEMISPHERE
from grenade.network.network import Network
from grenade.network.routing import labels
from grenade.network.routing.chunks import BUSES, NEURONS, Chunk, partition, populations, routes
from grenade.network.routing.crossbar import open_nodes
from grenade.network.routing.drivers import allocate
from grenade.network.routing.rows import ROWS_PER_HEMISPHERE, place
from grenade.network.routing.synapses import CIRCUITS, Indices, Synapses, distribute
from grenade.network.routing_result import PlacedSynapses, RoutingResult
from grenade.values import exactly
from halco import AtomicNeuronOnDLS

_Result = RoutingResult.ExecutionInstance


class GreedyRouter:
    """Finds a routing step by step, without going back over decisions but those on labels."""

    def __call__(self, network: Network) -> RoutingResult:
        """The routing of a network; UnsuccessfulRouting, a RuntimeError, if it does not fit."""
        begin = perf_counter()
        result = RoutingResult({name: _route(instance) for name, instance in exactly(Network)(network).execution_instances.items()})
        result.duration = timedelta(seconds=perf_counter() - begin)
        return result


class PortfolioRouter:
    """Several routers; the first one that succeeds gives the result."""

    def __init__(self, routers: list[GreedyRouter] | None = None) -> None:
        self.routers = [GreedyRouter()] if routers is None else list(routers)

    def __call__(self, network: Network) -> RoutingResult:
        """The routing of a network; UnsuccessfulRouting, a RuntimeError, if no router finds one."""
        failure = UnsuccessfulRouting("there is no router to try")
        for router in self.routers:
            try:
                return router(network)
            except UnsuccessfulRouting as error:
                failure = error
        raise failure


def _route(network: Network.ExecutionInstance) -> _Result:
    synapses = distribute(network)
    _check_degree(network, synapses)
    chunks = partition(network, synapses)
    every = [*chunks]
    allocations = allocate(every, partial(populations, network))
    chunk_of, label = _sources(network, synapses, every)
    rows = place(synapses, chunk_of, every, allocations)
    external, background = labels.external_labels(network, chunks, allocations), labels.background_labels(network, chunks, allocations)
    return _Result(
        synapses=_placed(network, synapses, rows.row, label),
        external_labels={PopulationOnExecutionInstance(number): given for number, given in external.items()},
        background_labels={PopulationOnExecutionInstance(number): given for number, given in background.items()},
        neuron_addresses=labels.neuron_addresses(network, chunks, allocations),
        driver_compare_masks=rows.masks,
        row_modes=rows.modes,
        crossbar_nodes=open_nodes(network, routes(network, synapses), chunks, external),
    )


def _placed(network: Network.ExecutionInstance, synapses: Synapses, row: Indices, label: Indices) -> PlacedSynapses:
    connection = synapses.entry - network.connections.first[synapses.projection]
    column = synapses.circuit % HEMISPHERE
    return PlacedSynapses(synapses.projection, synapses.entry, connection, row, column, synapses.weight, label)


def _check_degree(network: Network.ExecutionInstance, synapses: Synapses) -> None:
    degree = np.bincount(synapses.circuit, minlength=1)
    if degree.max() > ROWS_PER_HEMISPHERE:
        circuit, needed = int(degree.argmax()), int(degree.max())
        projections = tuple(np.unique(synapses.projection[synapses.circuit == circuit]).tolist())
        neuron, population = _owner(network, circuit)
        text = (
            f"neuron {neuron} of population {population} needs {needed} synapses on {AtomicNeuronOnDLS(circuit)} (one for every 63 of a "
            f"connection's weight; projections {', '.join(map(str, projections))}), its column has {ROWS_PER_HEMISPHERE}"
        )
        place = {"population": population, "neuron": neuron, "projection": projections}
        raise UnsuccessfulRouting(text, "synapse rows", needed, ROWS_PER_HEMISPHERE, **place)


def _owner(network: Network.ExecutionInstance, circuit: int) -> tuple[int, int]:
    """Neuron and population that a circuit belongs to."""
    number = int(network.owners[circuit])
    layout = network.layouts[number]
    return int(layout.neuron[layout.slot[layout.circuit == circuit][0]]), number


def _sources(network: Network.ExecutionInstance, synapses: Synapses, chunks: list[Chunk]) -> tuple[Indices, Indices]:
    """Chunk and synapse label of each synapse's source on its hemisphere."""
    bases, size = _numbering(network)
    chunk_of, label = np.full((size, 2), -1, np.int64), np.full((size, 2), -1, np.int64)
    for i, chunk in enumerate(chunks):
        for bus in chunk.drivers:
            numbers = [bases[population] + neuron for population, neuron in chunk.sources]
            chunk_of[numbers, bus // BUSES] = i
            label[numbers, bus // BUSES] = np.arange(len(numbers))
    table = np.array([bases.get(number, 0) for number in range(len(network.populations))] or [0], np.int64)
    source = table[synapses.population] + synapses.source
    return chunk_of[source, synapses.hemisphere], label[source, synapses.hemisphere]


def _numbering(network: Network.ExecutionInstance) -> tuple[dict[int, int], int]:
    """Where the numbers of the sources of each population begin (all on-chip neurons at 0), and how many numbers there are."""
    bases, size = {NEURONS: 0}, CIRCUITS
    for number, population in network.populations.items():
        if int(number) in network.layouts:
            bases[int(number)] = 0
        else:
            bases[int(number)] = size
            size += len(population.neurons)
    return bases, size
