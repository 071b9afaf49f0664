"""Where the parts of a topology lie on the chip, and the settings that run there."""

from __future__ import annotations

from grenade.abstract.calibrated_neuron import CalibratedNeuron
from grenade.abstract.errors import TopologyError
from grenade.abstract.identifiers import CompartmentOnNeuron, VertexOnTopology
from grenade.abstract.mapped import MappedTopology
from grenade.abstract.projection import Projection
from halco import LogicalNeuronOnDLS, SynapseOnDLS, SynapseOnSynapseRow, SynapseOnSynram, SynapseRowOnDLS
from haldls.lola import AtomicNeuron


def get_locally_placed_neuron_coordinates(
    population_descriptor: VertexOnTopology, mapped_topology: MappedTopology
) -> list[LogicalNeuronOnDLS]:
    """Places of the neurons of a population. Raises TopologyError if the vertex is no population of neurons on the chip."""
    return mapped_topology.places(population_descriptor)


def get_calibrated_neuron_actual_hardware_parameters(
    population_descriptor: VertexOnTopology, mapped_topology: MappedTopology
) -> list[dict[CompartmentOnNeuron, list[AtomicNeuron]]]:
    """Settings of calibrated neurons, by neuron, compartment, circuit. They are those of the mapping: to change them changes what runs.

    Raises TopologyError if the vertex is no population of calibrated neurons.
    """
    population = mapped_topology.population(population_descriptor)
    if not isinstance(population.get_cell(), CalibratedNeuron):
        raise TopologyError(f"vertex {int(population_descriptor)}: its neurons are not calibrated, they are {population!r}")
    return mapped_topology.calibrated[population_descriptor]


def get_uncalibrated_synapse_coordinates(
    projection_descriptor: VertexOnTopology, mapped_topology: MappedTopology
) -> list[list[SynapseOnDLS]]:
    """Places of the synapses of each connection of a projection. Raises TopologyError if the vertex is no projection."""
    projection = mapped_topology.get_root().get(projection_descriptor)
    if not isinstance(projection, Projection):
        raise TopologyError(f"vertex {int(projection_descriptor)} is no projection, but {projection!r}")
    found: list[list[SynapseOnDLS]] = [[] for _ in range(projection.size())]
    for instance in mapped_topology.instances:
        for placed in instance.made.projections:
            if placed.vertex == projection_descriptor:
                connections = instance.graph.get_placed_connections(placed.descriptor)
                for synapse, synapses in zip(placed.synapses.tolist(), connections, strict=True):
                    found[synapse] += [_coordinate(one.synapse_row, one.synapse_on_row) for one in synapses]
    return found


def _coordinate(row: SynapseRowOnDLS, column: SynapseOnSynapseRow) -> SynapseOnDLS:
    return SynapseOnDLS(SynapseOnSynram(column, row.toSynapseRowOnSynram()), row.toSynramOnDLS())
