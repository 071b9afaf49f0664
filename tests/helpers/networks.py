"""Populations, projections and graphs in a few words, made through the original's names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

import pygrenade_vx.network as grenade
from halco import (
    AtomicNeuronOnDLS,
    AtomicNeuronOnLogicalNeuron,
    CompartmentOnLogicalNeuron,
    Enum,
    HemisphereOnDLS,
    LogicalNeuronCompartments,
    LogicalNeuronOnDLS,
    PADIBusOnPADIBusBlock,
)
from pygrenade_common import ExecutionInstanceID

INSTANCE = ExecutionInstanceID()
EXCITATORY = grenade.Receptor(grenade.Receptor.ID(), grenade.Receptor.Type.excitatory)
INHIBITORY = grenade.Receptor(grenade.Receptor.ID(), grenade.Receptor.Type.inhibitory)
BOTH = {EXCITATORY, INHIBITORY}
Neuron = grenade.Population.Neuron
Compartment = Neuron.Compartment
POPULATION, PROJECTION = grenade.PopulationOnNetwork, grenade.ProjectionOnNetwork


def shape(*compartments: Sequence[tuple[int, int]]) -> LogicalNeuronCompartments:
    """The shape of a neuron: per compartment its circuits as (column, row)."""
    places = {CompartmentOnLogicalNeuron(i): [AtomicNeuronOnLogicalNeuron(*one) for one in some] for i, some in enumerate(compartments)}
    return LogicalNeuronCompartments(places)


POINT = shape([(0, 0)])


def neuron(
    circuit: int, form: LogicalNeuronCompartments = POINT, record: bool = True, receptors: Any = BOTH, master: int | None = 0
) -> Neuron:
    """A neuron at a circuit (`AtomicNeuronOnDLS` number); the same circuit of every compartment sends its spikes."""
    coordinate = LogicalNeuronOnDLS(form, AtomicNeuronOnDLS(Enum(circuit)))
    spikes = None if master is None else Compartment.SpikeMaster(master, record)
    return Neuron(coordinate, {i: Compartment(spikes, [receptors] * len(some)) for i, some in coordinate.get_placed_compartments().items()})


def population(circuits: Iterable[int], **options: Any) -> grenade.Population:
    return grenade.Population([neuron(circuit, **options) for circuit in circuits])


def external(size: int, record: bool = False) -> grenade.ExternalSourcePopulation:
    return grenade.ExternalSourcePopulation([grenade.ExternalSourcePopulation.Neuron(record) for _ in range(size)])


def background(size: int, buses: dict[int, int], record: bool = False, **config: Any) -> grenade.BackgroundSourcePopulation:
    """`buses`: number of the bus by hemisphere."""
    made = grenade.BackgroundSourcePopulation.Config()
    for name, value in ({"enable_random": size > 1} | config).items():
        setattr(made, name, value)
    neurons = [grenade.BackgroundSourcePopulation.Neuron(record) for _ in range(size)]
    places = {HemisphereOnDLS(hemisphere): PADIBusOnPADIBusBlock(bus) for hemisphere, bus in buses.items()}
    return grenade.BackgroundSourcePopulation(neurons, places, made)


def projection(pre: int, post: int, connections: Any, weight: int = 1, receptor: grenade.Receptor = EXCITATORY) -> grenade.Projection:
    """`connections`: pairs of neurons, or rows of the original's table (neuron, compartment, neuron, compartment, weight)."""
    given = np.array(connections, int)
    table = given if given.ndim == 2 and given.shape[1] == 5 else np.zeros((len(given), 5), int)
    if table is not given and len(given):
        table[:, 0], table[:, 2], table[:, 4] = given[:, 0], given[:, 1], weight
    made = grenade.Projection()
    made.from_numpy(receptor, table, POPULATION(pre), POPULATION(post))
    return made


def all_to_all(pre: int, post: int) -> list[tuple[int, int]]:
    return [(i, j) for i in range(pre) for j in range(post)]


def network(*entities: Any) -> grenade.Network:
    builder = grenade.NetworkBuilder()
    for entity in entities:
        builder.add(entity)
    return builder.done()


def graph(*entities: Any) -> grenade.NetworkGraph:
    made = network(*entities)
    return grenade.build_network_graph(made, grenade.routing.PortfolioRouter()(made))


def recorded(number: int, index: int = 0, compartment: int = 0, circuit: int = 0, source: Any = None) -> grenade.MADCRecording.Neuron:
    """A neuron of a population, to be recorded."""
    made = grenade.MADCRecording.Neuron()
    made.coordinate.population = POPULATION(number)
    made.coordinate.neuron_on_population = index
    made.coordinate.compartment_on_neuron = compartment
    made.coordinate.atomic_neuron_on_compartment = circuit
    if source is not None:
        made.source = source
    return made
