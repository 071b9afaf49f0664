"""What was recorded of each population, as arrays and on regular grids of time: what training in the loop works with.

Times are FPGA cycles since the begin of the batch entry; runtimes and steps are seconds. A grid has ceil(runtime / step) + 1 points and is
indexed [point, batch entry, neuron]. (facts: clients/hxtorch_jaxsnn 2.6)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from grenade.common import Time
from grenade.errors import GrenadeError
from grenade.network.descriptors import PopulationOnNetwork
from grenade.network.graph import NetworkGraph
from grenade.signal_flow import OutputData

__all__ = ["CADC", "MADC", "ObservableError", "Observed", "Spikes", "cadc", "madc", "spikes"]

Integers = NDArray[np.int64]
Real = NDArray[np.float32]
PER_SECOND = float(Time.fpga_clock_cycles_per_us) * 1e6
MIDDLE = 128
"""Reading of the 8-bit converters that counts as 0."""
LINEAR_SORT = 1 << 16
"""Up to this many different keys, numpy sorts in linear time."""


class ObservableError(GrenadeError):
    """Observables that cannot be put on the grid or into the shape asked for."""


def points(runtime: float, step: float) -> int:
    """Number of points of a grid, in single precision as the original counts them. ObservableError if a time is not positive."""
    if not (runtime > 0 and step > 0):
        raise ObservableError(f"a grid of time needs a runtime and a step above 0 s, not {runtime} and {step}")
    return int(np.ceil(np.float32(runtime) / np.float32(step))) + 1


def _seconds(times: Integers) -> NDArray[np.float64]:
    """Of cycles, in single precision up to microseconds, as in the original."""
    found: NDArray[np.float64] = (times.astype(np.float32) / np.float32(PER_SECOND / 1e6)).astype(np.float64) / 1e6
    return found


def _steps(times: Integers, step: float) -> NDArray[np.float64]:
    """Times in steps of the grid."""
    return _seconds(times) / float(np.float32(step))


@dataclass
class Observed:
    """Observations of one population, one item of each array per observation: time, batch entry, neuron in the population.

    Batch entries and neurons may come in any order, the observations of each neuron in order of time.
    """

    times: Integers
    entries: Integers
    neurons: Integers
    batch_size: int
    population_size: int

    columns: ClassVar[tuple[str, ...]] = ("times", "entries", "neurons")

    def __post_init__(self) -> None:
        """Raises ObservableError for batch entries and neurons that do not exist."""
        for what, numbers, size in (("batch entry", self.entries, self.batch_size), ("neuron", self.neurons, self.population_size)):
            wrong = np.flatnonzero((numbers < 0) | (numbers >= size))
            if len(wrong):
                raise ObservableError(f"observation {wrong[0]} is of {what} {numbers[wrong[0]]}; there are {size}, counted from 0")

    @classmethod
    def of(cls, rows: Any, batch_size: int, population_size: int) -> Self:
        """Of a list of tuples with an integer per column. ObservableError for anything else."""
        table = np.array(rows) if len(rows) else np.empty((0, len(cls.columns)), np.int64)
        if table.ndim != 2 or table.shape[1] != len(cls.columns) or table.dtype.kind not in "iu":
            raise ObservableError(f"observations are a list of tuples of integers: {', '.join(cls.columns)}")
        columns = dict(zip(cls.columns, table.astype(np.int64).T, strict=True))
        return cls(batch_size=batch_size, population_size=population_size, **columns)

    def rows(self) -> list[tuple[int, ...]]:
        """As a list of tuples with an integer per column."""
        return list(zip(*(getattr(self, name).tolist() for name in self.columns), strict=True))

    @property
    def shape(self) -> tuple[int, int]:
        """Batch entries and neurons."""
        return self.batch_size, self.population_size

    def by_neuron(self) -> tuple[Integers, Integers]:
        """Observations neuron by neuron, those of the first batch entry first, in their order; and how many there are of each."""
        number, count = self.entries * self.population_size + self.neurons, self.batch_size * self.population_size
        keys = number.astype(np.uint16) if count <= LINEAR_SORT else number
        return np.argsort(keys, kind="stable"), np.bincount(number, minlength=count)


@dataclass
class Spikes(Observed):
    """Spikes of one population."""

    def dense(self, runtime: float, step: float) -> NDArray[np.uint8]:
        """1 at the point of the grid nearest to each spike; spikes beyond the grid are not on it."""
        grid = np.zeros((points(runtime, step), *self.shape), np.uint8)
        point = np.floor(_steps(self.times, step) + 0.5).astype(np.int64)
        on = (point >= 0) & (point < len(grid))
        grid[point[on], self.entries[on], self.neurons[on]] = 1
        return grid

    def first(self, number: int, until: int | None = None, by_time: bool = False) -> tuple[NDArray[np.int32], Real]:
        """The first spikes of each batch entry: neurons and times in cycles, [batch entry, number]; the rest is -1 and infinity.

        until      those that are later do not count
        by_time    the earliest ones, otherwise all of the first neuron come before those of the second
        """
        if number < 0:
            raise ObservableError(f"{number} spikes are no number of spikes")
        keys = (self.times, self.entries) if by_time else (self.times, self.neurons, self.entries)
        order = np.lexsort(keys)
        order = order if until is None else order[self.times[order] <= until]
        entry = self.entries[order]
        place = np.arange(len(order)) - np.searchsorted(entry, entry)
        kept = place < number
        where = entry[kept], place[kept]
        neurons, times = np.full((self.batch_size, number), -1, np.int32), np.full((self.batch_size, number), np.inf, np.float32)
        neurons[where], times[where] = self.neurons[order[kept]], self.times[order[kept]]
        return neurons, times


@dataclass
class Samples(Observed):
    """Samples of one population, and their values."""

    values: Integers

    columns: ClassVar[tuple[str, ...]] = ("values", "times", "entries", "neurons")


@dataclass
class CADC(Samples):
    """Samples of the parallel converters: signed values, 0 is the middle of the range."""

    def dense(self, runtime: float, step: float, mode: str = "linear") -> Real:
        """Values on a grid, before the first and after the last sample of a neuron those of the sample.

        mode    "linear": interpolated; "nn": of the nearest sample; between two that are equally near decides how the original rounds times
        """
        if mode not in MODES:
            raise ObservableError(f"Mode '{mode}' is not supported yet. Supported modes are: 'linear', 'nn'.")
        number = points(runtime, step)
        order, counts = self.by_neuron()
        if not counts.all():
            entry, neuron = divmod(int(np.argmin(counts)), self.population_size)
            raise ObservableError(
                f"there is no sample of neuron {neuron} in batch entry {entry}: record it, or let the experiment run longer"
            )
        times, values = self.times[order], self.values[order]
        first = np.cumsum(counts) - counts
        before = _samples_before(_steps(times, step), counts, number)
        earlier, later = first + np.maximum(before - 1, 0), first + np.minimum(before, counts - 1)
        return MODES[mode](times, step, values, earlier, later).reshape(number, *self.shape)

    def step(self) -> float:
        """Mean time between samples of a neuron [s]. ObservableError if none has two."""
        neurons = self.batch_size * self.population_size
        if len(self.times) <= neurons:
            raise ObservableError("the time between samples is known from two on: let the experiment run longer, or name the step")
        return float(self.times.max()) * neurons / (len(self.times) - neurons) / PER_SECOND

    def raw(self) -> tuple[Real, NDArray[np.int32]]:
        """Values and times [cycles] as they came, [sample, batch entry, neuron]: as many as all neurons have."""
        order, counts = self.by_neuron()
        number, first = int(counts.min(initial=len(order))), np.cumsum(counts) - counts
        which = order[first + np.arange(number)[:, None]].reshape(number, *self.shape)
        return self.values[which].astype(np.float32), self.times[which].astype(np.int32)


@dataclass
class MADC(Samples):
    """Samples of the fast converter, of one neuron of the population."""

    def raw(self) -> Real:
        """Times [cycles] and values as they came, [time or value, sample, batch entry]: samples // batch entries of them."""
        number = len(self.times) // self.batch_size
        order = np.argsort(self.entries, kind="stable")
        entry = self.entries[order]
        place = np.arange(len(order)) - np.searchsorted(entry, entry)
        kept = place < number
        found = np.full((2, number, self.batch_size), np.nan, np.float32)
        found[:, place[kept], entry[kept]] = self.times[order[kept]], self.values[order[kept]]
        return found


