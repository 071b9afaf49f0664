"""Projections from one execution instance to a later one: recorded spikes become input. (facts: clients/grenade 2.13)"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from grenade.common import ExecutionInstanceID, Time
from grenade.errors import NetworkError
from grenade.network.descriptors import PopulationOnNetwork, exactly_on_network
from grenade.network.populations import ExternalSourcePopulation, Population
from grenade.network.projections import ORIGIN, ConnectionIndex, Table, checked_rows, index
from grenade.values import Entity, attribute, made

__all__ = ["InterExecutionInstanceProjection", "sorted_instances"]

COLUMNS = ("neuron pre", "compartment pre", "neuron post", "compartment post", "delay")


class InterExecutionInstanceProjection:
    """Connections that pass spikes of one population on to sources of another, which belongs to another execution instance.

    `table` is an int64 array (connections, 5) with the columns of `COLUMNS`; delays are FPGA cycles.
    """

    @dataclass
    class Connection(Entity):
        """One connection of a neuron and a source."""

        Index: ClassVar = ConnectionIndex

        index_pre: ConnectionIndex = attribute(index, default=ORIGIN)
        index_post: ConnectionIndex = attribute(index, default=ORIGIN)
        delay: Time = attribute(made(Time), default=Time())

    def __init__(
        self,
        connections: Iterable[Connection] = (),
        population_pre: PopulationOnNetwork = PopulationOnNetwork(),  # noqa: B008 - an immutable number
        population_post: PopulationOnNetwork = PopulationOnNetwork(),  # noqa: B008
    ) -> None:
        rows = [(*_end(one.index_pre), *_end(one.index_post), int(one.delay)) for one in connections]
        self.from_numpy(np.array(rows, np.int64).reshape(-1, len(COLUMNS)), population_pre, population_post)

    def from_numpy(self, connections: Any, population_pre: PopulationOnNetwork, population_post: PopulationOnNetwork) -> None:
        """Fills it from an integer array (connections, 5) with the columns of `COLUMNS`; NetworkError for any other array."""
        table = checked_rows(connections, COLUMNS)
        pre, post = exactly_on_network(PopulationOnNetwork, population_pre), exactly_on_network(PopulationOnNetwork, population_post)
        self.table: Table = table
        self.population_pre, self.population_post = pre, post

    @property
    def connections(self) -> list[Connection]:
        """The connections as objects, made anew."""
        make = InterExecutionInstanceProjection.Connection
        return [make(index(row[:2]), index(row[2:4]), Time(row[4])) for row in self.table.tolist()]

    def __copy__(self) -> InterExecutionInstanceProjection:
        other = object.__new__(InterExecutionInstanceProjection)
        vars(other).update(vars(self))  # tables are never changed, only replaced
        return other

    def __deepcopy__(self, memo: Any) -> InterExecutionInstanceProjection:
        return self.__copy__()

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, InterExecutionInstanceProjection):
            return NotImplemented
        ends = (self.population_pre, self.population_post) == (other.population_pre, other.population_post)
        return ends and np.array_equal(self.table, other.table)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"InterExecutionInstanceProjection({len(self.table)} connections, {self.population_pre!r} to {self.population_post!r})"


def _end(end: ConnectionIndex) -> tuple[int, int]:
    return end.neuron, int(end.compartment)


def check(networks: Mapping[ExecutionInstanceID, Any], entity: InterExecutionInstanceProjection, number: int) -> None:
    """Known populations of two execution instances, the second one of sources from outside, and connections inside them."""
    name = f"projection {number} between execution instances"
    if entity.population_pre.execution_instance == entity.population_post.execution_instance:
        raise NetworkError(f"{name} stays inside {entity.population_pre.execution_instance!r}: use a Projection", entity)
    ends = [_population(networks, entity, end, name) for end in (entity.population_pre, entity.population_post)]
    if not isinstance(ends[1], ExternalSourcePopulation):
        raise NetworkError(f"{name}: its target is a {type(ends[1]).__name__}; it can be an ExternalSourcePopulation only", entity)
    for column, population, end in zip((0, 2), ends, ("pre", "post"), strict=True):
        _check_end(entity, column, population, f"{name}: {end}")


def _population(networks: Mapping[ExecutionInstanceID, Any], entity: Any, end: PopulationOnNetwork, name: str) -> Any:
    network = networks.get(end.execution_instance)
    if network is None or end not in network.populations:
        raise NetworkError(f"{name}: there is no {end!r}; add populations first", entity)
    return network.populations[end]


def _check_end(entity: InterExecutionInstanceProjection, column: int, population: Any, name: str) -> None:
    for row, (neuron, compartment) in enumerate(entity.table[:, column : column + 2].tolist()):
        if neuron >= len(population.neurons):
            size = len(population.neurons)
            raise NetworkError(f"{name} of connection {row} is neuron {neuron}; there are {size}", entity, connection=row)
        one = population.neurons[neuron]
        if isinstance(population, Population):
            shape = {int(place): part for place, part in one.compartments.items()}
            if compartment not in shape:
                raise NetworkError(f"{name} of connection {row}: neuron {neuron} has no compartment {compartment}", entity, connection=row)
            if shape[compartment].spike_master is None:
                raise NetworkError(f"{name} of connection {row}: neuron {neuron} sends no spikes", entity, connection=row)
        elif compartment:
            raise NetworkError(f"{name} of connection {row}: sources outside of the neuron array have compartment 0 alone", entity)
        elif column == 0 and not one.enable_record_spikes:
            raise NetworkError(f"{name} of connection {row}: spikes of source {neuron} are not recorded, so none can be passed on", entity)


def sorted_instances(instances: Iterable[ExecutionInstanceID], ends: Iterable[tuple[Any, Any]]) -> list[ExecutionInstanceID]:
    """Execution instances so that each comes after those whose spikes it gets; by number where it does not matter.

    ends    pairs of source and target. NetworkError if they form a circle.
    """
    sorter = TopologicalSorter({instance: [] for instance in instances})
    for pre, post in ends:
        sorter.add(post, pre)
    try:
        sorter.prepare()
    except CycleError as error:
        circle = " to ".join(str(int(one)) for one in reversed(error.args[1]))
        raise NetworkError(f"Execution instance graph is cyclic. (spikes pass from {circle})") from None
    found: list[ExecutionInstanceID] = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready())
        found += ready
        sorter.done(*ready)
    return found


@dataclass
class Forwarding:
    """Spikes that one execution instance takes over from another: one item per label before and label after; delays in FPGA cycles."""

    before: NDArray[np.uint16]
    after: NDArray[np.uint16]
    delay: NDArray[np.int64]

    def __call__(self, times: NDArray[np.int64], labels: NDArray[np.uint16]) -> tuple[NDArray[np.int64], NDArray[np.uint16]]:
        """Times and labels of what becomes of spikes, in no order."""
        order = np.argsort(self.before, kind="stable")
        first, last = (np.searchsorted(self.before[order], labels, side) for side in ("left", "right"))
        copies = last - first
        spike = np.repeat(np.arange(len(labels)), copies)
        which = order[first[spike] + np.arange(len(spike)) - np.repeat(np.cumsum(copies) - copies, copies)]
        return times[spike] + self.delay[which], self.after[which]
