"""The original's private twin of `pygrenade_vx.network.abstract`, which scripts import by name."""

from grenade.abstract import (
    AtomicNeuronOnCompartmentDimensionUnit,
    CADCRecorder,
    CalibratedNeuron,
    Calibration,
    ClockCycleTimeDomainRuntimes,
    ExecutionInstanceGlobal,
    ExecutorGlobal,
    ExternalSourceNeuron,
    FixtureCalibration,
    GreedyMapper,
    JITCalibration,
    LocallyPlacedNeuron,
    MADCRecorder,
    Mapper,
    OnlyRecordingPlasticityRuleGenerator,
    PadRecorder,
    PlasticityRule,
    PoissonSourceNeuron,
    Recorder,
    SpikeIOSourceNeuron,
    SpikeRecorder,
    UncalibratedNeuron,
    UncalibratedSynapse,
)

__all__ = [
    "AtomicNeuronOnCompartmentDimensionUnit", "CADCRecorder", "CalibratedNeuron", "Calibration", "ClockCycleTimeDomainRuntimes",
    "ExecutionInstanceGlobal", "ExecutorGlobal", "ExternalSourceNeuron", "FixtureCalibration", "GreedyMapper", "JITCalibration",
    "LocallyPlacedNeuron", "MADCRecorder", "Mapper", "OnlyRecordingPlasticityRuleGenerator", "PadRecorder", "PlasticityRule",
    "PoissonSourceNeuron", "Recorder", "SpikeIOSourceNeuron", "SpikeRecorder", "UncalibratedNeuron", "UncalibratedSynapse",
]  # fmt: skip
