"""Projections: who is connected to whom, how strongly. Held as one array; objects per connection are made when somebody asks for them."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, overload

import numpy as np
from numpy.typing import NDArray

from grenade.common import FIRST_CHIP, EntityOnChip, chip_on_executor
from grenade.errors import NetworkError
from grenade.network.descriptors import PopulationOnExecutionInstance
from grenade.network.populations import Receptor
from grenade.values import Entity, attribute, count, exactly, made
from halco import CompartmentOnLogicalNeuron
from halco.value import BaseType, shown

COLUMNS = ("neuron pre", "compartment pre", "neuron post", "compartment post", "weight")
"""What stands in a row of a projection's table."""


class ConnectionIndex(NamedTuple):
    """One end of a connection: neuron of the population, compartment of the neuron."""

    neuron: int
    compartment: CompartmentOnLogicalNeuron


ORIGIN = ConnectionIndex(0, CompartmentOnLogicalNeuron())
Table = NDArray[np.int64]
_EMPTY: Table = np.empty((0, len(COLUMNS)), np.int64)
_EXCITATORY, _FIRST, _PLACE = Receptor(), PopulationOnExecutionInstance(), FIRST_CHIP
_LIMIT = 2.0**63


def index(value: Any) -> ConnectionIndex:
    """The pair of neuron and compartment that anything like one stands for."""
    neuron, compartment = value
    return ConnectionIndex(count(neuron), made(CompartmentOnLogicalNeuron)(compartment))


def population(value: Any) -> PopulationOnExecutionInstance:
    """The number of a population on its execution instance, made of either of its descriptors."""
    return value if type(value) is PopulationOnExecutionInstance else PopulationOnExecutionInstance(value)


class Projection(EntityOnChip):
    """Connections from one population to one receptor of another.

    `table` is an int64 array (connections, 5) with the columns of `COLUMNS`; `connections` shows the same as a list of objects.
    """

    @dataclass
    class Connection(Entity):
        """One connection of two neurons."""

        class Weight(BaseType, maximum=(1 << 63) - 1):
            """In steps of one synapse's weight; a connection gets several synapses above 63."""

        Index: ClassVar = ConnectionIndex

        index_pre: ConnectionIndex = attribute(index, default=ORIGIN)
        index_post: ConnectionIndex = attribute(index, default=ORIGIN)
        weight: Weight = attribute(made(Weight), default=Weight())

    _kinds = {
        "receptor": exactly(Receptor),
        "table": lambda value: checked_table(value),
        "population_pre": population,
        "population_post": population,
        "chip_on_executor": chip_on_executor,
    }
    receptor: Receptor
    table: Table
    population_pre: PopulationOnExecutionInstance
    population_post: PopulationOnExecutionInstance

    def __init__(
        self,
        receptor: Receptor = _EXCITATORY,
        connections: Any = (),
        population_pre: Any = _FIRST,
        population_post: Any = _FIRST,
        chip_on_executor: Any = _PLACE,
    ) -> None:
        self._fill(receptor, _table_of(connections), population_pre, population_post, chip_on_executor)

    def from_numpy(
        self, receptor: Receptor, connections: Any, population_pre: Any, population_post: Any, chip_on_executor: Any = _PLACE
    ) -> None:
        """Fills the projection from an integer array (connections, 5) with the columns of `COLUMNS`; NetworkError for any other array."""
        self._fill(receptor, checked_table(connections), population_pre, population_post, chip_on_executor)

    def _fill(self, receptor: Receptor, table: Table, pre: Any, post: Any, chip: Any) -> None:
        """Takes a checked table and everything else; all are right before anything is changed."""
        if not isinstance(receptor, Receptor):
            raise TypeError(f"Projection.receptor: a Receptor is needed, not {shown(receptor)}")
        vars(self).update(
            receptor=receptor,
            table=table,
            population_pre=population(pre),
            population_post=population(post),
            chip_on_executor=chip_on_executor(chip),
        )

    def __copy__(self) -> Projection:
        made = object.__new__(Projection)
        vars(made).update(vars(self), receptor=copy.copy(self.receptor))  # tables are never changed, only replaced
        return made

    def __deepcopy__(self, memo: Any) -> Projection:
        return self.__copy__()

    @property
    def connections(self) -> list[Connection]:
        """The connections as objects, made anew; assign a list to change them."""
        return [_connection(*row) for row in self.table.tolist()]

    @connections.setter
    def connections(self, connections: Any) -> None:
        self.table = _table_of(connections)

    if not TYPE_CHECKING:  # a checker would take any name

        def __setattr__(self, name: str, value: Any) -> None:
            if name == "connections":
                object.__setattr__(self, "table", _table_of(value))
            else:
                super().__setattr__(name, value)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Projection):
            return NotImplemented
        rest = [name for name in self._kinds if name != "table"]
        return all(getattr(self, name) == getattr(other, name) for name in rest) and np.array_equal(self.table, other.table)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        ends = f"{self.population_pre!r} to {self.population_post!r}"
        return f"Projection({len(self.table)} connections, {ends}, {self.receptor.type.name})"