def _samples_before(times: NDArray[np.float64], counts: Integers, number: int) -> Integers:
    """[point, neuron]: how many samples of the neuron are not later than the point."""
    neuron = np.repeat(np.arange(len(counts)), counts)
    point = np.minimum(np.ceil(times), number).astype(np.int64)
    reached = np.bincount(point * len(counts) + neuron, minlength=(number + 1) * len(counts))
    before: Integers = np.cumsum(reached.reshape(number + 1, len(counts))[:number], axis=0)
    return before


def _linear(cycles: Integers, step: float, values: Integers, earlier: Integers, later: Integers) -> Real:
    """Values at the points of the grid between an earlier and a later sample each."""
    at, times = np.arange(len(earlier))[:, None], _steps(cycles, step)
    span = times[later] - times[earlier]
    part = np.divide(at - times[earlier], span, out=np.zeros(span.shape), where=span > 0)
    return (values[earlier] + (values[later] - values[earlier]) * part).astype(np.float32)


def _nearest(cycles: Integers, step: float, values: Integers, earlier: Integers, later: Integers) -> Real:
    """The original holds points and earlier samples in single precision, later ones in double; that decides where both are equally near."""
    at = (np.arange(len(earlier), dtype=np.float32) * np.float32(step))[:, None]
    times = _seconds(cycles)
    closer = np.abs(at - times.astype(np.float32)[earlier]) < np.abs(at - times[later])
    return np.where(closer, values[earlier], values[later]).astype(np.float32)


