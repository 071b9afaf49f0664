"""Stored forms of objects that are not tables: of any length, records of events, and what is built from neuron circuits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from halco import (
    AtomicNeuronOnDLS,
    AtomicNeuronOnLogicalNeuron,
    CompartmentOnLogicalNeuron,
    ExternalPPUDRAMMemoryBlockOnFPGA,
    ExternalPPUMemoryBlockOnFPGA,
    PPUMemoryBlockOnPPU,
)
from haldls.errors import SerializationError
from haldls.layout import get_slots, set_slots
from haldls.lola.logical_neuron import LogicalNeuron, MCSafeAtomicNeuron
from haldls.lola.morphology import Morphology
from haldls.lola.neuron import AtomicNeuron, Multicompartment
from haldls.lola.ppu_program import PPUProgram
from haldls.serialization import nodes
from haldls.serialization.layouts import Layout, Values, class_named, node_of, structure
from haldls.serialization.table import classes, coordinates

BLOCKS = (PPUMemoryBlockOnPPU, ExternalPPUMemoryBlockOnFPGA, ExternalPPUDRAMMemoryBlockOnFPGA)
"""What the memory of a symbol of a PPU program can be, in the order of the original's alternatives."""


def _of_block(name: str) -> Layout:
    """Words or bytes, as many as there are."""
    kind = class_named(name)
    row = classes()[name].rows[0]
    element = class_named(row.type.parts[0].name)
    sizes = type(kind().size())

    def take(block: Any, values: Values) -> None:
        if not sizes.min <= values[0] <= sizes.max:
            raise SerializationError(f"a {kind.__name__} holds {sizes.min} to {sizes.max} elements, not {values[0]}")
        block._values = values[1:].astype(block._values.dtype)

    return Layout(
        name,
        nodes.struct(name, {row.stored: nodes.sequence(structure(row.type.parts[0].name, element)[0])}),
        lambda block: np.concatenate([[len(block)], block._values]).astype(np.int64),
        take,
    )


def _of_record(name: str) -> Layout:
    """Attributes one after the other."""
    kind, rows = class_named(name), classes()[name].rows
    types = [type(getattr(kind(), row.name)) for row in rows]

    def take(record: Any, values: Values) -> None:
        for row, one, value in zip(rows, types, values.tolist(), strict=True):
            setattr(record, row.name, one(value))

    return Layout(
        name,
        nodes.struct(name, {row.stored: node_of(row.type, one) for row, one in zip(rows, types, strict=True)}),
        lambda record: np.array([int(getattr(record, row.name)) for row in rows]),
        take,
    )


def _of_symbol(name: str) -> Layout:
    """What a name in a PPU program stands for, and the block of memory it takes up."""
    kind, place = classes()[name].rows

    def give(symbol: PPUProgram.Symbol) -> Values:
        return np.array([symbol.type.value, BLOCKS.index(type(symbol.coordinate)), int(symbol.coordinate)])

    def take(symbol: PPUProgram.Symbol, values: Values) -> None:
        number, block, interval = values.tolist()
        bounds = BLOCKS[block].components(interval)
        symbol.type, symbol.coordinate = PPUProgram.Symbol.Type(number), BLOCKS[block](*bounds)

    types = {member.value: member.value for member in PPUProgram.Symbol.Type}
    members = {kind.stored: node_of(kind.type, codes=types), place.stored: node_of(place.type, BLOCKS)}
    return Layout(name, nodes.struct(name, members), give, take)


# --------------------------------------------------------------------------------------------------------------- logical neurons
def _listed(values: Values, size: int) -> Iterator[tuple[int, Values]]:
    """The entries of a map of lists, as key and elements int64[n, size]. Raises SerializationError for a key that comes twice."""
    position, known = 1, set[int]()
    for _ in range(values[0]):
        key, count = values[position : position + 2].tolist()
        _require_new(key, known)
        position += 2 + count * size
        yield key, values[position - count * size : position].reshape(count, size)


def _require_new(key: int, known: set[int]) -> None:
    if key in known:
        raise SerializationError(f"key {key} of a map comes twice")
    known.add(key)