def checked_table(connections: Any) -> Table:
    """A table of its own of an array of connections; NetworkError if it has another shape, kind of number, or negative numbers."""
    return checked_rows(connections, COLUMNS)


def checked_rows(connections: Any, columns: tuple[str, ...]) -> Table:
    """The same for any columns."""
    table = np.array(connections)
    if table.ndim != 2 or table.shape[1] != len(columns):
        raise NetworkError(f"connections are an array of shape (number, {len(columns)}): {', '.join(columns)}; not of shape {table.shape}")
    if table.dtype != np.int64:
        table = _integral(table)
    if table.size and table.min() < 0:
        row, column = np.argwhere(table < 0)[0]
        raise NetworkError(f"connection {row} has {columns[column]} {table[row, column]}; it is 0 or more", connection=int(row))
    table.flags.writeable = False
    return table


def _integral(table: NDArray[Any]) -> Table:
    if table.dtype.kind not in "biuf" or not (np.isfinite(table) & (table == np.trunc(table)) & (np.abs(table) < _LIMIT)).all():
        raise NetworkError(f"connections are an array of integers below 2**63, not such an array of {table.dtype}")
    return table.astype(np.int64)


class ConnectionList(Sequence[Projection.Connection]):
    """Connections held as one table; objects are made when somebody asks for them."""

    def __init__(self, table: Any) -> None:
        """Of an integer array (connections, 5) with the columns of `COLUMNS`; NetworkError for any other array."""
        self.table = checked_table(table)

    @classmethod
    def of_weights(cls, weights: NDArray[np.int64], pre: NDArray[np.int64], post: NDArray[np.int64]) -> ConnectionList:
        """One connection per weight, which counts without its sign: neuron `pre` of one population to neuron `post` of another."""
        nothing = np.zeros(len(weights), np.int64)
        return cls(np.stack([pre, nothing, post, nothing, np.abs(weights)], axis=1))

    def __len__(self) -> int:
        return len(self.table)

    @overload
    def __getitem__(self, index: int) -> Projection.Connection: ...
    @overload
    def __getitem__(self, index: slice) -> list[Projection.Connection]: ...
    def __getitem__(self, index: int | slice) -> Any:
        rows = self.table[index].tolist()
        return [_connection(*row) for row in rows] if isinstance(index, slice) else _connection(*rows)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, ConnectionList):
            return np.array_equal(self.table, other.table)
        return list(self) == list(other) if isinstance(other, Sequence) else NotImplemented

    __hash__ = None  # type: ignore[assignment]


def _table_of(connections: Any) -> Table:
    if isinstance(connections, ConnectionList):
        return connections.table
    return checked_table([_row(one) for one in connections]) if len(connections) else _EMPTY


def _row(one: Any) -> tuple[int, ...]:
    if not isinstance(one, Projection.Connection):
        raise TypeError(f"a list of Projection.Connection is needed, not of {shown(one)}")
    pre, post = one.index_pre, one.index_post
    return pre.neuron, int(pre.compartment), post.neuron, int(post.compartment), int(one.weight)


def _connection(neuron_pre: int, compartment_pre: int, neuron_post: int, compartment_post: int, weight: int) -> Projection.Connection:
    pre, post = index((neuron_pre, compartment_pre)), index((neuron_post, compartment_post))
    return Projection.Connection(pre, post, Projection.Connection.Weight(weight))
