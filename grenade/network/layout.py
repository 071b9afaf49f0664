"""Neurons on the chip as arrays: what checks and routing of many connections at once read."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from grenade.network.populations import Population, Receptor

Indices = NDArray[np.int64]
Mask = NDArray[np.bool_]
HEMISPHERE = 256
"""Circuits, and columns, of a hemisphere."""


class Layout:
    """Circuits of a population in order of neuron, compartment and their place in the compartment.

    Made of a population whose neurons are valid. A slot is one compartment of one neuron. `circuit`, `slot`: per circuit its
    `AtomicNeuronOnDLS` number and slot; `neuron`, `compartment`: per slot what it is of; `first`, `size`: per slot where its circuits
    stand; `master`: per slot the position of its spike master (-1: it sends no spikes); `recorded`: per slot whether its spikes are
    recorded; `leaving`: whether they have to reach the host, for that or because they are passed on; `receptors`: per circuit.
    """

    def __init__(self, population: Population) -> None:
        placed = [neuron.coordinate.get_placed_compartments() for neuron in population.neurons]
        compartments = [one for neuron in population.neurons for one in neuron.compartments.values()]
        masters = [one.spike_master for one in compartments]
        self.neurons = len(population.neurons)
        self.neuron = np.repeat(np.arange(self.neurons), [len(shape) for shape in placed])
        self.compartment = np.array([int(index) for shape in placed for index in shape], np.int64)
        self.size = np.array([len(circuits) for shape in placed for circuits in shape.values()], np.int64)
        self.first = np.cumsum(self.size) - self.size
        self.circuit = np.array([int(circuit) for shape in placed for circuits in shape.values() for circuit in circuits], np.int64)
        self.slot = np.repeat(np.arange(len(compartments)), self.size)
        places = np.array([-1 if one is None else one.neuron_on_compartment for one in masters], np.int64)
        self.master = np.where(places < 0, -1, self.first + places)
        self.recorded = np.array([one is not None and one.enable_record_spikes for one in masters], np.bool_)
        self.leaving = self.recorded
        self.receptors = [receptors for one in compartments for receptors in one.receptors]
        self._with: dict[tuple[object, ...], Mask] = {}

    def __eq__(self, other: object) -> bool:
        names = ("circuit", "slot", "neuron", "compartment", "master", "recorded", "leaving")
        if not isinstance(other, Layout):
            return NotImplemented
        return all(np.array_equal(getattr(self, name), getattr(other, name)) for name in names) and self.receptors == other.receptors

    __hash__ = None  # type: ignore[assignment]

    @cached_property
    def slots(self) -> Indices:
        """Slot by neuron and compartment (neurons x numbers of compartments); -1 where there is none."""
        table = np.full((self.neurons, int(self.compartment.max(initial=0)) + 1), -1, np.int64)
        table[self.neuron, self.compartment] = np.arange(len(self.neuron))
        return table

    def forward(self, neurons: Indices, compartments: Indices) -> None:
        """Spikes of these have to reach the host, whether they are recorded or not."""
        self.leaving = self.leaving.copy()
        self.leaving[self.slots[neurons, compartments]] = True

    def has(self, receptor: Receptor) -> Mask:
        """Per circuit: whether it has a receptor."""
        return self._cached((receptor.id.value(), receptor.type), lambda: [receptor in receptors for receptors in self.receptors])

    def takes(self, receptor: Receptor, hemispheres: Iterable[int] = (0, 1)) -> Mask:
        """Per slot: whether any of its circuits on some hemispheres has a receptor."""
        places = tuple(hemispheres)

        def found() -> Mask:
            slots = np.zeros(len(self.neuron), np.bool_)
            slots[self.slot[self.has(receptor) & np.isin(self.circuit // HEMISPHERE, places)]] = True
            return slots

        return self._cached((receptor.id.value(), receptor.type, places), found)

    def _cached(self, key: tuple[object, ...], make: object) -> Mask:
        if key not in self._with:
            self._with[key] = np.array(make(), np.bool_)  # type: ignore[operator]
        return self._with[key]

    def circuit_of(self, neuron: int, compartment: int, place: int) -> int | None:
        """`AtomicNeuronOnDLS` number of one circuit; None if there is none."""
        if neuron >= self.neurons or compartment >= self.slots.shape[1]:
            return None
        slot = int(self.slots[neuron, compartment])
        return int(self.circuit[self.first[slot] + place]) if slot >= 0 and place < self.size[slot] else None


class Layouts:
    """The layouts of all populations as one: arrays as there, slots and positions counted through.

    `slots` gives the slot of a neuron and compartment of a population.
    """

    def __init__(self, layouts: dict[int, Layout]) -> None:
        every = [*layouts.values()]
        circuits = np.cumsum([0, *(len(one.circuit) for one in every)])
        slots = np.cumsum([0, *(len(one.neuron) for one in every)])
        entries = np.cumsum([0, *(one.slots.size for one in every)])
        self.circuit = _joined([one.circuit for one in every])
        self.slot = _joined([one.slot + base for one, base in zip(every, slots, strict=False)])
        self.size = _joined([one.size for one in every])
        self.master = _joined([np.where(one.master < 0, -1, one.master + base) for one, base in zip(every, circuits, strict=False)])
        self._slots = _joined([one.slots.ravel() + base for one, base in zip(every, slots, strict=False)])
        highest = max(layouts, default=-1) + 1
        self._first, self._width = np.zeros(highest, np.int64), np.zeros(highest, np.int64)
        for number, base in zip(layouts, entries.tolist(), strict=False):
            self._first[number], self._width[number] = base, layouts[number].slots.shape[1]
        self._every = every

    def slots(self, population: Indices, neuron: Indices, compartment: Indices) -> Indices:
        """Slots of many neurons and compartments, which exist."""
        return self._slots[self._first[population] + neuron * self._width[population] + compartment]

    def has(self, receptor: Receptor) -> Mask:
        """Per circuit: whether it has a receptor."""
        return np.concatenate([np.empty(0, np.bool_), *(one.has(receptor) for one in self._every)])


def _joined(parts: list[Indices]) -> Indices:
    return np.concatenate([np.empty(0, np.int64), *parts])
