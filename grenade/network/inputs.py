"""Spikes from the host: times in milliseconds per source become labels with times in FPGA cycles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grenade.common import ExecutionInstanceID, Time
from grenade.errors import InputError
from grenade.network.descriptors import PopulationOnNetwork, exactly_on_network
from grenade.network.graph import NetworkGraph
from grenade.network.spike_times import SpikeTimes
from grenade.signal_flow import InputDataSnippet, SpikesToChip
from halco.value import shown

CYCLES_PER_MS = 1000 * int(Time.fpga_clock_cycles_per_us)
LATEST = 1e12
"""Spikes can be described up to this time [ms]; runs are much shorter."""


class InputGenerator:
    """Collects the spikes of one snippet for the external populations of a network graph.

    Times count from the begin of the snippet. Sources that are neither connected nor recorded take times and send nothing.
    """

    def __init__(self, network_graph: NetworkGraph, batch_size: int = 1) -> None:
        if batch_size < 1:
            raise InputError(f"there is at least one batch entry, not {batch_size}")
        self._graph = network_graph
        self._batch_size = batch_size
        self._parts: dict[ExecutionInstanceID, list[list[tuple[NDArray[np.int64], NDArray[np.uint16]]]]] = {
            name: [[] for _ in range(batch_size)]
            for name, translation in network_graph.graph_translation.execution_instances.items()
            if translation.event_input_vertex is not None
        }

    def add(self, times: Any, population: PopulationOnNetwork) -> None:
        """Adds spikes of a population at times in ms, rounded to cycles of 8 ns.

        `times` is a list of times for every source (a list per source), or one list for all sources, or a list per batch entry of lists
        per source. `Time` objects are taken as cycles. InputError if the numbers do not fit, a time is negative, no number, or later than
        LATEST.
        """
        population = exactly_on_network(PopulationOnNetwork, population)
        labels, instance = self._labels(population), population.execution_instance
        if isinstance(times, SpikeTimes):
            self._add_arrays(times, population, labels)
            return
        for entry, sources in enumerate(self._entries(times, population, len(labels))):
            parts = [_spikes(source, own) for source, own in zip(sources, labels, strict=True) if len(own)]
            self._parts[instance][entry] += parts

    def _add_arrays(self, times: SpikeTimes, population: PopulationOnNetwork, labels: list[NDArray[np.uint16]]) -> None:
        """The same for times that are arrays already."""
        self._check_shape(*times.shape, population, len(labels))
        count = np.array([len(own) for own in labels], np.int64)
        first, copies = np.cumsum(count) - count, count[times.sources]
        which = np.repeat(np.arange(len(copies)), copies)
        place = np.arange(len(which)) - np.repeat(np.cumsum(copies) - copies, copies)
        every = np.concatenate([np.empty(0, np.uint16), *labels])
        cycles, label = _cycles(times.times, population, None)[which], every[first[times.sources[which]] + place]
        borders = np.searchsorted(times.entries[which], np.arange(self._batch_size + 1))
        for entry, parts in enumerate(self._parts[population.execution_instance]):
            own = slice(borders[entry], borders[entry + 1])
            parts.append((cycles[own], label[own]))

    def _check_shape(self, entries: int, given: int, population: PopulationOnNetwork, sources: int) -> None:
        if entries != self._batch_size:
            raise InputError(f"population {int(population)}: times for {entries} batch entries were given, there are {self._batch_size}")
        if given != sources:
            raise InputError(f"population {int(population)} has {sources} sources, times for {given} were given")

    def add_cycles(self, cycles: Sequence[Sequence[Sequence[int] | NDArray[np.int64]]], population: PopulationOnNetwork) -> None:
        """The same with times in FPGA cycles, by batch entry and source; a source without spikes has an empty list."""
        labels, instance = self._labels(population), population.execution_instance
        for entry, sources in enumerate(cycles):
            self._parts[instance][entry] += [_spikes(source, own) for source, own in zip(sources, labels, strict=True) if len(own)]

    def _labels(self, population: PopulationOnNetwork) -> list[NDArray[np.uint16]]:
        translation = self._graph.graph_translation.execution_instances.get(population.execution_instance)
        found = None if translation is None else translation.spikes.input_labels.get(population)  # type: ignore[call-overload]
        if found is None:
            raise InputError(f"population {int(population)} takes no spikes from the host: it is no ExternalSourcePopulation of this graph")
        return list(found)

    def _entries(self, times: Any, population: PopulationOnNetwork, sources: int) -> list[list[NDArray[np.int64]]]:
        """Cycles by batch entry and source."""
        try:
            depth = _depth(times)
        except TypeError:
            text = f"population {int(population)}: times are a list for all sources, a list per source, or those per batch entry"
            raise InputError(f"{text}; not {shown(times)}") from None
        if depth == 1:
            return [[_cycles(times, population, None)] * sources] * self._batch_size
        entries = list(times) if depth == 3 else [times] * self._batch_size
        for entry in entries:
            self._check_shape(len(entries), len(entry), population, sources)
        return [[_cycles(one, population, i) for i, one in enumerate(entry)] for entry in entries]

    def done(self) -> InputDataSnippet:
        """The input, sorted by time; the generator is empty afterwards."""
        data = {name: [_sorted(parts) for parts in entries] for name, entries in self._parts.items()}
        self._parts = {name: [[] for _ in range(self._batch_size)] for name in self._parts}
        return InputDataSnippet(data)


def _depth(times: Any) -> int:
    """Levels of nesting: 1 is one list of times, 2 a list per source, 3 a list per batch entry."""
    if not len(times) or not _is_list(times[0]):
        return 1
    return 3 if any(len(inner) and _is_list(inner[0]) for inner in times) else 2


def _is_list(value: Any) -> bool:
    return (isinstance(value, Sequence) and not isinstance(value, str)) or (isinstance(value, np.ndarray) and value.ndim > 0)


def _cycles(times: Any, population: PopulationOnNetwork, source: int | None) -> NDArray[np.int64]:
    place = f"population {int(population)}" + ("" if source is None else f", source {source}")
    if len(times) and isinstance(times[0], Time):
        return np.array([int(time) for time in times], np.int64)
    try:
        given = np.asarray(times, np.float32).astype(np.float64)
    except (TypeError, ValueError):
        raise InputError(f"{place}: times are numbers, in ms") from None
    inside = (given >= 0) & (given <= LATEST)
    if not inside.all():
        text = f"{place}: a spike at {given[~inside][0]} ms; times are from 0 to {LATEST:g}, counted from the begin of the snippet"
        raise InputError(text)
    return np.floor(given * CYCLES_PER_MS + 0.5).astype(np.int64)


def _spikes(times: Sequence[int] | NDArray[np.int64], labels: NDArray[np.uint16]) -> tuple[NDArray[np.int64], NDArray[np.uint16]]:
    """One spike per time and label."""
    return np.repeat(np.asarray(times, np.int64), len(labels)), np.tile(labels, len(times))


def _sorted(parts: list[tuple[NDArray[np.int64], NDArray[np.uint16]]]) -> SpikesToChip:
    times = np.concatenate([np.empty(0, np.int64), *(part[0] for part in parts)])
    labels = np.concatenate([np.empty(0, np.uint16), *(part[1] for part in parts)])
    order = np.argsort(times, kind="stable")
    return SpikesToChip(times[order], labels[order])
