"""A network on the chip: its routing as settings ready to be written, and the translation between both worlds.

`build_network_graph` makes it of a network and its routing; `update_network_graph` takes over what needs no new routing. What runs networks
reads `NetworkGraph.hardware`; nobody changes it: an update puts new objects in the place of old ones, so copies of a graph share them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from grenade.common import ChipOnExecutor, ExecutionInstanceID
from grenade.errors import NetworkError
from grenade.network.between_instances import Forwarding
from grenade.network.descriptors import (
    PlasticityRuleOnExecutionInstance,
    PopulationOnExecutionInstance,
    ProjectionOnExecutionInstance,
    ProjectionOnNetwork,
    exactly_on_network,
)  # fmt: skip
from grenade.network.network import Network
from grenade.network.plasticity import PlasticityRule
from grenade.network.projections import Projection
from grenade.network.recordings import AtomicNeuronOnExecutionInstance, Source
from grenade.network.routing_result import COLUMNS, DRIVERS, NEURONS, ROWS, RoutingResult
from grenade.network.spike_labels import Labels
from halco import (
    AtomicNeuronOnDLS,
    BackgroundSpikeSourceOnDLS,
    CrossbarNodeOnDLS,
    HemisphereOnDLS,
    PadOnDLS,
    SpikeIOAddress,
    SpikeLabel,
    SynapseOnSynapseRow,
    SynapseRowOnDLS,
)  # fmt: skip
from haldls.background import BackgroundSpikeSource
from haldls.lola import SynapseMatrix
from haldls.routing import CrossbarNode
from haldls.spikeio import SpikeIOConfig


class SynapseView(NamedTuple):
    """Synapses of one projection on one hemisphere, as a kernel's handle has them. (facts: clients/grenade 3.4)

    Rows (0..255) that it uses and columns (0..255) of its target population, each ascending.
    """

    projection: ProjectionOnExecutionInstance
    hemisphere: HemisphereOnDLS
    rows: NDArray[np.int64]
    columns: NDArray[np.int64]


class NeuronView(NamedTuple):
    """Circuits of one population on one hemisphere: columns (0..255), ascending, and what each is set to read out."""

    population: PopulationOnExecutionInstance
    hemisphere: HemisphereOnDLS
    columns: NDArray[np.int64]
    readout_sources: list[Source | None]


@dataclass
class RuleOnHardware:
    """A plasticity rule and its handles: synapse views by projection, each top then bottom where in use; neuron views likewise."""

    rule: PlasticityRule
    synapses: list[SynapseView]
    neurons: list[NeuronView]


@dataclass
class AnalogReadout:
    """A circuit that is recorded, its signal, and which neuron of the network it is."""

    circuit: AtomicNeuronOnDLS
    source: Source
    neuron: AtomicNeuronOnExecutionInstance


@dataclass
class CADCView:
    """Circuits of one hemisphere that the CADC records, in order of recording."""

    readouts: list[AnalogReadout]

    @property
    def columns(self) -> NDArray[np.int64]:
        """Columns (0..255) of the circuits."""
        return np.array([int(readout.circuit) % COLUMNS for readout in self.readouts], np.int64)


@dataclass
class SpikeIOOnHardware:
    """Settings of the FPGA's serial link, and the label that each serial address is turned into on its way to the chip."""

    config: SpikeIOConfig
    input_routes: dict[SpikeIOAddress, SpikeLabel]


@dataclass
class Hardware:
    """Settings of one chip for one execution instance. Arrays over coordinates are indexed by the coordinate's enumeration."""

    chip_on_executor: ChipOnExecutor = ChipOnExecutor()

    synapse_weights: NDArray[np.uint8] = field(default_factory=lambda: np.zeros((ROWS, COLUMNS), np.uint8))
    """Weights 0..63: rows by `SynapseRowOnDLS` (0..255 top, 256..511 bottom), columns by `SynapseOnSynapseRow`."""

    synapse_labels: NDArray[np.uint8] = field(default_factory=lambda: np.zeros((ROWS, COLUMNS), np.uint8))
    """Labels 0..63, in the same shape."""

    neurons_with_synapses: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(NEURONS, np.bool_))
    """By `AtomicNeuronOnDLS`: its column has synapses in use, so its synaptic currents have to be on."""

    row_modes: NDArray[np.uint8] = field(default_factory=lambda: np.zeros(ROWS, np.uint8))
    """By `SynapseRowOnDLS`: number of a `SynapseDriverConfig.RowMode`; 0 is disabled."""

    driver_compare_masks: NDArray[np.int16] = field(default_factory=lambda: np.full(DRIVERS, -1, np.int16))
    """By `SynapseDriverOnDLS`: its `row_address_compare_mask`; -1: not in use."""

    padi_buses: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(8, np.bool_))
    """By `PADIBusOnDLS`: bus in use (`enable_spl1`)."""

    crossbar_nodes: dict[CrossbarNodeOnDLS, CrossbarNode] = field(default_factory=dict)
    """Nodes that let something through; all others drop all."""

    neuron_addresses: NDArray[np.int16] = field(default_factory=lambda: np.full(NEURONS, -1, np.int16))
    """By `AtomicNeuronOnDLS`: the address its backend sends; -1: it sends no spikes off itself."""

    background_sources: dict[BackgroundSpikeSourceOnDLS, BackgroundSpikeSource] = field(default_factory=dict)
    """Generators in use, complete."""

    spikeio: SpikeIOOnHardware | None = None

    readout_sources: dict[AtomicNeuronOnDLS, Source] = field(default_factory=dict)
    """Signal of every circuit that MADC, CADC, pads or rules read."""

    madc: list[AnalogReadout] = field(default_factory=list)
    """First and second source of the MADC; with two, samples alternate."""

    cadc: dict[HemisphereOnDLS, CADCView] | None = None
    """Views of the hemispheres in use; None: no recording."""

    cadc_on_dram: bool = False

    pads: dict[PadOnDLS, tuple[AnalogReadout, bool]] = field(default_factory=dict)
    """What leads to a pad, and whether through the buffer."""

    rules: dict[PlasticityRuleOnExecutionInstance, RuleOnHardware] = field(default_factory=dict)


