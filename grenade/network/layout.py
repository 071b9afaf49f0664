"""Neurons of an on-chip population as arrays: what checks and routing of many connections at once read."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from grenade.network.populations import Population, Receptor

Indices = NDArray[np.int64]


class Layout:
    """Circuits of a population in order of neuron, compartment and their place in the compartment.

    Made of a population whose neurons are valid. A slot is one compartment of one neuron. `circuit`, `slot`: per circuit its
    `AtomicNeuronOnDLS` number and slot; `neuron`, `compartment`: per slot what it is of; `first`, `size`: per slot where its circuits
    stand; `master`: per slot the position of its spike master (-1: it sends no spikes); `recorded`: per slot whether its spikes are
    recorded.
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
        self._receptors = [receptors for one in compartments for receptors in one.receptors]
        self._with: dict[Receptor, NDArray[np.bool_]] = {}

    def __eq__(self, other: object) -> bool:
        names = ("circuit", "slot", "neuron", "compartment", "master", "recorded")
        if not isinstance(other, Layout):
            return NotImplemented
        return all(np.array_equal(getattr(self, name), getattr(other, name)) for name in names) and self._receptors == other._receptors

    __hash__ = None  # type: ignore[assignment]

    @cached_property
    def slots(self) -> Indices:
        """Slot by neuron and compartment (neurons x numbers of compartments); -1 where there is none."""
        table = np.full((self.neurons, int(self.compartment.max(initial=0)) + 1), -1, np.int64)
        table[self.neuron, self.compartment] = np.arange(len(self.neuron))
        return table

    def slots_of(self, neurons: Indices, compartments: Indices) -> Indices:
        """Slots of many neurons and compartments; -1 where there is none."""
        inside = (neurons < self.neurons) & (compartments < self.slots.shape[1])
        found = np.full(len(neurons), -1, np.int64)
        found[inside] = self.slots[neurons[inside], compartments[inside]]
        return found

    def has(self, receptor: Receptor) -> NDArray[np.bool_]:
        """Per circuit: whether it has a receptor."""
        if receptor not in self._with:
            self._with[receptor] = np.array([receptor in receptors for receptors in self._receptors], np.bool_)
        return self._with[receptor]

    def circuit_of(self, neuron: int, compartment: int, place: int) -> int | None:
        """`AtomicNeuronOnDLS` number of one circuit; None if there is none."""
        slot = int(self.slots_of(np.array([neuron]), np.array([compartment]))[0])
        return int(self.circuit[self.first[slot] + place]) if slot >= 0 and place < self.size[slot] else None
