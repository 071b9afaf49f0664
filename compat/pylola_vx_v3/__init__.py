# ruff: noqa: F401
# mypy: implicit-reexport
"""The composed containers of the third chip revision under their original import name; see `haldls.lola`."""

from haldls.lola import (
    AtomicNeuron,
    CADCReadoutChain,
    CADCSampleRow,
    CADCSamples,
    CapMem,
    Chip,
    ChipAndMultichipJboaLeafFPGA,
    ChipAndSinglechipFPGA,
    ColumnCorrelationRow,
    ColumnCurrentRow,
    CorrelationResetRow,
    Crossbar,
    DACChannelBlock,
    DACControlBlock,
    ExternalPPUDRAMMemoryBlock,
    ExternalPPUMemory,
    ExternalPPUMemoryBlock,
    InputRoutingTable,
    MemoryTiming,
    MultichipJboaLeafFPGA,
    NeuronBlock,
    OutputRoutingTable,
    ReadoutChain,
    SinglechipFPGA,
    SynapseBlock,
    SynapseCorrelationCalibMatrix,
    SynapseCorrelationCalibRow,
    SynapseDriverBlock,
    SynapseLabelMatrix,
    SynapseLabelRow,
    SynapseMatrix,
    SynapseRow,
    SynapseWeightMatrix,
    SynapseWeightRow,
    containers,
)

__variant__ = "pybind11"
