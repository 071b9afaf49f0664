"""Neurons on the chip whose circuits the user has chosen relative to each other: what a mapper has to find is a place for each."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np

from grenade.abstract.data import Parameterization, PortData
from grenade.abstract.dimension_units import CIRCUIT, COMPARTMENT, RECEPTOR
from grenade.abstract.errors import TopologyError
from grenade.abstract.identifiers import CompartmentOnNeuron, ReceptorOnCompartment
from grenade.abstract.population import Cell, CellParameterSpace
from grenade.abstract.sequences import MultiIndexSequence
from grenade.abstract.vertex import ONE, Port, PortType
from grenade.network.populations import Receptor
from grenade.values import Entity, attribute, count, exactly, listed, made, mapped, optional
from halco import LogicalNeuronCompartments
from haldls.lola import AtomicNeuron, Chip

SPIKE_PORT, ANALOG_PORT = 0, 1
"""Numbers of the output ports of neurons."""

SYNAPTIC_INPUT_PORT, PARAMETERIZATION_PORT = 0, 1
"""Numbers of the input ports of neurons."""


class LocallyPlacedNeuron(Cell):
    """Base of neurons with a shape: which circuits form which compartment, and what the compartments are for."""

    @dataclass
    class Compartment(Entity):
        """A compartment: who sends its spikes, if it has any, and the type of each receptor of each of its circuits."""

        @dataclass
        class SpikeMaster(Entity):
            """Which of the compartment's circuits sends its spikes."""

            atomic_neuron_on_compartment: int = attribute(count, default=0)

        spike_master: SpikeMaster | None = attribute(optional(exactly(SpikeMaster)), default=None)
        receptors: list[dict[ReceptorOnCompartment, Receptor.Type]] = attribute(
            listed(mapped(made(ReceptorOnCompartment), exactly(Receptor.Type))), default_factory=list
        )

    def __init__(self, compartments: Mapping[Any, Compartment], shape: LogicalNeuronCompartments) -> None:
        """Raises TopologyError if the compartments do not fit the shape."""
        self.compartments = mapped(made(CompartmentOnNeuron), exactly(self.Compartment))(compartments)
        self.shape = exactly(LogicalNeuronCompartments)(shape)
        circuits = {int(index): len(some) for index, some in shape.get_compartments().items()}
        for index, compartment in self.compartments.items():
            _check_compartment(int(index), compartment, circuits)

    @cached_property
    def circuits(self) -> dict[CompartmentOnNeuron, int]:
        """Number of circuits of each compartment of the shape."""
        return {CompartmentOnNeuron(int(index)): len(some) for index, some in self.shape.get_compartments().items()}

    def get_input_ports(self) -> list[Port]:
        """Synaptic input by compartment and receptor; data."""
        channels = [
            (int(index), receptor)
            for index, compartment in self.compartments.items()
            for receptor in sorted({int(one) for circuit in compartment.receptors for one in circuit})
        ]
        inputs = MultiIndexSequence.of(np.array(channels, np.int64).reshape(-1, 2), (COMPARTMENT, RECEPTOR))
        return [Port(PortType.synaptic_input, inputs, shared=True), Port(PortType.data, ONE)]

    def get_output_ports(self) -> list[Port]:
        """Spikes by compartment; analog signals by compartment and circuit."""
        spikes = np.array([[int(index)] for index in self.compartments], np.int64).reshape(-1, 1)
        analog = np.array([(int(index), one) for index, number in self.circuits.items() for one in range(number)], np.int64).reshape(-1, 2)
        return [
            Port(PortType.spike, MultiIndexSequence.of(spikes, (COMPARTMENT,)), shared=True),
            Port(PortType.analog_observable, MultiIndexSequence.of(analog, (COMPARTMENT, CIRCUIT)), shared=True),
        ]

    def data(self) -> dict[int, type[PortData]]:
        return {PARAMETERIZATION_PORT: self.ParameterSpace.Parameterization}

    def receptor(self, compartment: int, receptor: int) -> Receptor:
        """What a synapse on a receptor of a compartment acts on."""
        for circuit in self.compartments[CompartmentOnNeuron(compartment)].receptors:
            if ReceptorOnCompartment(receptor) in circuit:
                return Receptor(Receptor.ID(receptor), circuit[ReceptorOnCompartment(receptor)])
        raise TopologyError(f"compartment {compartment} has no receptor {receptor}", compartment=compartment, receptor=receptor)

    def __eq__(self, other: object) -> bool:
        if type(self) is not type(other):
            return NotImplemented
        return self is other or (self.compartments == other.compartments and self.shape == other.shape)

    __hash__ = None  # type: ignore[assignment]


def _check_compartment(index: int, compartment: LocallyPlacedNeuron.Compartment, circuits: dict[int, int]) -> None:
    if index not in circuits:
        text = f"the shape of the neuron has the compartments {[*circuits]}, there is no compartment {index}"
        raise TopologyError(text, compartment=index)
    if len(compartment.receptors) != circuits[index]:
        numbers = circuits[index], len(compartment.receptors)
        raise TopologyError("compartment {} has {} circuits, but receptors for {}".format(index, *numbers), compartment=index)
    master = compartment.spike_master
    if master is not None and master.atomic_neuron_on_compartment >= circuits[index]:
        at = master.atomic_neuron_on_compartment
        raise TopologyError(f"compartment {index} has {circuits[index]} circuits, circuit {at} cannot send its spikes", compartment=index)


class UncalibratedNeuron(LocallyPlacedNeuron):
    """Neurons whose settings the user gives circuit by circuit."""

    class ParameterSpace(CellParameterSpace):
        """Any settings, for `size` neurons with so many circuits in each compartment."""

        @dataclass
        class Parameterization(Entity, Parameterization):
            """Settings of each circuit, by neuron, compartment, circuit; and of the rest of the chip, for lists of neurons."""

            configs: list[dict[CompartmentOnNeuron, list[AtomicNeuron]]] = attribute(
                listed(mapped(made(CompartmentOnNeuron), listed(exactly(AtomicNeuron)))), default_factory=list
            )
            base_configs: list[tuple[list[int], Chip]] = attribute(
                listed(lambda value: (listed(count)(value[0]), exactly(Chip)(value[1]))), default_factory=list
            )

            def size(self) -> int:
                """Number of neurons."""
                return len(self.configs)

            def __copy__(self) -> Self:
                made = super().__copy__()
                made.configs = [{index: [copy.deepcopy(one) for one in some] for index, some in each.items()} for each in self.configs]
                return made

        def __init__(self, size: int, num_neuron_circuits: Mapping[Any, int]) -> None:
            self._size = count(size)
            self.num_neuron_circuits = mapped(made(CompartmentOnNeuron), count)(num_neuron_circuits)

        def size(self) -> int:
            """Number of neurons."""
            return self._size

        def __eq__(self, other: object) -> bool:
            return vars(self) == vars(other) if isinstance(other, type(self)) else NotImplemented

        __hash__ = None  # type: ignore[assignment]

    def check_parameter_space(self, parameter_space: Any) -> None:
        super().check_parameter_space(parameter_space)
        wanted = {index: number for index, number in self.circuits.items() if index in self.compartments}
        if parameter_space.num_neuron_circuits != wanted:
            numbers = [{int(k): v for k, v in one.items()} for one in (wanted, parameter_space.num_neuron_circuits)]
            raise TopologyError("the neuron has {} circuits by compartment, its parameter space has {}".format(*numbers))