MODES = {"linear": _linear, "nn": _nearest}


# ---------------------------------------------------------------------------------------------------------------------- of a run
def spikes(data: OutputData, network_graph: NetworkGraph) -> dict[PopulationOnNetwork, Spikes]:
    """Spikes of every population with recorded neurons: on the chip, and of the host as far as they came back."""
    found = {}
    for instance, translation in network_graph.graph_translation.execution_instances.items():
        recorded = np.array(translation.spikes.recorded, np.int64).reshape(-1, 3)
        output = data.snippets[0].data.get(instance)
        entries = [] if output is None or output.spikes is None else output.spikes
        neuron = [translation.spikes.index_of_label[one.labels] for one in entries]
        entry, index = _entries(neuron), _joined(neuron)
        times = _joined([one.times for one in entries])
        known = index >= 0
        entry, index, times = entry[known], index[known], times[known]
        for number in np.unique(recorded[:, 0]).tolist():
            population = PopulationOnNetwork(number, instance)
            own = recorded[index, 0] == number
            order = np.lexsort((times[own], recorded[index[own], 1], entry[own]))
            at, entries_of, neurons = (column[own][order] for column in (times, entry, recorded[index, 1]))
            found[population] = Spikes(at, entries_of, neurons, data.batch_size(), _size(network_graph, population))
    return found


def cadc(data: OutputData, network_graph: NetworkGraph) -> dict[PopulationOnNetwork, CADC]:
    """Samples of the parallel converters of every population that is recorded."""
    found: dict[PopulationOnNetwork, list[list[Integers]]] = {}
    for instance, hardware in network_graph.hardware.items():
        output = data.snippets[0].data.get(instance)
        for hemisphere, view in (hardware.cadc or {}).items():
            of = np.array([(int(one.neuron.population), one.neuron.neuron_on_population) for one in view.readouts], np.int64).reshape(-1, 2)
            entries = [] if output is None or output.cadc is None else [one[int(hemisphere)] for one in output.cadc]
            for number in np.unique(of[:, 0]).tolist():
                own = np.flatnonzero(of[:, 0] == number)
                parts = found.setdefault(PopulationOnNetwork(number, instance), [])
                parts += [_columns(one.times, one.values[:, own], of[own, 1], entry) for entry, one in enumerate(entries)]
    made = {}
    for population, parts in found.items():
        values, times, of_entry, neurons = (_joined([part[column] for part in parts]) for column in range(4))
        made[population] = CADC(times, of_entry, neurons, data.batch_size(), _size(network_graph, population), values)
    return made


def _columns(times: Integers, values: NDArray[np.int8], neurons: Integers, entry: int) -> list[Integers]:
    """Samples of some columns of a hemisphere in one batch entry, one after the other. Readings are bytes, held as signed ones."""
    signed = (values.view(np.uint8).astype(np.int64) - MIDDLE).ravel()
    return [signed, np.repeat(times, len(neurons)), np.full(values.size, entry), np.tile(neurons, len(times))]


def madc(data: OutputData, network_graph: NetworkGraph) -> dict[PopulationOnNetwork, MADC]:
    """Samples of the fast converter by the population of its neuron. ObservableError for two neurons that take turns."""
    found = {}
    for instance, hardware in network_graph.hardware.items():
        if not hardware.madc:
            continue
        if len(hardware.madc) != 1:
            raise ObservableError("Unsupported number of recorded MADC channels. (one neuron can be observed, not two)")
        neuron, output = hardware.madc[0].neuron, data.snippets[0].data.get(instance)
        entries = [] if output is None or output.madc is None else output.madc
        population, values = PopulationOnNetwork(int(neuron.population), instance), _joined([one.values for one in entries])
        columns = _joined([one.times for one in entries]), _entries([one.values for one in entries])
        of = np.full(len(values), neuron.neuron_on_population)
        found[population] = MADC(*columns, of, data.batch_size(), _size(network_graph, population), values)
    return found


def _joined(parts: list[NDArray[Any]]) -> Integers:
    return np.concatenate([np.empty(0, np.int64), *parts], dtype=np.int64, casting="unsafe")


def _entries(parts: list[NDArray[Any]]) -> Integers:
    """The batch entry of every item."""
    return np.repeat(np.arange(len(parts)), [len(part) for part in parts])


def _size(network_graph: NetworkGraph, population: PopulationOnNetwork) -> int:
    instance = network_graph.network.execution_instances[population.execution_instance]
    return len(instance.populations[population.toPopulationOnExecutionInstance()].neurons)