class SpikingNeuron(NamedTuple):
    """A source of spikes in the network."""

    population: int
    neuron: int
    compartment: int


@dataclass
class SpikeTranslation:
    """Labels of spikes against neurons of the network."""

    recorded: list[SpikingNeuron] = field(default_factory=list)
    """All that are recorded, in order of population, neuron, compartment."""

    index_of_label: NDArray[np.int32] = field(default_factory=lambda: np.full(1 << 16, -1, np.int32))
    """By the full label (16 bits) of a spike from the chip: index in `recorded`; -1: nobody's, or not recorded."""

    input_labels: dict[PopulationOnExecutionInstance, list[NDArray[np.uint16]]] = field(default_factory=dict)
    """Per external population and source: labels to send for one spike; none if it is neither connected nor recorded."""


@dataclass
class GraphTranslation:
    """Which parts of the graph take and give data. Vertices are numbers; None: the network has no such part."""

    @dataclass
    class ExecutionInstance:
        """Vertices of one execution instance."""

        event_input_vertex: int | None = None
        event_output_vertex: int | None = None
        madc_sample_output_vertex: int | None = None
        cadc_sample_output_vertex: list[int] = field(default_factory=list)
        spikes: SpikeTranslation = field(default_factory=SpikeTranslation)
        spike_labels: Mapping[PopulationOnExecutionInstance, list[Labels]] = field(default_factory=dict)
        """Labels of all sources; see `SpikeLabels`."""
        forwarded: dict[ExecutionInstanceID, Forwarding] = field(default_factory=dict)
        """By execution instance: what becomes of its spikes that are input here."""

    execution_instances: dict[ExecutionInstanceID, ExecutionInstance] = field(default_factory=dict)


class NetworkGraph:
    """A routed network. Copies (`NetworkGraph(graph)` as well) are independent of later updates of the other.

    `hardware`: settings by execution instance; `graph_translation`: labels of spikes and vertices; `synapses`: where connections lie.
    """

    @dataclass
    class PlacedConnection:
        """One hardware synapse of a connection."""

        weight: SynapseMatrix.Weight
        synapse_row: SynapseRowOnDLS
        synapse_on_row: SynapseOnSynapseRow

    network: Network
    routing: RoutingResult
    hardware: dict[ExecutionInstanceID, Hardware]
    graph_translation: GraphTranslation
    construction_duration: timedelta
    verification_duration: timedelta

    def __init__(self, other: NetworkGraph | None = None) -> None:
        empty: dict[str, Any] = {
            "network": Network(),
            "routing": RoutingResult(),
            "hardware": {},
            "graph_translation": GraphTranslation(),
            "construction_duration": timedelta(0),
            "verification_duration": timedelta(0),
        }
        vars(self).update(empty if other is None else vars(other))

    def get_placed_connections(self, descriptor: ProjectionOnNetwork) -> list[list[PlacedConnection]]:
        """Hardware synapses of each connection of a projection, in order; NetworkError if there is no such projection."""
        return self._placed(exactly_on_network(ProjectionOnNetwork, descriptor), slice(None))

    def get_placed_connection(self, descriptor: ProjectionOnNetwork, index: int) -> list[PlacedConnection]:
        """Hardware synapses of one connection; NetworkError if there is none."""
        number = len(self._projection(exactly_on_network(ProjectionOnNetwork, descriptor)).table)
        if not 0 <= index < number:
            raise NetworkError(f"projection {int(descriptor)} has {number} connections, there is no connection {index}", connection=index)
        return self._placed(exactly_on_network(ProjectionOnNetwork, descriptor), slice(index, index + 1))[0]

    def _projection(self, descriptor: ProjectionOnNetwork) -> Projection:
        instance = self.network.execution_instances.get(descriptor.execution_instance)
        if instance is None or descriptor not in instance.projections:
            raise NetworkError(f"the network has no projection {int(descriptor)}", projection=int(descriptor))
        return instance.projections[descriptor]  # type: ignore[index]

    def _placed(self, descriptor: ProjectionOnNetwork, chosen: slice) -> list[list[PlacedConnection]]:
        connections = range(len(self._projection(descriptor).table))[chosen]
        routing = self.routing.execution_instances[descriptor.execution_instance]
        found: dict[int, list[NetworkGraph.PlacedConnection]] = {connection: [] for connection in connections}
        placed = routing.synapses[descriptor]
        if connections:
            part = slice(*np.searchsorted(placed.connection, [connections[0], connections[-1] + 1]))
            columns = (placed.connection[part], placed.weight[part], placed.row[part], placed.column[part])
            for connection, weight, row, column in zip(*(one.tolist() for one in columns), strict=True):
                at = SynapseRowOnDLS(row), SynapseOnSynapseRow(column)
                found[connection].append(NetworkGraph.PlacedConnection(SynapseMatrix.Weight(weight), *at))
        return [*found.values()]

    def __copy__(self) -> NetworkGraph:
        return NetworkGraph(self)

    def __deepcopy__(self, memo: Any) -> NetworkGraph:
        return NetworkGraph(self)
