"""Neurons of several compartments: how neuron circuits are connected.

>>> from halco import AtomicNeuronOnLogicalNeuron
>>> from haldls.lola import Morphology
>>> morphology = Morphology()
>>> compartment = morphology.create_compartment([AtomicNeuronOnLogicalNeuron(0, 0), AtomicNeuronOnLogicalNeuron(1, 0)])
>>> shape, neuron = morphology.done()
>>> neuron[compartment, 1].leak.v_leak = 700
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from halco import (
    AtomicNeuronOnLogicalNeuron,
    CompartmentOnLogicalNeuron,
    LogicalNeuronCompartments,
    NeuronColumnOnLogicalNeuron,
    NeuronRowOnLogicalNeuron,
)
from halco.record import taken
from halco.value import shown
from haldls.lola.logical_neuron import SWITCHES, Joint, LogicalNeuron, MorphologyError
from haldls.lola.neuron import Multicompartment

__all__ = ["Morphology"]

Node = tuple[str, int, int]


class Morphology:
    """Connects circuits to compartments, and compartments to a neuron along the somatic lines of the two rows."""

    def __init__(self) -> None:
        self._settings: dict[AtomicNeuronOnLogicalNeuron, Multicompartment] = {}
        self._compartments: dict[int, list[AtomicNeuronOnLogicalNeuron]] = {}

    def __getitem__(self, neuron: AtomicNeuronOnLogicalNeuron) -> Multicompartment:
        """A copy of the connections of a circuit. Raises IndexError for one that nothing was said about yet."""
        if neuron not in self._settings:
            raise IndexError(f"{neuron!r} is not part of the morphology")
        return Multicompartment(self._settings[neuron])

    def _part(self, neuron: AtomicNeuronOnLogicalNeuron) -> Multicompartment:
        """The connections of a circuit, which thereby becomes part of the morphology."""
        return self._settings.setdefault(AtomicNeuronOnLogicalNeuron(neuron), Multicompartment())

    def connect_to_soma(self, neuron: AtomicNeuronOnLogicalNeuron) -> None:
        """Connects a circuit directly to the somatic line. Raises MorphologyError if it is connected through its conductance."""
        if self._part(neuron).enable_conductance:
            raise MorphologyError(f"{neuron!r} is already connected to the somatic line through its conductance")
        self._part(neuron).connect_soma = True

    def connect_resistor_to_soma(self, neuron: AtomicNeuronOnLogicalNeuron) -> None:
        """Connects a circuit to the somatic line through its conductance. Raises MorphologyError if it is connected directly."""
        if self._part(neuron).connect_soma:
            raise MorphologyError(f"{neuron!r} is already connected to the somatic line directly")
        self._part(neuron).enable_conductance = True

    def connect_soma_line(
        self, x_start: NeuronColumnOnLogicalNeuron, x_end: NeuronColumnOnLogicalNeuron, row: NeuronRowOnLogicalNeuron
    ) -> None:
        """Connects the somatic line of a row between two columns, both included. All these circuits become part of the neuron."""
        first, last = (int(taken(NeuronColumnOnLogicalNeuron, x, "connect_soma_line")) for x in (x_start, x_end))
        place = taken(NeuronRowOnLogicalNeuron, row, "connect_soma_line")
        for column in range(first, last):
            self._part(AtomicNeuronOnLogicalNeuron(column, place)).connect_soma_right = True
        self._part(AtomicNeuronOnLogicalNeuron(last, place))

    def create_compartment(self, neurons: Iterable[AtomicNeuronOnLogicalNeuron]) -> CompartmentOnLogicalNeuron:
        """Connects the membranes of neighbouring circuits; between the two rows, both ends are closed (assumed).

        Raises MorphologyError if there are none, if one is part of another compartment, or if they are not contiguous.
        """
        if not hasattr(type(neurons), "__iter__"):
            raise TypeError(f"a compartment is made from a list of AtomicNeuronOnLogicalNeuron, not from {shown(neurons)}")
        block = [AtomicNeuronOnLogicalNeuron(neuron) for neuron in neurons]
        self._refuse(block)
        inside = set(block)
        for neuron in inside:
            x, y, settings = int(neuron.x()), int(neuron.y()), self._part(neuron)
            if x < NeuronColumnOnLogicalNeuron.max and AtomicNeuronOnLogicalNeuron(x + 1, y) in inside:
                settings.connect_right = True
            if AtomicNeuronOnLogicalNeuron(x, 1 - y) in inside:
                settings.connect_vertical = True
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
        """Shape and circuits of the neuron.

        Circuits that are connected but were put into no compartment, such as those that only pass the somatic line on, form
        compartments of their own. Raises MorphologyError if two compartments are directly connected, or if some are not connected.
        """
        compartments = self._all_compartments()
        self._refuse_separate(compartments)
        settings = {index: [self[neuron] for neuron in some] for index, some in compartments.items()}
        shape = {CompartmentOnLogicalNeuron(index): some for index, some in compartments.items()}
        return LogicalNeuronCompartments(shape), LogicalNeuron._of(settings, self._joints(compartments))

    def _all_compartments(self) -> dict[int, list[AtomicNeuronOnLogicalNeuron]]:
        """The compartments that were created and, after them, those of the remaining circuits."""
        direct = self._directly_connected()
        groups: dict[Node, list[AtomicNeuronOnLogicalNeuron]] = {}
        for neuron in sorted(self._settings, key=int):
            groups.setdefault(_root(direct, _membrane(neuron)), []).append(neuron)
        for index, some in self._compartments.items():
            if len(groups.pop(_root(direct, _membrane(some[0])), [])) != len(some):
                raise MorphologyError(f"compartment {index} is larger than it was created: the somatic line joins it with other circuits")
        return self._compartments | dict(enumerate(groups.values(), start=len(self._compartments)))

    def _directly_connected(self) -> dict[Node, Node]:
        """Membranes that are one: next to each other, or through the somatic line without a conductance; as a forest."""
        parents: dict[Node, Node] = {}
        for neuron, settings in self._settings.items():
            x, y = int(neuron.x()), int(neuron.y())
            ends = {
                ("membrane", x + 1, y): settings.connect_right,
                ("membrane", x, 1 - y): settings.connect_vertical,
                ("line", x, y): settings.connect_soma,
            }
            for end in (end for end, connected in ends.items() if connected):
                _join(parents, _membrane(neuron), end)
            if settings.connect_soma_right:
                _join(parents, ("line", x, y), ("line", x + 1, y))
        return parents

    def _refuse_separate(self, compartments: Mapping[int, list[AtomicNeuronOnLogicalNeuron]]) -> None:
        """Raises MorphologyError unless all compartments are connected by somatic lines."""
        owner = {neuron: index for index, some in compartments.items() for neuron in some}
        parents: dict[int, int] = {}
        for stretch in self._somatic_lines():
            attached = [neuron for neuron in stretch if self[neuron].connect_soma or self[neuron].enable_conductance]
            passing = [neuron for neuron in stretch if self[neuron] == Multicompartment(connect_soma_right=True)]
            for neuron in [*attached, *passing] if attached else []:
                _join(parents, owner[attached[0]], owner[neuron])
        if len({_root(parents, index) for index in compartments}) > 1:
            raise MorphologyError("not all compartments of the neuron are connected to each other")

    def _somatic_lines(self) -> Iterator[list[AtomicNeuronOnLogicalNeuron]]:
        """The circuits along each uninterrupted stretch of a somatic line."""
        stretch: list[AtomicNeuronOnLogicalNeuron] = []
        for neuron in sorted(self._settings, key=int):
            if stretch and not self._continues(stretch[-1], neuron):
                yield stretch
                stretch = []
            stretch.append(neuron)
        if stretch:
            yield stretch

    def _continues(self, left: AtomicNeuronOnLogicalNeuron, right: AtomicNeuronOnLogicalNeuron) -> bool:
        return self._settings[left].connect_soma_right and int(right) == int(left) + 1 and left.y() == right.y()

    def _joints(self, compartments: Mapping[int, list[AtomicNeuronOnLogicalNeuron]]) -> Iterator[Joint]:
        """Which circuits the switches to the right connect."""
        place = {neuron: (index, number) for index, some in compartments.items() for number, neuron in enumerate(some)}
        for neuron, settings in self._settings.items():
            for switch in (switch for switch in SWITCHES if getattr(settings, switch)):
                right = AtomicNeuronOnLogicalNeuron(int(neuron.x()) + 1, int(neuron.y()))
                yield Joint(switch, place[neuron], place[right])

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Morphology):
            return NotImplemented
        return self._settings == other._settings and self._compartments == other._compartments

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


def _root(parents: dict[Any, Any], node: Any) -> Any:
    while node in parents and parents[node] != node:
        node = parents[node]
    return node


def _join(parents: dict[Any, Any], one: Any, other: Any) -> None:
    parents[_root(parents, one)] = _root(parents, other)


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
