"""Several connected neuron circuits as one container, placed by its coordinate."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from halco import CompartmentOnLogicalNeuron, LogicalNeuronOnDLS
from haldls.container import OMNIBUS, container_on
from haldls.errors import ContainerError, CoordinateError
from haldls.fields import Field
from haldls.lola._cells import ANALOG
from haldls.lola.neuron import AtomicNeuron, Multicompartment
from haldls.lola.table import Member, Struct


class MorphologyError(ContainerError):
    """The circuits cannot be connected like this."""


class MCSafeMulticompartment(Struct):
    """What may be changed about the connections of a circuit without changing the morphology."""

    enable_conductance_division = Field(bool, doc="a quarter of the conductance")
    enable_conductance_multiplication = Field(bool, doc="four times the conductance")
    i_bias_nmda = Field(ANALOG)


class MCSafeAtomicNeuron(Struct):
    """A neuron circuit of a logical neuron: everything but its connections to other circuits."""

    excitatory_input = Member(AtomicNeuron.SynapticInput)
    inhibitory_input = Member(AtomicNeuron.SynapticInput)
    leak = Member(AtomicNeuron.Leak)
    reset = Member(AtomicNeuron.Reset)
    threshold = Member(AtomicNeuron.Threshold)
    multicompartment = Member(MCSafeMulticompartment)
    constant_current = Member(AtomicNeuron.ConstantCurrent)
    membrane_capacitance = Member(AtomicNeuron.MembraneCapacitance)
    adaptation = Member(AtomicNeuron.Adaptation)
    exponential = Member(AtomicNeuron.Exponential)
    event_routing = Member(AtomicNeuron.EventRouting)
    readout = Member(AtomicNeuron.Readout)
    refractory_period = Member(AtomicNeuron.RefractoryPeriod)
    bayesian = Member(AtomicNeuron.Bayesian)


SAFE = [field.name for field in MCSafeMulticompartment.fields()]


def _safe(neuron: AtomicNeuron) -> MCSafeAtomicNeuron:
    """A circuit without its connections."""
    made = MCSafeAtomicNeuron()
    _copy(neuron, made)
    return made


def _copy(source: Any, target: Any) -> None:
    for field in MCSafeAtomicNeuron.fields():
        if field.name != "multicompartment":
            setattr(target, field.name, getattr(source, field.name))
    for name in SAFE:
        setattr(target.multicompartment, name, getattr(source.multicompartment, name))


class LogicalNeuron:
    """Several connected circuits as one container; its coordinate says where they stand.

    `neuron[compartment, index]` is a circuit without its connections. Made by `Morphology.done`.
    """

    coordinate = LogicalNeuronOnDLS
    backends = OMNIBUS
    differential = False
    no_write_on: tuple[str, ...] = ()
    no_read_on: tuple[str, ...] = ()

    def __init__(self, other: LogicalNeuron | None = None) -> None:
        self._morphology: dict[int, list[Multicompartment]] = {}
        self._neurons: dict[int, list[MCSafeAtomicNeuron]] = {}
        if other is not None:
            self._morphology = {index: [Multicompartment(one) for one in some] for index, some in other._morphology.items()}
            self._neurons = {index: [MCSafeAtomicNeuron(one) for one in some] for index, some in other._neurons.items()}

    @classmethod
    def _of(cls, morphology: dict[int, list[Multicompartment]]) -> LogicalNeuron:
        made = cls()
        made._morphology = morphology
        made._neurons = {index: [MCSafeAtomicNeuron() for _ in some] for index, some in morphology.items()}
        return made

    def _at(self, key: tuple[Any, int]) -> tuple[list[MCSafeAtomicNeuron], int]:
        compartment, index = key
        if int(compartment) not in self._neurons or not 0 <= index < len(self._neurons[int(compartment)]):
            raise IndexError(f"the logical neuron has no circuit {index} in compartment {int(compartment)}")
        return self._neurons[int(compartment)], index

    def __getitem__(self, key: tuple[CompartmentOnLogicalNeuron, int]) -> MCSafeAtomicNeuron:
        neurons, index = self._at(key)
        return neurons[index]

    def __setitem__(self, key: tuple[CompartmentOnLogicalNeuron, int], neuron: MCSafeAtomicNeuron) -> None:
        neurons, index = self._at(key)
        if not isinstance(neuron, MCSafeAtomicNeuron):
            raise TypeError(f"a circuit of a logical neuron is an MCSafeAtomicNeuron, not {neuron!r}")
        neurons[index] = MCSafeAtomicNeuron(neuron)

    def collapse_neuron(self) -> dict[CompartmentOnLogicalNeuron, list[AtomicNeuron]]:
        """The circuits with their connections, compartment by compartment."""
        return {
            CompartmentOnLogicalNeuron(index): [self._whole(index, number) for number in range(len(circuits))]
            for index, circuits in sorted(self._neurons.items())
        }

    def _whole(self, compartment: int, number: int) -> AtomicNeuron:
        made = AtomicNeuron()
        made.multicompartment = self._morphology[compartment][number]
        _copy(self._neurons[compartment][number], made)
        return made

    @staticmethod
    def _places(coordinate: LogicalNeuronOnDLS) -> list[tuple[int, list[Any]]]:
        if not isinstance(coordinate, LogicalNeuronOnDLS):
            raise CoordinateError(f"LogicalNeuron stands on LogicalNeuronOnDLS, not on {coordinate!r}")
        return sorted((int(index), places) for index, places in coordinate.get_placed_compartments().items())

    def write_access(self, coordinate: LogicalNeuronOnDLS, backend: Any = None) -> tuple[NDArray[Any], ...]:
        """Addresses, words and byte enables of a write. Raises MorphologyError if the coordinate is of another shape."""
        places, neurons = self._places(coordinate), self.collapse_neuron()
        if [(index, len(some)) for index, some in places] != [(int(index), len(some)) for index, some in neurons.items()]:
            raise MorphologyError(f"the logical neuron has other compartments than {coordinate!r}")
        pairs = [pair for (_, some), circuits in zip(places, neurons.values(), strict=True) for pair in zip(some, circuits, strict=True)]
        if not pairs:
            return np.zeros(0, dtype=np.uint32), np.zeros(0, dtype=np.uint32), np.zeros(0, dtype=np.uint8)
        accesses = [neuron.write_access(place, backend) for place, neuron in pairs]
        return tuple(np.concatenate(columns) for columns in zip(*accesses, strict=True))

    @classmethod
    def read_access(cls, coordinate: LogicalNeuronOnDLS, backend: Any = None) -> NDArray[np.uint32]:
        """Addresses of a read."""
        enums = [int(place) for _, places in cls._places(coordinate) for place in places]
        return AtomicNeuron.layout(backend).addresses(enums, False).ravel() if enums else np.zeros(0, dtype=np.uint32)

    def decode(self, words: Any, coordinate: LogicalNeuronOnDLS, backend: Any = None) -> None:
        """Takes circuits and connections from the words read at the coordinate."""
        size, start = AtomicNeuron.layout(backend).n_read, 0
        morphology: dict[int, list[Multicompartment]] = {}
        neurons: dict[int, list[MCSafeAtomicNeuron]] = {}
        for index, places in self._places(coordinate):
            for place in places:
                neuron = AtomicNeuron()
                neuron.decode(words[start : start + size], place, backend)
                morphology.setdefault(index, []).append(Multicompartment(neuron.multicompartment))
                neurons.setdefault(index, []).append(_safe(neuron))
                start += size
        self._morphology, self._neurons = morphology, neurons

    def __eq__(self, other: object) -> bool:
        return self.collapse_neuron() == other.collapse_neuron() if isinstance(other, LogicalNeuron) else NotImplemented

    __hash__ = None  # type: ignore[assignment]

    def __copy__(self) -> LogicalNeuron:
        return type(self)(self)

    def __deepcopy__(self, memo: Any) -> LogicalNeuron:
        return type(self)(self)

    def __repr__(self) -> str:
        circuits = ", ".join(f"{index}: {len(some)}" for index, some in sorted(self._neurons.items()))
        return f"LogicalNeuron(circuits per compartment: {{{circuits}}})"


container_on.setdefault(LogicalNeuronOnDLS, LogicalNeuron)
