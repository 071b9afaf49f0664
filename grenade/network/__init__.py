"""Networks: what they consist of, how they are put together, routed onto the chip and translated back."""

from grenade.network.between_instances import InterExecutionInstanceProjection
from grenade.network.builder import NetworkBuilder
from grenade.network.descriptors import (
    InterExecutionInstanceProjectionOnNetwork,
    PlasticityRuleOnExecutionInstance,
    PlasticityRuleOnNetwork,
    PopulationOnExecutionInstance,
    PopulationOnNetwork,
    ProjectionOnExecutionInstance,
    ProjectionOnNetwork,
)
from grenade.network.graph import NetworkGraph
from grenade.network.graph_builder import build_network_graph
from grenade.network.inputs import InputGenerator
from grenade.network.network import Network
from grenade.network.placed_connection import ConnectionToHardwareRoutes
from grenade.network.plasticity import PlasticityRule
from grenade.network.populations import BackgroundSourcePopulation, ExternalSourcePopulation, Population, Receptor, SpikeIOSourcePopulation
from grenade.network.projections import Projection
from grenade.network.recordings import (
    AtomicNeuronOnExecutionInstance,
    CADCRecording,
    MADCRecording,
    NeuronRecording,
    PadRecording,
)
from grenade.network.routing_result import RoutingResult
from grenade.network.statistics import NetworkGraphStatistics, extract_statistics
from grenade.network.update import requires_routing, update_network_graph

__all__ = [
    "AtomicNeuronOnExecutionInstance",
    "BackgroundSourcePopulation",
    "CADCRecording",
    "ConnectionToHardwareRoutes",
    "ExternalSourcePopulation",
    "InputGenerator",
    "InterExecutionInstanceProjection",
    "InterExecutionInstanceProjectionOnNetwork",
    "MADCRecording",
    "Network",
    "NetworkBuilder",
    "NetworkGraph",
    "NetworkGraphStatistics",
    "NeuronRecording",
    "PadRecording",
    "PlasticityRule",
    "PlasticityRuleOnExecutionInstance",
    "PlasticityRuleOnNetwork",
    "Population",
    "PopulationOnExecutionInstance",
    "PopulationOnNetwork",
    "Projection",
    "ProjectionOnExecutionInstance",
    "ProjectionOnNetwork",
    "Receptor",
    "RoutingResult",
    "SpikeIOSourcePopulation",
    "build_network_graph",
    "extract_statistics",
    "requires_routing",
    "update_network_graph",
]
