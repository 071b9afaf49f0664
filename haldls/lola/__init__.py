# ruff: noqa: F401
# mypy: implicit-reexport
"""The logical layer: containers composed of register containers, as one thinks of the chip.

>>> from haldls.lola import AtomicNeuron
>>> neuron = AtomicNeuron()
>>> neuron.threshold.v_threshold = 600
>>> len(neuron.encode())
34

Nested attributes are parts of the object they are read from: changing `neuron.leak` changes the neuron, assigning to it copies.
"""

from haldls.container import Container
from haldls.lola.cadc import CADCReadoutChain, CADCSampleRow, CADCSamples
from haldls.lola.capmem import CapMem
from haldls.lola.chip import Chip
from haldls.lola.column import ColumnCorrelationRow, ColumnCurrentRow, CorrelationResetRow
from haldls.lola.dac import DACChannelBlock, DACControlBlock
from haldls.lola.external_memory import ExternalPPUDRAMMemoryBlock, ExternalPPUMemory, ExternalPPUMemoryBlock
from haldls.lola.fpga import (
    ChipAndMultichipJboaLeafFPGA,
    ChipAndSinglechipFPGA,
    InputRoutingTable,
    MultichipJboaLeafFPGA,
    OutputRoutingTable,
    SinglechipFPGA,
)
from haldls.lola.logical_neuron import LogicalNeuron, MCSafeAtomicNeuron
from haldls.lola.memory_timing import MemoryTiming
from haldls.lola.morphology import Morphology
from haldls.lola.neuron import AtomicNeuron
from haldls.lola.neuron_block import NeuronBlock
from haldls.lola.ppu_program import PPUElfFile, PPUProgram, PPUProgramError
from haldls.lola.readout import ReadoutChain
from haldls.lola.routing import Crossbar
from haldls.lola.synapse import (
    SynapseBlock,
    SynapseCorrelationCalibMatrix,
    SynapseCorrelationCalibRow,
    SynapseLabelMatrix,
    SynapseLabelRow,
    SynapseMatrix,
    SynapseRow,
    SynapseWeightMatrix,
    SynapseWeightRow,
)
from haldls.lola.synapse_driver import SynapseDriverBlock
from haldls.serialize import from_json, from_portablebinary, to_json, to_portablebinary

containers: list[type[Container]] = [
    NeuronBlock,
    AtomicNeuron,
    Chip,
    SynapseDriverBlock,
    Crossbar,
    CapMem,
    DACControlBlock,
    DACChannelBlock,
    CADCReadoutChain,
    CADCSampleRow,
    CADCSamples,
    LogicalNeuron,
    ReadoutChain,
    SynapseMatrix,
    SynapseBlock,
    SynapseWeightMatrix,
    SynapseLabelMatrix,
    SynapseCorrelationCalibMatrix,
    ColumnCorrelationRow,
    ColumnCurrentRow,
    CorrelationResetRow,
    SynapseWeightRow,
    SynapseLabelRow,
    SynapseCorrelationCalibRow,
    ExternalPPUMemoryBlock,
    ExternalPPUMemory,
    ExternalPPUDRAMMemoryBlock,
    MemoryTiming,
    SynapseRow,
    OutputRoutingTable,
    InputRoutingTable,
    MultichipJboaLeafFPGA,
    ChipAndMultichipJboaLeafFPGA,
    SinglechipFPGA,
    ChipAndSinglechipFPGA,
]
"""All composed containers, in the original's order."""