def _of_logical_neuron(name: str) -> Layout:
    """Circuits by compartment. Which circuits are connected stands in the circuits themselves."""
    row = classes()[name].rows[0]
    node = node_of(row.type, (CompartmentOnLogicalNeuron, MCSafeAtomicNeuron))
    _, slots = structure("lola::vx::v3::MCSafeAtomicNeuron", MCSafeAtomicNeuron)
    _, whole = structure("lola::vx::v3::AtomicNeuron", AtomicNeuron)
    size = len(slots)

    def give(neuron: LogicalNeuron) -> Values:
        values = [np.array([len(neuron._neurons)])]
        for index, circuits in sorted(neuron.collapse_neuron().items(), key=lambda entry: int(entry[0])):
            values += [np.array([int(index), len(circuits)]), *(get_slots(circuit)[whole] for circuit in circuits)]
        return np.concatenate(values).astype(np.int64)

    def take(neuron: LogicalNeuron, values: Values) -> None:
        circuits = {(key, i): _circuit(one, whole) for key, some in _listed(values, size) for i, one in enumerate(some)}
        neuron._take(circuits, None)
        for key, _ in _listed(values, size):  # those without a circuit as well
            neuron._neurons.setdefault(key, [])

    return Layout(name, nodes.struct(name, {row.stored: node}), give, take)


def _circuit(values: Values, order: Values) -> AtomicNeuron:
    made = AtomicNeuron()
    slots = np.empty_like(values)
    slots[order] = values
    set_slots(made, slots)
    return made


def _of_morphology(name: str) -> Layout:
    """The connections of every circuit. Compartments are not stored."""
    row = classes()[name].rows[0]
    element = row.type.parts[1].name
    _, order = structure(element, Multicompartment)

    def give(morphology: Morphology) -> Values:
        values = [np.array([len(morphology._settings)])]
        for circuit, settings in sorted(morphology._settings.items(), key=lambda entry: int(entry[0])):
            values += [np.array([int(circuit)]), get_slots(settings)[order]]
        return np.concatenate(values).astype(np.int64)

    def take(morphology: Morphology, values: Values) -> None:
        settings: dict[Any, Multicompartment] = {}
        known = set[int]()
        for key, *rest in values[1:].reshape(values[0], 1 + len(order)).tolist():
            _require_new(key, known)
            slots = np.empty(len(order), dtype=np.int64)
            slots[order] = rest
            set_slots(settings.setdefault(AtomicNeuronOnLogicalNeuron(key), Multicompartment()), slots)
        morphology._settings, morphology._compartments = settings, {}

    kinds = (AtomicNeuronOnLogicalNeuron, Multicompartment)
    return Layout(name, nodes.struct(name, {row.stored: node_of(row.type, kinds)}), give, take)


def _of_placed_neuron(name: str) -> Layout:
    """The circuits of each compartment. Unlike all other coordinates it has a version."""
    kinds = (CompartmentOnLogicalNeuron, AtomicNeuronOnDLS)

    def give(coordinate: Any) -> Values:
        placed = sorted(coordinate.get_placed_compartments().items(), key=lambda entry: int(entry[0]))
        lists = [[int(index), len(circuits), *map(int, circuits)] for index, circuits in placed]
        return np.array([len(lists), *(number for one in lists for number in one)])

    def take(coordinate: Any, values: Values) -> None:
        placed = sorted((key, some.ravel().tolist()) for key, some in _listed(values, 1))
        coordinate._compartments = {CompartmentOnLogicalNeuron(key): list(map(AtomicNeuronOnDLS, some)) for key, some in placed}

    return Layout(name, nodes.struct(name, {"value0": node_of(coordinates()[name], kinds)}), give, take)


LAYOUTS: dict[str, Callable[[str], Layout]] = {
    "haldls::vx::PPUMemoryBlock": _of_block,
    "lola::vx::ExternalPPUMemoryBlock": _of_block,
    "lola::vx::ExternalPPUDRAMMemoryBlock": _of_block,
    "haldls::vx::HighspeedLinkNotification": _of_record,
    "haldls::vx::MADCSampleFromChip": _of_record,
    "haldls::vx::SpikeFromChip": _of_record,
    "lola::vx::PPUProgram::Symbol": _of_symbol,
    "lola::vx::v3::LogicalNeuron": _of_logical_neuron,
    "lola::vx::v3::Morphology": _of_morphology,
    "halco::hicann_dls::vx::LogicalNeuronOnDLS": _of_placed_neuron,
}
"""How the classes are stored that are no tables, by the original's names."""
