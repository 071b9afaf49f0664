"""Neurons of several compartments: how neuron circuits are connected.

>>> from halco import AtomicNeuronOnLogicalNeuron
>>> from haldls.lola import Morphology
>>> morphology = Morphology()
>>> compartment = morphology.create_compartment([AtomicNeuronOnLogicalNeuron(0, 0), AtomicNeuronOnLogicalNeuron(1, 0)])
>>> shape, neuron = morphology.done()
>>> neuron[compartment, 1].leak.v_leak = 700
"""

from __future__ import annotations

from collections.abc import Iterable

from halco import (
    AtomicNeuronOnLogicalNeuron,
    CompartmentOnLogicalNeuron,
    LogicalNeuronCompartments,
    NeuronColumnOnLogicalNeuron,
    NeuronRowOnLogicalNeuron,
)
from haldls.lola.logical_neuron import LogicalNeuron, MorphologyError
from haldls.lola.neuron import Multicompartment

Node = tuple[str, int, int]


class Morphology:
    """Connects circuits to compartments, and compartments to a neuron along the somatic lines of the two rows."""

    def __init__(self) -> None:
        self._settings: dict[AtomicNeuronOnLogicalNeuron, Multicompartment] = {}
        self._compartments: dict[int, list[AtomicNeuronOnLogicalNeuron]] = {}

    def __getitem__(self, neuron: AtomicNeuronOnLogicalNeuron) -> Multicompartment:
        """The connections of a circuit."""
        return self._settings.setdefault(AtomicNeuronOnLogicalNeuron(neuron), Multicompartment())

    def connect_to_soma(self, neuron: AtomicNeuronOnLogicalNeuron) -> None:
        """Connects a circuit directly to the somatic line."""
        self[neuron].connect_soma = True

    def connect_resistor_to_soma(self, neuron: AtomicNeuronOnLogicalNeuron) -> None:
        """Connects a circuit to the somatic line through its conductance."""
        self[neuron].enable_conductance = True

    def connect_soma_line(
        self, x_start: NeuronColumnOnLogicalNeuron, x_end: NeuronColumnOnLogicalNeuron, row: NeuronRowOnLogicalNeuron
    ) -> None:
        """Connects the somatic line of a row between two columns, both included. Raises MorphologyError if they are no interval."""
        first, last = int(x_start), int(x_end)
        if first >= last:
            raise MorphologyError(f"a somatic line needs at least two columns, not {first} to {last}")
        for column in range(first, last):
            self[AtomicNeuronOnLogicalNeuron(column, int(row))].connect_soma_right = True

    def create_compartment(self, neurons: Iterable[AtomicNeuronOnLogicalNeuron]) -> CompartmentOnLogicalNeuron:
        """Connects the membranes of neighbouring circuits; between the two rows, both ends are closed (assumed).

        Raises MorphologyError if there are none, if one is part of another compartment, or if they are not contiguous.
        """
        block = [AtomicNeuronOnLogicalNeuron(neuron) for neuron in neurons]
        self._refuse(block)
        inside = set(block)
        for neuron in inside:
            x, y = int(neuron.x()), int(neuron.y())
            if x < NeuronColumnOnLogicalNeuron.max and AtomicNeuronOnLogicalNeuron(x + 1, y) in inside:
                self[neuron].connect_right = True
            if AtomicNeuronOnLogicalNeuron(x, 1 - y) in inside:
                self[neuron].connect_vertical = True
        index = len(self._compartments)
        self._compartments[index] = block
        return CompartmentOnLogicalNeuron(index)

    def _refuse(self, block: list[AtomicNeuronOnLogicalNeuron]) -> None:
        taken = {neuron for some in self._compartments.values() for neuron in some}
        if not block:
            raise MorphologyError("a compartment needs at least one circuit")
        for number, neuron in enumerate(block):
            if neuron in taken or neuron in block[:number]:
                raise MorphologyError(f"{neuron!r} is already part of a compartment")
        if not _contiguous(block):
            raise MorphologyError("the circuits of a compartment have to be neighbours of each other")

    def done(self) -> tuple[LogicalNeuronCompartments, LogicalNeuron]:
        """Shape and circuits of the neuron. Raises MorphologyError unless all compartments are connected."""
        circuits = [neuron for some in self._compartments.values() for neuron in some]
        joined = self._joined(self._settings)
        if len({_root(joined, _membrane(neuron)) for neuron in circuits}) > 1:
            raise MorphologyError("not all compartments of the neuron are connected to each other")
        shape = {CompartmentOnLogicalNeuron(index): some for index, some in self._compartments.items()}
        settings = {index: [Multicompartment(self[neuron]) for neuron in some] for index, some in self._compartments.items()}
        return LogicalNeuronCompartments(shape), LogicalNeuron._of(settings)

    def _joined(self, neurons: Iterable[AtomicNeuronOnLogicalNeuron]) -> dict[Node, Node]:
        """Membranes and segments of the somatic lines that conduct into each other, as a forest."""
        parents: dict[Node, Node] = {}
        for neuron in neurons:
            x, y, settings = int(neuron.x()), int(neuron.y()), self[neuron]
            ends = {
                ("membrane", x + 1, y): settings.connect_right,
                ("membrane", x, 1 - y): settings.connect_vertical,
                ("line", x, y): settings.connect_soma or settings.enable_conductance,
            }
            for end, connected in ends.items():
                if connected:
                    parents[_root(parents, _membrane(neuron))] = _root(parents, end)
            if settings.connect_soma_right:
                parents[_root(parents, ("line", x, y))] = _root(parents, ("line", x + 1, y))
        return parents

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Morphology):
            return NotImplemented
        mine, theirs = ({key: one for key, one in each._settings.items() if one != Multicompartment()} for each in (self, other))
        return mine == theirs and self._compartments == other._compartments

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        """A sketch: one letter per circuit for its compartment (`.` none), `-` membranes and `=` somatic lines to the right."""
        width = 1 + max((int(neuron.x()) for neuron in self._settings), default=0)
        return "\n".join(["Morphology(", *("  " + self._sketch(row, width) for row in range(2)), ")"])

    def _sketch(self, row: int, width: int) -> str:
        owner = {neuron: chr(ord("A") + index % 26) for index, some in self._compartments.items() for neuron in some}
        text = ""
        for column in range(width):
            neuron = AtomicNeuronOnLogicalNeuron(column, row)
            settings = self._settings.get(neuron, Multicompartment())
            soma = "o" if settings.connect_soma else "~" if settings.enable_conductance else " "
            text += owner.get(neuron, ".") + soma + ("-" if settings.connect_right else "=" if settings.connect_soma_right else " ")
        return text


def _membrane(neuron: AtomicNeuronOnLogicalNeuron) -> Node:
    return "membrane", int(neuron.x()), int(neuron.y())


def _root(parents: dict[Node, Node], node: Node) -> Node:
    while node in parents and parents[node] != node:
        node = parents[node]
    return node


def _contiguous(block: list[AtomicNeuronOnLogicalNeuron]) -> bool:
    """Whether every circuit can be reached from the first one through neighbours in the block."""
    missing = {(int(neuron.x()), int(neuron.y())) for neuron in block}
    edge = [missing.pop()]
    while edge:
        x, y = edge.pop()
        found = missing & {(x - 1, y), (x + 1, y), (x, 1 - y)}
        missing -= found
        edge += found
    return not missing
