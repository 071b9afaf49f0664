"""Abstract topologies: experiments whose neurons, synapses and recorders a mapper places on chips and a calibration adjusts."""

from grenade.abstract.calibrated_neuron import IDEAL_CAPACITANCE_PER_NEURON, CalibratedNeuron
from grenade.abstract.calibration import Calibration, FixtureCalibration, JITCalibration
from grenade.abstract.data import BatchedPortData, InputData, OutputData, Parameterization, PortData, TimeDomainRuntimes
from grenade.abstract.dimension_units import (
    AtomicNeuronOnCompartmentDimensionUnit,
    CellOnPopulationDimensionUnit,
    CompartmentOnNeuronDimensionUnit,
    DimensionUnit,
    ReceptorOnCompartmentDimensionUnit,
)
from grenade.abstract.errors import MappingError, MissingError, TopologyError
from grenade.abstract.frontend import Experiment, ExperimentElement, ExperimentSnippet
from grenade.abstract.identifiers import (
    CompartmentOnNeuron,
    EdgeOnTopology,
    ExecutionInstanceOnExecutor,
    ReceptorOnCompartment,
    TimeDomainOnTopology,
    VertexOnTopology,
)
from grenade.abstract.mapped import MappedTopology
from grenade.abstract.mapper import GreedyMapper, Mapper
from grenade.abstract.neurons import LocallyPlacedNeuron, UncalibratedNeuron
from grenade.abstract.plasticity_rule import OnlyRecordingPlasticityRuleGenerator, PlasticityRule
from grenade.abstract.population import Population
from grenade.abstract.projection import Projection, SequenceConnector, StaticConnector, UncalibratedSynapse
from grenade.abstract.recorders import CADCRecorder, MADCRecorder, PadRecorder, Recorder, SpikeRecorder
from grenade.abstract.results import ExecutionInstanceGlobal, ExecutorGlobal
from grenade.abstract.reverse_mapping import (
    get_calibrated_neuron_actual_hardware_parameters,
    get_locally_placed_neuron_coordinates,
    get_uncalibrated_synapse_coordinates,
)
from grenade.abstract.run import run
from grenade.abstract.runtimes import ClockCycleTimeDomainRuntimes
from grenade.abstract.sequences import CuboidMultiIndexSequence, ListMultiIndexSequence, MultiIndex, MultiIndexSequence
from grenade.abstract.snippet_data import SnippetDataDictionary
from grenade.abstract.sources import ExternalSourceNeuron, PoissonSourceNeuron, SpikeIOSourceNeuron
from grenade.abstract.statistics import MappedTopologyStatistics
from grenade.abstract.topology import Topology
from grenade.abstract.vertex import Edge, Port, PortType, Vertex

__all__ = [
    "IDEAL_CAPACITANCE_PER_NEURON", "AtomicNeuronOnCompartmentDimensionUnit", "BatchedPortData", "CADCRecorder", "CalibratedNeuron",
    "Calibration", "CellOnPopulationDimensionUnit", "ClockCycleTimeDomainRuntimes", "CompartmentOnNeuron",
    "CompartmentOnNeuronDimensionUnit", "CuboidMultiIndexSequence", "DimensionUnit", "Edge", "EdgeOnTopology", "ExecutionInstanceGlobal",
    "ExecutionInstanceOnExecutor", "ExecutorGlobal", "Experiment", "ExperimentElement", "ExperimentSnippet", "ExternalSourceNeuron",
    "FixtureCalibration", "GreedyMapper", "InputData", "JITCalibration", "ListMultiIndexSequence", "LocallyPlacedNeuron", "MADCRecorder",
    "MappedTopology", "MappedTopologyStatistics", "Mapper", "MappingError", "MissingError", "MultiIndex", "MultiIndexSequence",
    "OnlyRecordingPlasticityRuleGenerator", "OutputData", "PadRecorder", "Parameterization", "PlasticityRule", "PoissonSourceNeuron",
    "Population", "Port", "PortData", "PortType", "Projection", "ReceptorOnCompartment", "ReceptorOnCompartmentDimensionUnit", "Recorder",
    "SequenceConnector", "SnippetDataDictionary", "SpikeIOSourceNeuron", "SpikeRecorder", "StaticConnector", "TimeDomainOnTopology",
    "TimeDomainRuntimes", "Topology", "TopologyError", "UncalibratedNeuron", "UncalibratedSynapse", "Vertex", "VertexOnTopology",
    "get_calibrated_neuron_actual_hardware_parameters", "get_locally_placed_neuron_coordinates",
    "get_uncalibrated_synapse_coordinates", "run",
]  # fmt: skip
