"""Networks: what they consist of, how they are put together, routed onto the chip and translated back."""

from grenade.network.builder import NetworkBuilder
from grenade.network.descriptors import (
    PlasticityRuleOnExecutionInstance,
    PlasticityRuleOnNetwork,
    PopulationOnExecutionInstance,
    PopulationOnNetwork,
    ProjectionOnExecutionInstance,
    ProjectionOnNetwork,
)
from grenade.network.graph import NetworkGraph
from grenade.network.network import Network
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

__all__ = [
    "AtomicNeuronOnExecutionInstance",
    "BackgroundSourcePopulation",
    "CADCRecording",
    "ExternalSourcePopulation",
    "MADCRecording",
    "Network",
    "NetworkBuilder",
    "NetworkGraph",
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
]
