"""Topologies of neurons in bypass mode, which pass on what reaches them, as users of the original's names write them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from halco import AtomicNeuronOnLogicalNeuron, CompartmentOnLogicalNeuron, LogicalNeuronCompartments
from haldls.lola import AtomicNeuron, Chip
from pygrenade_common import (
    CellOnPopulationDimensionUnit,
    CompartmentOnNeuron,
    CompartmentOnNeuronDimensionUnit,
    CuboidMultiIndexSequence,
    Edge,
    InputData,
    ListMultiIndexSequence,
    MultiIndex,
    OutputData,
    Population,
    Projection,
    ReceptorOnCompartment,
    ReceptorOnCompartmentDimensionUnit,
    SequenceConnector,
    TimeDomainOnTopology,
    Topology,
    VertexOnTopology,
)
from pygrenade_vx.execution import JITGraphExecutorHandle, run
from pygrenade_vx.network import Receptor
from pygrenade_vx.network.abstract import (
    AtomicNeuronOnCompartmentDimensionUnit,
    ClockCycleTimeDomainRuntimes,
    ExternalSourceNeuron,
    GreedyMapper,
    JITCalibration,
    MADCRecorder,
    SpikeRecorder,
    UncalibratedNeuron,
    UncalibratedSynapse,
)

CELL, COMPARTMENT = CellOnPopulationDimensionUnit(), CompartmentOnNeuronDimensionUnit()
RECEPTOR, CIRCUIT = ReceptorOnCompartmentDimensionUnit(), AtomicNeuronOnCompartmentDimensionUnit()
DOMAIN, SOMA = TimeDomainOnTopology(), CompartmentOnNeuron()
MS = 125000
BYPASS = Chip.default_neuron_bypass
PATH = 80
"""From the host to a neuron in bypass mode and back, FPGA cycles: an upper bound."""


def shape(size: int) -> CuboidMultiIndexSequence:
    return CuboidMultiIndexSequence([size], [CELL])


def neuron_shape() -> LogicalNeuronCompartments:
    return LogicalNeuronCompartments({CompartmentOnLogicalNeuron(): [AtomicNeuronOnLogicalNeuron()]})


def neurons(size: int) -> Population:
    receptors = {ReceptorOnCompartment(0): Receptor.Type.excitatory, ReceptorOnCompartment(1): Receptor.Type.inhibitory}
    compartment = UncalibratedNeuron.Compartment(UncalibratedNeuron.Compartment.SpikeMaster(0), [receptors])
    cell = UncalibratedNeuron({SOMA: compartment}, neuron_shape())
    return Population(cell, shape(size), UncalibratedNeuron.ParameterSpace(size, {SOMA: 1}), DOMAIN)


def sources(size: int) -> Population:
    return Population(ExternalSourceNeuron(), shape(size), ExternalSourceNeuron.ParameterSpace(size), DOMAIN)


def projection(pairs: Sequence[tuple[int, int]], max_weight: int = 63) -> Projection:
    connections = ListMultiIndexSequence()
    connections.from_numpy(np.array(pairs), [CELL, CELL])
    ends = connections.distinct_projection({0}), connections.distinct_projection({1})
    space = UncalibratedSynapse.ParameterSpace([UncalibratedSynapse.Weight(max_weight)] * len(pairs))
    return Projection(UncalibratedSynapse(), space, SequenceConnector(*ends, connections), DOMAIN)


def connect(topology: Topology, pre: VertexOnTopology, post: VertexOnTopology, pairs: Sequence[tuple[int, int]], **kind: int) -> Any:
    """A projection between two populations."""
    vertex = projection(pairs, **kind)
    inputs, outputs = vertex.get_connector().get_input_sequence(), vertex.get_connector().get_output_sequence()
    descriptor = topology.add_vertex(vertex)
    soma = CuboidMultiIndexSequence([1], MultiIndex([0]), [COMPARTMENT])
    excitatory = CuboidMultiIndexSequence([1], MultiIndex([0]), [RECEPTOR])
    topology.add_edge(pre, descriptor, Edge(inputs.cartesian_product(soma), inputs))
    topology.add_edge(descriptor, post, Edge(outputs, outputs.cartesian_product(soma).cartesian_product(excitatory)))
    return descriptor


def record(topology: Topology, population: VertexOnTopology, cells: Sequence[int]) -> VertexOnTopology:
    """A recorder of spikes of some cells, one channel each."""
    recorder = topology.add_vertex(SpikeRecorder(CuboidMultiIndexSequence([len(cells)]), DOMAIN))
    channels = ListMultiIndexSequence([MultiIndex([cell, 0]) for cell in cells], [CELL, COMPARTMENT])
    topology.add_edge(population, recorder, Edge(channels, CuboidMultiIndexSequence([len(cells)]), 0, 0))
    return recorder


def record_voltage(topology: Topology, population: VertexOnTopology, cells: Sequence[int], kind: Any = MADCRecorder) -> VertexOnTopology:
    """A recorder of analog signals of some cells."""
    recorder = topology.add_vertex(kind(shape=CuboidMultiIndexSequence([len(cells)]), time_domain=DOMAIN))
    channels = ListMultiIndexSequence([MultiIndex([cell, 0, 0]) for cell in cells], [CELL, COMPARTMENT, CIRCUIT])
    topology.add_edge(population, recorder, Edge(channels, CuboidMultiIndexSequence([len(cells)]), 1, 0))
    return recorder


def settings(size: int, base: Chip = BYPASS) -> Any:
    """Settings of neurons as a chip has them at its first neuron."""
    made = UncalibratedNeuron.ParameterSpace.Parameterization()
    configs = []
    for _ in range(size):
        neuron = AtomicNeuron(base.neuron_block.atomic_neurons[0])
        neuron.event_routing.analog_output = AtomicNeuron.EventRouting.AnalogOutputMode.normal
        configs.append({SOMA: [neuron]})
    made.configs, made.base_configs = configs, [(list(range(size)), base)]
    return made


def runtimes(cycles: int, batch_size: int = 1) -> ClockCycleTimeDomainRuntimes:
    return ClockCycleTimeDomainRuntimes([cycles] * batch_size, 0)


def data(topology: Topology, spikes: dict[Any, Any], cycles: int = MS // 5, weight: int = 63) -> InputData:
    """Spikes by vertex (batch entry, source, times); all weights are the same."""
    made, size = InputData(), max((len(given) for given in spikes.values()), default=1)
    for vertex in topology.vertices():
        entity: Any = topology.get(vertex)
        if isinstance(entity, Projection):
            made.ports.set((vertex, 1), UncalibratedSynapse.ParameterSpace.Parameterization([weight] * entity.size()))
        elif isinstance(entity, Population) and isinstance(entity.get_cell(), ExternalSourceNeuron):
            made.ports.set((vertex, 0), ExternalSourceNeuron.Dynamics(spikes[vertex]))
        elif isinstance(entity, Population):
            made.ports.set((vertex, 1), settings(entity.size()))
    made.time_domain_runtimes.set(DOMAIN, runtimes(cycles, size))
    return made


def execute(executor: JITGraphExecutorHandle, topology: Topology, given: InputData, mapper: GreedyMapper | None = None) -> OutputData:
    """Maps and runs one snippet."""
    mapped = (mapper or GreedyMapper())(topology, JITCalibration(), executor)
    return mapped.map_root_output_data(run(executor, [mapped], [mapped.map_root_input_data(given)], {})[0])
