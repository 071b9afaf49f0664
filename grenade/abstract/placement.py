"""Places of neurons and generators on a chip: first come, first served, in the order of a permutation. (facts: clients/grenade 3.0)"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from grenade.abstract.errors import MappingError, TopologyError
from grenade.values import exactly, listed
from halco import AtomicNeuronOnDLS, Enum, HemisphereOnDLS, LogicalNeuronCompartments, LogicalNeuronOnDLS, PADIBusOnPADIBusBlock

T = TypeVar("T")

ALL_NEURONS = [AtomicNeuronOnDLS(Enum(number)) for number in range(AtomicNeuronOnDLS.size)]
ALL_GENERATORS = [PADIBusOnPADIBusBlock(number) for number in range(PADIBusOnPADIBusBlock.size)]

SOURCES_OF_GENERATOR = 256
"""Sources that one generator can tell apart by its label."""


class Permutations:
    """In which order circuits and generators (one per hemisphere, on the same bus) are tried. Shorter lists leave the rest unused."""

    def __init__(self) -> None:
        self.neurons = list(ALL_NEURONS)
        self.generators = list(ALL_GENERATORS)

    def set_neurons(self, neurons: Iterable[AtomicNeuronOnDLS]) -> None:
        """Replaces the order of circuits. Raises TopologyError if one stands in it twice."""
        self.neurons = _distinct(listed(exactly(AtomicNeuronOnDLS))(neurons), "neuron circuit")

    def set_generators(self, generators: Iterable[PADIBusOnPADIBusBlock]) -> None:
        """Replaces the order of generators. Raises TopologyError if one stands in it twice."""
        self.generators = _distinct(listed(exactly(PADIBusOnPADIBusBlock))(generators), "background source")


def _distinct(values: list[T], what: str) -> list[T]:
    twice = [value for number, value in enumerate(values) if value in values[:number]] if len(set(values)) != len(values) else []
    if twice:
        raise TopologyError(f"a permutation names each {what} once, {twice[0]!r} stands in it twice")
    return values


class Places:
    """What is free on a chip."""

    def __init__(self, permutations: Permutations) -> None:
        self._order = permutations.neurons
        self._free = set(permutations.neurons)
        self._generators = list(permutations.generators)
        self._tried: list[tuple[LogicalNeuronCompartments, int]] = []

    def neurons(self, shape: LogicalNeuronCompartments, number: int, who: str) -> list[LogicalNeuronOnDLS]:
        """Places for so many neurons of a shape. Raises MappingError, in which `who` needs them, if there are not enough."""
        found: list[LogicalNeuronOnDLS] = []
        start = next((at for other, at in self._tried if other == shape), 0)  # what did not fit before does not fit now
        for at in range(start, len(self._order)):
            if len(found) == number:
                break
            start = at + 1
            neuron = self._placed(shape, self._order[at])
            if neuron is not None:
                self._free.difference_update(neuron.get_atomic_neurons())
                found.append(neuron)
        self._tried = [(shape, start), *(one for one in self._tried if one[0] != shape)]
        if len(found) < number:
            circuits = sum(len(some) for some in shape.get_compartments().values())
            room = f"there is room for {len(found)} of {number} neurons of {circuits} circuits each"
            text = f"{who}: {room}; {len(self._free)} circuits are left"
            raise MappingError(f"Placement unsuccessful. ({text})", "neuron circuits", number * circuits, len(self._free))
        return found

    def _placed(self, shape: LogicalNeuronCompartments, anchor: AtomicNeuronOnDLS) -> LogicalNeuronOnDLS | None:
        if anchor not in self._free:
            return None
        try:
            neuron = LogicalNeuronOnDLS(shape, anchor)
        except RuntimeError:  # does not fit beside the border of the neuron array
            return None
        return neuron if self._free.issuperset(neuron.get_atomic_neurons()) else None

    def generator(self, who: str) -> dict[HemisphereOnDLS, PADIBusOnPADIBusBlock]:
        """A generator on each hemisphere."""
        if not self._generators:
            text = f"Placement unsuccessful. ({who}: all generators of background spikes are in use)"
            raise MappingError(text, "background sources", 1, 0)
        bus = self._generators.pop(0)
        return {HemisphereOnDLS(number): bus for number in range(HemisphereOnDLS.size)}
