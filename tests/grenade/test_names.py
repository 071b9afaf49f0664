"""The names that clients of the experiment layer import (facts: clients/grenade 2), and that the private twins hold the same."""

import importlib
import subprocess
import sys

import pytest

NAMES = {
    "pygrenade_common": [
        "CellOnPopulationDimensionUnit", "CompartmentOnNeuron", "CompartmentOnNeuronDimensionUnit", "ConnectionOnExecutor",
        "CuboidMultiIndexSequence", "Edge", "ExecutionInstanceID", "ExecutionInstanceOnExecutor", "InputData", "LinkedTopology",
        "ListMultiIndexSequence", "MultiIndex", "MultiIndexSequence", "OutputData", "Population", "PortData", "Projection",
        "ReceptorOnCompartment", "ReceptorOnCompartmentDimensionUnit", "SequenceConnector", "StaticConnector", "TimeDomainOnTopology",
        "TimeDomainRuntimes", "Topology", "VertexOnTopology",
    ],
    "pygrenade_vx": ["ideal_capacitance_per_neuron"],
    "pygrenade_vx.execution": ["ExecutionInstanceHooks", "JITGraphExecutorHandle", "ManagedJITGraphExecutor", "run"],
    "pygrenade_vx.network.abstract": [
        "AtomicNeuronOnCompartmentDimensionUnit", "CADCRecorder", "CalibratedNeuron", "ClockCycleTimeDomainRuntimes",
        "ExternalSourceNeuron", "FixtureCalibration", "GreedyMapper", "JITCalibration", "LocallyPlacedNeuron", "MADCRecorder",
        "OnlyRecordingPlasticityRuleGenerator", "PadRecorder", "PlasticityRule", "PoissonSourceNeuron", "Recorder", "SpikeIOSourceNeuron",
        "SpikeRecorder", "UncalibratedNeuron", "UncalibratedSynapse", "frontend", "reverse_mapping", "utils",
    ],
    "pygrenade_vx.network.abstract.frontend": ["Experiment", "ExperimentElement", "ExperimentSnippet"],
    "pygrenade_vx.network.abstract.utils": ["SnippetDataDictionary"],
    "pygrenade_vx.network.abstract.reverse_mapping": [
        "get_calibrated_neuron_actual_hardware_parameters", "get_locally_placed_neuron_coordinates", "get_uncalibrated_synapse_coordinates",
    ],
    "pygrenade_vx.common": [
        "ChipOnConnection", "ChipOnExecutor", "ConnectionOnExecutor", "EntityOnChip", "ExecutionInstanceID", "Time", "TimedData",
    ],
    "pygrenade_vx.signal_flow": [
        "ExecutionHealthInfo", "ExecutionTimeInfo", "InputData", "InputDataSnippet", "OutputData", "OutputDataSnippet",
    ],
    "pygrenade_vx.network": [
        "AtomicNeuronOnExecutionInstance", "BackgroundSourcePopulation", "CADCRecording", "ExternalSourcePopulation", "InputGenerator",
        "MADCRecording", "NetworkBuilder", "NetworkGraph", "NetworkGraphStatistics", "PadRecording", "PlasticityRule",
        "PlasticityRuleOnExecutionInstance", "PlasticityRuleOnNetwork", "Population", "PopulationOnExecutionInstance",
        "PopulationOnNetwork", "Projection", "ProjectionOnExecutionInstance", "ProjectionOnNetwork", "Receptor", "RoutingResult",
        "SpikeIOSourcePopulation", "MappedTopologyStatistics", "abstract",
        "build_network_graph", "extract_statistics", "requires_routing", "routing", "update_network_graph",
    ],
    "pygrenade_vx.network.routing": ["GreedyRouter", "PortfolioRouter"],
}  # fmt: skip


@pytest.mark.parametrize("module, name", [(module, name) for module, names in NAMES.items() for name in names])
def test_clients_names(module, name):
    assert hasattr(importlib.import_module(module), name)


@pytest.mark.parametrize(
    "module", ["pygrenade_vx.network", "pygrenade_vx.common", "pygrenade_vx.signal_flow", "pygrenade_vx.network.routing"]
)
def test_private_twins(module):
    public, private = importlib.import_module(module), importlib.import_module("_" + module.replace(".", "_"))
    assert all(getattr(public, name) is getattr(private, name) for name in NAMES[module] if name not in ("routing", "abstract"))


def test_all_modules_come_with_the_package():
    """As clients write it: `import pygrenade_vx as grenade`, then grenade.network ..."""
    code = "import pygrenade_vx as g; print(g.network.routing.PortfolioRouter, g.common.Time(3), g.signal_flow.InputData(), g.execution)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout
