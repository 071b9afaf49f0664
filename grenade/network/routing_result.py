"""What routing finds: where on the chip every connection lies, and the settings that bring spikes there."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from grenade.common import ExecutionInstanceID
from grenade.network.descriptors import PopulationOnExecutionInstance, ProjectionOnExecutionInstance, ProjectionOnNetwork
from grenade.network.placed_connection import PlacedConnection
from halco import CrossbarNodeOnDLS, HemisphereOnDLS, SpikeLabel
from haldls.routing import CrossbarNode

Indices = NDArray[np.int64]
NEURONS = 512
ROWS = 512
COLUMNS = 256
DRIVERS = 256


@dataclass
class PlacedSynapses:
    """Hardware synapses, sorted by projection, connection and their order in it. Arrays of equal length:

    `projection`: its number; `entry`: number of the connection among those of all projections; `connection`: index of the connection in
    its projection; `row`: 0..511, `SynapseRowOnDLS` (top block first); `column`: 0..255, `SynapseOnSynapseRow`; `weight`, `label`: 0..63.

    `synapses[descriptor]` gives those of one projection.
    """

    projection: Indices
    entry: Indices
    connection: Indices
    row: Indices
    column: Indices
    weight: Indices
    label: Indices

    def __getitem__(self, descriptor: ProjectionOnExecutionInstance | ProjectionOnNetwork) -> PlacedSynapses:
        begin, end = np.searchsorted(self.projection, [int(descriptor), int(descriptor) + 1])
        return PlacedSynapses(*(getattr(self, field.name)[begin:end] for field in dataclasses.fields(self)))

    def __len__(self) -> int:
        return len(self.projection)


def _none() -> PlacedSynapses:
    return PlacedSynapses(*(np.empty(0, np.int64) for _ in dataclasses.fields(PlacedSynapses)))


def _unused(number: int) -> NDArray[np.int16]:
    return np.full(number, -1, np.int16)


@dataclass
class RoutingResult:
    """What routing finds, by execution instance, and how long it took."""

    @dataclass
    class ExecutionInstance:
        """Settings of one chip. Arrays over coordinates are indexed by the coordinate's enumeration; -1 stands for unused."""

        PlacedConnection: ClassVar = PlacedConnection

        synapses: PlacedSynapses = field(default_factory=_none)

        external_labels: dict[PopulationOnExecutionInstance, list[list[SpikeLabel]]] = field(default_factory=dict)
        """Per external source the labels that the host sends for one spike: one for each bus that it has to reach."""

        background_labels: dict[PopulationOnExecutionInstance, dict[HemisphereOnDLS, list[SpikeLabel]]] = field(default_factory=dict)
        """Per background population and hemisphere the label of each of its sources."""

        neuron_addresses: NDArray[np.int16] = field(default_factory=lambda: _unused(NEURONS))
        """By `AtomicNeuronOnDLS`: the address that its backend sends (`neuron_backend_address_out`)."""

        driver_compare_masks: NDArray[np.int16] = field(default_factory=lambda: _unused(DRIVERS))
        """By `SynapseDriverOnDLS`: its `row_address_compare_mask`."""

        row_modes: NDArray[np.uint8] = field(default_factory=lambda: np.zeros(ROWS, np.uint8))
        """By `SynapseRowOnDLS`: number of a `SynapseDriverConfig.RowMode`; 0 is disabled."""

        crossbar_nodes: dict[CrossbarNodeOnDLS, CrossbarNode] = field(default_factory=dict)
        """Nodes that let something through; all others drop all."""

        # what users fill in who route themselves (`routing_by_hand`), in place of all above but the crossbar's nodes
        connections: dict[Any, Any] | None = None
        """By projection and connection the `PlacedConnection`s."""

        external_spike_labels: dict[Any, Any] = field(default_factory=dict)
        internal_neuron_labels: dict[Any, Any] = field(default_factory=dict)
        """By population and neuron {compartment: address of each circuit, None for those that send nothing}."""

        background_spike_source_labels: dict[Any, Any] = field(default_factory=dict)
        background_spike_source_masks: dict[Any, Any] = field(default_factory=dict)
        synapse_driver_compare_masks: dict[Any, Any] = field(default_factory=dict)
        synapse_row_modes: dict[Any, Any] = field(default_factory=dict)
        connection_routing_result: dict[Any, Any] = field(default_factory=dict)

    execution_instances: dict[ExecutionInstanceID, ExecutionInstance] = field(default_factory=dict)
    duration: timedelta = timedelta(0)
