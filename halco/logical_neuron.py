"""Logical neurons: several neuron circuits, grouped into compartments, and where they are placed on the chip."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import IntEnum
from typing import Any

from halco.kinds import Coordinate, Grid
from halco.neuron import AtomicNeuronOnDLS, NeuronColumnOnDLS, NeuronRowOnDLS
from halco.value import CoordinateError, Linear

__all__ = [
    "AtomicNeuronOnLogicalNeuron", "CompartmentOnLogicalNeuron", "LogicalNeuronCompartments", "LogicalNeuronOnDLS",
    "NeuronColumnOnLogicalNeuron", "NeuronRowOnLogicalNeuron",
]  # fmt: skip


class NeuronColumnOnLogicalNeuron(Linear, size=128):
    """Column relative to a logical neuron; it cannot be wider than half the chip."""


class NeuronRowOnLogicalNeuron(Linear, size=2):
    """Row relative to a logical neuron."""


class AtomicNeuronOnLogicalNeuron(Grid, x=NeuronColumnOnLogicalNeuron, y=NeuronRowOnLogicalNeuron):
    """Neuron circuit relative to a logical neuron."""

    class Direction(IntEnum):
        """Towards which neighbour."""

        left = 0
        right = 1
        opposite_row = 2

    def get_neighbor(self, direction: AtomicNeuronOnLogicalNeuron.Direction) -> AtomicNeuronOnLogicalNeuron:
        """The next circuit to the left, to the right or in the other row; RangeError if there is none."""
        x, y = int(self.x()), int(self.y())
        if direction == self.Direction.opposite_row:
            return type(self)(x, 1 - y)
        return type(self)(x + (1 if direction == self.Direction.right else -1), y)


class CompartmentOnLogicalNeuron(Linear, size=255):
    """Compartment of a logical neuron."""


Compartments = dict[CompartmentOnLogicalNeuron, list[AtomicNeuronOnLogicalNeuron]]
PlacedCompartments = dict[CompartmentOnLogicalNeuron, list[AtomicNeuronOnDLS]]


class _Compartments:
    """Equality, order and hash of something that consists of compartments."""

    __slots__ = ("_compartments",)
    _compartments: dict[CompartmentOnLogicalNeuron, list[Any]]

    def _numbers(self) -> list[tuple[int, tuple[int, ...]]]:
        """The compartments as plain numbers, in order."""
        return [(int(index), tuple(map(int, circuits))) for index, circuits in self._compartments.items()]

    def __eq__(self, other: object) -> bool:
        return self._numbers() == other._numbers() if isinstance(other, type(self)) else NotImplemented

    def __lt__(self, other: _Compartments) -> bool:
        return self._numbers() < other._numbers() if type(other) is type(self) else NotImplemented

    def __le__(self, other: _Compartments) -> bool:
        return self._numbers() <= other._numbers() if type(other) is type(self) else NotImplemented

    def __hash__(self) -> int:
        return hash((type(self), tuple(self._numbers())))

    def _listing(self, indent: str) -> str:
        lines = [f"{type(self).__name__}("]
        for index, circuits in self._compartments.items():
            lines += [f"{indent}{index!r}", *(f"{indent}\t{circuit!r}" for circuit in circuits)]
        return "\n".join([*lines, ")"])


class LogicalNeuronCompartments(_Compartments):
    """Shape of a logical neuron: which of its circuits form which compartment.

    Constructed from a mapping of compartment to circuits; CoordinateError (a RuntimeError) if a circuit occurs twice.

    >>> from halco import *
    >>> shape = LogicalNeuronCompartments({CompartmentOnLogicalNeuron(): [AtomicNeuronOnLogicalNeuron(0, 0)]})
    >>> LogicalNeuronOnDLS(shape, AtomicNeuronOnDLS(5, 1)).get_atomic_neurons()
    [AtomicNeuronOnDLS(NeuronColumnOnDLS(5), NeuronRowOnDLS(1); Enum(261))]
    """

    __slots__ = ()

    _compartments: Compartments

    def __init__(self, compartments: LogicalNeuronCompartments | Mapping[Any, Iterable[Any]] | None = None) -> None:
        given = compartments.get_compartments() if isinstance(compartments, LogicalNeuronCompartments) else compartments or {}
        ordered = sorted(given.items(), key=lambda entry: int(entry[0]))
        self._compartments = {CompartmentOnLogicalNeuron(index): list(map(AtomicNeuronOnLogicalNeuron, some)) for index, some in ordered}
        every = [circuit for circuits in self._compartments.values() for circuit in circuits]
        if len(set(every)) != len(every):
            raise CoordinateError("a neuron circuit occurs in more than one place of the logical neuron's compartments")

    def get_compartments(self) -> Compartments:
        """Circuits of each compartment."""
        return {index: list(circuits) for index, circuits in self._compartments.items()}

    def _extreme(self, choose: Callable[[Iterable[int]], int], axis: Callable[[AtomicNeuronOnLogicalNeuron], int], start: int) -> int:
        return choose([start, *(int(axis(circuit)) for circuits in self._compartments.values() for circuit in circuits)])

    def get_left_most_column(self) -> NeuronColumnOnLogicalNeuron:
        """Smallest column in use (the largest possible if there is no circuit at all)."""
        return NeuronColumnOnLogicalNeuron(self._extreme(min, AtomicNeuronOnLogicalNeuron.x, NeuronColumnOnLogicalNeuron.max))

    def get_right_most_column(self) -> NeuronColumnOnLogicalNeuron:
        """Largest column in use."""
        return NeuronColumnOnLogicalNeuron(self._extreme(max, AtomicNeuronOnLogicalNeuron.x, 0))

    def get_top_most_row(self) -> NeuronRowOnLogicalNeuron:
        """Smallest row in use (the largest possible if there is no circuit at all)."""
        return NeuronRowOnLogicalNeuron(self._extreme(min, AtomicNeuronOnLogicalNeuron.y, NeuronRowOnLogicalNeuron.max))

    def get_bottom_most_row(self) -> NeuronRowOnLogicalNeuron:
        """Largest row in use."""
        return NeuronRowOnLogicalNeuron(self._extreme(max, AtomicNeuronOnLogicalNeuron.y, 0))

    def _moved(self, x: Callable[[int], int], y: Callable[[int], int]) -> LogicalNeuronCompartments:
        def moved(circuit: AtomicNeuronOnLogicalNeuron) -> AtomicNeuronOnLogicalNeuron:
            return AtomicNeuronOnLogicalNeuron(x(int(circuit.x())), y(int(circuit.y())))

        moved_to = {index: [moved(circuit) for circuit in circuits] for index, circuits in self._compartments.items()}
        return LogicalNeuronCompartments(moved_to)

    def flip_x(self) -> LogicalNeuronCompartments:
        """Mirrored left to right inside the columns in use."""
        ends = int(self.get_left_most_column()) + int(self.get_right_most_column())
        return self._moved(lambda x: ends - x, lambda y: y)

    def flip_y(self) -> LogicalNeuronCompartments:
        """Mirrored top to bottom inside the rows in use."""
        ends = int(self.get_top_most_row()) + int(self.get_bottom_most_row())
        return self._moved(lambda x: x, lambda y: ends - y)

    def __repr__(self) -> str:
        return self._listing("\t")

    def __reduce__(self) -> tuple[object, ...]:
        return LogicalNeuronCompartments, (self.get_compartments(),)


class LogicalNeuronOnDLS(_Compartments, Coordinate):
    """A logical neuron at its place: the upper left corner of the circuits in use lies at `anchor`.

    CoordinateError (a RuntimeError) if it leaves the two rows, or its half of the columns: circuits of columns 127 and 128 are
    not connected.
    """

    __slots__ = ()

    _compartments: PlacedCompartments

    def __init__(
        self, compartments: LogicalNeuronCompartments | LogicalNeuronOnDLS | None = None, anchor: AtomicNeuronOnDLS | None = None
    ) -> None:
        if isinstance(compartments, LogicalNeuronOnDLS):
            self._compartments = compartments.get_placed_compartments()
        else:
            self._compartments = {} if compartments is None else _placed(compartments, anchor or AtomicNeuronOnDLS())

    @classmethod
    def _of(cls, placed: PlacedCompartments) -> LogicalNeuronOnDLS:
        made = cls()
        made._compartments = placed
        return made

    def get_placed_compartments(self) -> PlacedCompartments:
        """Circuits of each compartment at their places on the chip."""
        return {index: list(circuits) for index, circuits in self._compartments.items()}

    def get_atomic_neurons(self) -> list[AtomicNeuronOnDLS]:
        """All circuits, compartment by compartment."""
        return [circuit for circuits in self._compartments.values() for circuit in circuits]

    def __repr__(self) -> str:
        return self._listing("")

    def __reduce__(self) -> tuple[object, ...]:
        return LogicalNeuronOnDLS._of, (self.get_placed_compartments(),)


def _placed(shape: LogicalNeuronCompartments, anchor: AtomicNeuronOnDLS) -> PlacedCompartments:
    left, right = int(shape.get_left_most_column()), int(shape.get_right_most_column())
    top, bottom = int(shape.get_top_most_row()), int(shape.get_bottom_most_row())
    column, row = int(anchor.x()), int(anchor.y())
    last = column // 128 * 128 + 127
    if row + bottom - top > NeuronRowOnDLS.max or column + right - left > last:
        raise CoordinateError(f"the logical neuron placed at {anchor!r} leaves its row or its half of the neuron grid")
    return {
        index: [AtomicNeuronOnDLS(NeuronColumnOnDLS(column + int(c.x()) - left), NeuronRowOnDLS(row + int(c.y()) - top)) for c in circuits]
        for index, circuits in shape.get_compartments().items()
    }
