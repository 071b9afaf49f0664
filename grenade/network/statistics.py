"""How much of the chip a network uses, and how long it took to put it there."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from functools import singledispatch
from typing import Any

from grenade.common import ExecutionInstanceID
from grenade.network.graph import Hardware, NetworkGraph
from grenade.network.network import Network
from grenade.network.populations import Population
from grenade.network.routing_result import COLUMNS, DRIVERS, NEURONS, ROWS, RoutingResult
from halco.value import shown


@dataclass
class NetworkGraphStatistics:
    """Numbers and usage (fraction of the chip) by execution instance, and durations."""

    @dataclass
    class ExecutionInstance:
        """Populations and projections of all kinds, neurons on the chip, connections, drivers in use."""

        num_populations: int = 0
        num_projections: int = 0
        num_neurons: int = 0
        num_synapses: int = 0
        num_synapse_drivers: int = 0
        neuron_usage: float = 0.0
        synapse_usage: float = 0.0
        synapse_driver_usage: float = 0.0

        def get_num_populations(self) -> int:
            """Number of populations of all kinds."""
            return self.num_populations

        def get_num_projections(self) -> int:
            """Number of projections."""
            return self.num_projections

        def get_num_neurons(self) -> int:
            """Number of neurons on the chip."""
            return self.num_neurons

        def get_num_synapses(self) -> int:
            """Number of connections; one of more than 63 of weight has several synapses on the chip."""
            return self.num_synapses

        def get_num_synapse_drivers(self) -> int:
            """Number of synapse drivers in use."""
            return self.num_synapse_drivers

        def get_neuron_usage(self) -> float:
            """Neurons by the number of neuron circuits."""
            return self.neuron_usage

        def get_synapse_usage(self) -> float:
            """Used synapses by all of the chip."""
            return self.synapse_usage

        def get_synapse_driver_usage(self) -> float:
            """Used drivers by all of the chip."""
            return self.synapse_driver_usage

    execution_instances: dict[ExecutionInstanceID, ExecutionInstance] = field(default_factory=dict)
    abstract_network_construction_duration: timedelta = timedelta(0)
    hardware_network_construction_duration: timedelta = timedelta(0)
    verification_duration: timedelta = timedelta(0)
    routing_duration: timedelta = timedelta(0)

    def get_execution_instances(self) -> dict[ExecutionInstanceID, ExecutionInstance]:
        """Statistics of each execution instance."""
        return self.execution_instances

    def get_abstract_network_construction_duration(self) -> timedelta:
        """Time spent in the network builder."""
        return self.abstract_network_construction_duration

    def get_hardware_network_construction_duration(self) -> timedelta:
        """Time spent on making the graph and on its updates."""
        return self.hardware_network_construction_duration

    def get_verification_duration(self) -> timedelta:
        """Time spent on checking the graph."""
        return self.verification_duration

    def get_routing_duration(self) -> timedelta:
        """Time spent on routing."""
        return self.routing_duration


@singledispatch
def extract_statistics(mapped: Any) -> NetworkGraphStatistics:
    """Statistics of a network graph; other rooms register what else is mapped onto chips. Raises TypeError for anything else."""
    raise TypeError(f"there are statistics of what is mapped onto chips, as a NetworkGraph, not of {shown(mapped)}")


@extract_statistics.register
def _of_graph(network_graph: NetworkGraph) -> NetworkGraphStatistics:
    instances = {
        name: _of(instance, network_graph.routing.execution_instances[name], network_graph.hardware[name])
        for name, instance in network_graph.network.execution_instances.items()
    }
    return NetworkGraphStatistics(
        instances,
        network_graph.network.construction_duration,
        network_graph.construction_duration,
        network_graph.verification_duration,
        network_graph.routing.duration,
    )


def _of(
    network: Network.ExecutionInstance, routing: RoutingResult.ExecutionInstance, hardware: Hardware
) -> NetworkGraphStatistics.ExecutionInstance:
    neurons = sum(len(one.neurons) for one in network.populations.values() if isinstance(one, Population))
    drivers = int((hardware.driver_compare_masks >= 0).sum())
    return NetworkGraphStatistics.ExecutionInstance(
        num_populations=len(network.populations),
        num_projections=len(network.projections),
        num_neurons=neurons,
        num_synapses=len(network.connections.table),
        num_synapse_drivers=drivers,
        neuron_usage=neurons / NEURONS,
        synapse_usage=len(routing.synapses) / (ROWS * COLUMNS),
        synapse_driver_usage=drivers / DRIVERS,
    )
