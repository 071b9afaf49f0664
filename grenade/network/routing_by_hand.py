"""Routings that users put together themselves: mappings by coordinates and descriptors. (facts: clients/grenade 2.14)"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grenade.errors import NetworkError
from grenade.network.descriptors import PopulationOnExecutionInstance
from grenade.network.network import Network
from grenade.network.routing_result import DRIVERS, NEURONS, ROWS, PlacedSynapses, RoutingResult

__all__ = ["settled"]

_Routing = RoutingResult.ExecutionInstance


def settled(routing: _Routing, network: Network.ExecutionInstance) -> _Routing:
    """A routing as the rest of the graph reads it. NetworkError if it places what the network does not have, or not all it has."""
    if routing.connections is None:
        return routing
    return _Routing(
        synapses=_synapses(routing.connections, network),
        external_labels={_number(key): [list(labels) for labels in given] for key, given in routing.external_spike_labels.items()},
        background_labels={_number(key): dict(given) for key, given in routing.background_spike_source_labels.items()},
        neuron_addresses=_addresses(routing.internal_neuron_labels, network),
        driver_compare_masks=_by_number(routing.synapse_driver_compare_masks, DRIVERS, -1, np.int16),
        row_modes=_by_number({row: mode.value for row, mode in routing.synapse_row_modes.items()}, ROWS, 0, np.uint8),
        crossbar_nodes=dict(routing.crossbar_nodes),
    )


def _number(descriptor: Any) -> PopulationOnExecutionInstance:
    return PopulationOnExecutionInstance(int(descriptor))


def _by_number(given: Mapping[Any, Any], size: int, unused: int, kind: type[Any]) -> NDArray[Any]:
    """Values by the enumeration of their coordinates."""
    found = np.full(size, unused, kind)
    for coordinate, value in given.items():
        found[int(coordinate.toEnum())] = int(value)
    return found


def _synapses(connections: Mapping[Any, Any], network: Network.ExecutionInstance) -> PlacedSynapses:
    """Hardware synapses of all connections, in order."""
    placed = {int(descriptor): given for descriptor, given in connections.items()}
    rows = list(_rows(placed, network))
    return PlacedSynapses(*np.array(rows, np.int64).reshape(-1, 7).T)


def _rows(placed: Mapping[int, Any], network: Network.ExecutionInstance) -> Iterator[tuple[int, ...]]:
    first = network.connections.first
    for number, projection in enumerate(network.projections.values()):
        given = placed.get(number, [])
        if len(given) != len(projection.table):
            raise NetworkError(
                f"the routing places {len(given)} connections of projection {number}, which has {len(projection.table)}", projection=number
            )
        for connection, synapses in enumerate(given):
            for one in synapses:
                row, column = int(one.synapse_row.toEnum()), int(one.synapse_on_row)
                yield number, int(first[number]) + connection, connection, row, column, int(one.weight), int(one.label)


def _addresses(given: Mapping[Any, Any], network: Network.ExecutionInstance) -> NDArray[np.int16]:
    """Addresses of backends by circuit."""
    found = np.full(NEURONS, -1, np.int16)
    for descriptor, neurons in given.items():
        layout = network.layouts.get(int(descriptor))
        if layout is None or layout.neurons != len(neurons):
            raise NetworkError(f"the routing has labels of {len(neurons)} neurons of population {int(descriptor)}, which has others")
        flat = [label for neuron in neurons for _, labels in sorted(neuron.items()) for label in labels]
        if len(flat) != len(layout.circuit):
            raise NetworkError(f"the routing has {len(flat)} labels of {len(layout.circuit)} circuits of population {int(descriptor)}")
        found[layout.circuit] = [-1 if label is None else int(label) for label in flat]
    return found
