"""Output of a run in terms of the network: who spiked when, which neuron's voltage was what. (facts: clients/grenade 3.8)"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from grenade.common import ExecutionInstanceID, Time
from grenade.network.graph import NetworkGraph, SpikeTranslation
from grenade.network.recordings import AtomicNeuronOnExecutionInstance
from grenade.signal_flow import ExecutionInstanceOutput, OutputDataSnippet, SpikesFromChip
from grenade.values import exactly

__all__ = ["Samples", "extract_cadc_samples", "extract_madc_samples", "extract_neuron_spikes"]

PER_US = int(Time.fpga_clock_cycles_per_us)


def milliseconds(cycles: NDArray[np.int64]) -> NDArray[np.float64]:
    """FPGA cycles as milliseconds; like the original's, exact for single precision of the cycles only."""
    return cycles.astype(np.float32).astype(np.float64) / 1000.0 / PER_US


# -------------------------------------------------------------------------------------------------------------------------- spikes
class Trains(dict[tuple[int, int, int], NDArray[np.float64]]):
    """Times of spikes by (population, neuron, compartment). To look one up gives a copy: quantities made of it share its memory, and
    PyNN.brainscales2 shifts these in place by the begin of the snippet, each time that somebody asks for them."""

    def __getitem__(self, neuron: tuple[int, int, int]) -> NDArray[np.float64]:
        return super().__getitem__(neuron).copy()


def extract_neuron_spikes(data: OutputDataSnippet, network_graph: NetworkGraph) -> list[dict[tuple[int, int, int], NDArray[np.float64]]]:
    """Times of spikes [ms] for each batch entry, by (population, neuron, compartment): of every recorded neuron, also if it was silent."""
    found: list[dict[tuple[int, int, int], NDArray[np.float64]]] = [Trains() for _ in range(_batch_size(data, network_graph))]
    for instance, translation in network_graph.graph_translation.execution_instances.items():
        output = data.data.get(instance)
        if output is None or output.spikes is None:
            continue
        for batch, spikes in enumerate(output.spikes):
            found[batch].update({neuron: milliseconds(times) for neuron, times in spikes_by_neuron(spikes, translation.spikes).items()})
    return found


def spikes_by_neuron(spikes: SpikesFromChip, translation: SpikeTranslation) -> dict[tuple[int, int, int], NDArray[np.int64]]:
    """FPGA cycles of the spikes by (population, neuron, compartment): of every recorded neuron, also if it was silent."""
    neurons = translation.index_of_label[spikes.labels]
    known = neurons >= 0
    neurons, times = neurons[known], spikes.times[known]
    order = np.argsort(neurons, kind="stable")
    borders = np.searchsorted(neurons[order], np.arange(len(translation.recorded) + 1))
    times = times[order]
    return {(*neuron,): times[borders[i] : borders[i + 1]] for i, neuron in enumerate(translation.recorded)}


# ------------------------------------------------------------------------------------------------------------------------- samples
class Samples(NamedTuple):
    """Samples in order of time, as arrays of equal length; times in ms."""

    time: NDArray[np.float32]
    population: NDArray[np.int32]
    neuron_on_population: NDArray[np.int32]
    compartment_on_neuron: NDArray[np.int32]
    atomic_neuron_on_compartment: NDArray[np.int32]
    value: NDArray[np.int32]


def _samples(
    times: NDArray[np.int64], which: NDArray[np.int64], values: NDArray[np.int32], neurons: list[AtomicNeuronOnExecutionInstance]
) -> Samples:
    """Samples of `neurons[which]`."""
    order = np.argsort(times, kind="stable") if (times[1:] < times[:-1]).any() else slice(None)
    names = ("population", "neuron_on_population", "compartment_on_neuron", "atomic_neuron_on_compartment")
    table = np.array([[int(getattr(neuron, name)) for name in names] for neuron in neurons], np.int32).reshape(-1, len(names))
    population, neuron, compartment, circuit = table[which[order]].T
    return Samples(milliseconds(times[order]).astype(np.float32), population, neuron, compartment, circuit, values[order])


def _nothing() -> Samples:
    empty = np.empty(0, np.int64)
    return _samples(empty, empty, empty.astype(np.int32), [])


def _joined(parts: list[Samples]) -> Samples:
    """Samples of all execution instances in order of time."""
    if len(parts) < 2:
        return parts[0] if parts else _nothing()
    whole = [np.concatenate(columns) for columns in zip(*parts, strict=True)]
    order = np.argsort(whole[0], kind="stable")
    return Samples(*(column[order] for column in whole))


def extract_madc_samples(data: OutputDataSnippet, network_graph: NetworkGraph) -> list[Samples]:
    """Samples of the fast converter for each batch entry."""
    found: list[list[Samples]] = [[] for _ in range(_batch_size(data, network_graph))]
    for instance, output in _outputs(data, network_graph):
        neurons = [readout.neuron for readout in network_graph.hardware[instance].madc]
        for batch, samples in enumerate(output.madc or []):
            known = samples.channels < len(neurons)
            channels = samples.channels[known].astype(np.int64)
            found[batch].append(_samples(samples.times[known], channels, samples.values[known].astype(np.int32), neurons))
    return [_joined(parts) for parts in found]


def extract_cadc_samples(data: OutputDataSnippet, network_graph: NetworkGraph) -> list[Samples]:
    """Samples of the parallel converters for each batch entry; values are signed bytes, readings above 127 come out negative."""
    found: list[list[Samples]] = [[] for _ in range(_batch_size(data, network_graph))]
    for instance, output in _outputs(data, network_graph):
        views = network_graph.hardware[instance].cadc or {}
        for batch, hemispheres in enumerate(output.cadc or []):
            for hemisphere, view in views.items():
                samples = hemispheres.get(int(hemisphere))
                if samples is not None:
                    count, neurons = len(samples.times), [readout.neuron for readout in view.readouts]
                    which = np.tile(np.arange(len(neurons)), count)
                    times = np.repeat(samples.times, len(neurons))
                    found[batch].append(_samples(times, which, samples.values.ravel().astype(np.int32), neurons))
    return [_joined(parts) for parts in found]


def _batch_size(data: OutputDataSnippet, network_graph: NetworkGraph) -> int:
    """Of the arguments of an extraction. Raises TypeError if they are others."""
    exactly(NetworkGraph)(network_graph)
    return exactly(OutputDataSnippet)(data).batch_size()


def _outputs(data: OutputDataSnippet, network_graph: NetworkGraph) -> list[tuple[ExecutionInstanceID, ExecutionInstanceOutput]]:
    return [(instance, output) for instance, output in data.data.items() if instance in network_graph.hardware]
