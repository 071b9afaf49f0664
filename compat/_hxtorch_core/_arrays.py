"""Weights as connections, spikes as lists and arrays. (facts: clients/hxtorch_jaxsnn 2.1)"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from grenade.common import Time
from grenade.errors import NetworkError
from grenade.network import NetworkGraph, PopulationOnNetwork
from grenade.network.populations import Population
from grenade.network.projections import ConnectionList
from grenade.network.spike_times import SpikeTimes
from grenade.observables import Spikes, spikes
from grenade.signal_flow import OutputData

Found = tuple[NDArray[np.int32], NDArray[np.float32]]


def weight_to_connection(weight: ArrayLike, connections: Sequence[Sequence[int]] | None = None) -> ConnectionList:
    """Connections with the absolute values of weights, which are cut to integers.

    weight         [post, pre]: every entry is a connection, row by row; with `connections` one weight for each of them
    connections    [post of each, pre of each]
    """
    given = np.asarray(weight)
    if not np.isfinite(given).all():
        raise NetworkError(f"weights are numbers, not {given[~np.isfinite(given)][0]}")
    weights = given.astype(np.int64)
    if connections is None:
        if weights.ndim != 2:
            raise NetworkError(f"weights are a matrix [post, pre], not an array of {weights.ndim} dimensions")
        post, pre = np.indices(weights.shape)
        return ConnectionList.of_weights(weights.ravel(), pre.ravel(), post.ravel())
    if weights.ndim != 1:
        raise NetworkError(f"Only 1D weight tensors are supported. (weights of listed connections, not {weights.ndim} dimensions)")
    if len(connections) != 2:
        raise NetworkError(f"Only 2D connection lists are supported. ([post of each, pre of each], not {len(connections)} lists)")
    if not len(weights) == len(connections[0]) == len(connections[1]):
        sizes = f"{len(weights)} weights, {len(connections[0])} targets, {len(connections[1])} sources"
        raise NetworkError(f"Number of weights does not match number of connections. ({sizes})")
    return ConnectionList.of_weights(weights, np.asarray(connections[1], np.int64), np.asarray(connections[0], np.int64))


def dense_spikes_to_list(spikes: tuple[ArrayLike, ArrayLike], input_size: int) -> SpikeTimes:
    """Spikes of each batch entry by neuron: `result[entry][neuron]` is a list of times, in the order and unit in which they come.

    spikes    neurons and times, [entry, spike] both; neurons outside of 0 .. input_size - 1 fill places up and are left out
    """
    neuron, time = np.asarray(spikes[0]).astype(np.int64), np.asarray(spikes[1], np.float32)
    if neuron.ndim != 2 or neuron.shape != time.shape:
        raise NetworkError(f"neurons and times of spikes are arrays [entry, spike] of equal shape, not {neuron.shape} and {time.shape}")
    entry, place = np.nonzero((neuron >= 0) & (neuron < input_size))
    return SpikeTimes(entry, neuron[entry, place], time[entry, place], (len(neuron), input_size))


@overload
def extract_n_spikes(data: Spikes, network_graph: int, runtime: int, n_spikes: None = ...) -> Found: ...
@overload
def extract_n_spikes(
    data: OutputData, network_graph: NetworkGraph, runtime: int, n_spikes: Mapping[PopulationOnNetwork, int]
) -> dict[PopulationOnNetwork, Found]: ...
def extract_n_spikes(data: Any, network_graph: Any, runtime: int, n_spikes: Any = None) -> Any:
    """Neurons and times of the first spikes, [batch entry, spike] both; what is left over is -1 and infinity.

    (data, network_graph, runtime, n_spikes)    for every population on the chip: its neurons one after the other, times in FPGA cycles
                                                up to the runtime
    (spikes, n_events, max_spikes)              of one population, the earliest `max_spikes` in a place for `n_events`, times in us
    """
    if isinstance(data, Spikes):
        return _earliest(data, network_graph, runtime)
    found = spikes(data, network_graph)
    return {
        one: found.get(one, _silent(data.batch_size(), len(population.neurons))).first(n_spikes.get(one, 0), runtime)
        for instance, network in network_graph.network.execution_instances.items()
        for number, population in network.populations.items()
        if isinstance(population, Population)
        for one in [PopulationOnNetwork(number, instance)]
    }


def _silent(batch_size: int, population_size: int) -> Spikes:
    return Spikes.of([], batch_size, population_size)


def _earliest(data: Spikes, events: int, most: int) -> Found:
    neurons, times = data.first(min(events, most), by_time=True)
    rest = ((0, 0), (0, events - neurons.shape[1]))
    times = times / np.float32(int(Time.fpga_clock_cycles_per_us))
    return np.pad(neurons, rest, constant_values=-1), np.pad(times, rest, constant_values=np.inf)
