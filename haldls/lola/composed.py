# ruff: noqa: F403, F405
# mypy: implicit-reexport
"""Every composed container, and what goes with them."""

from haldls.container import Container as Container
from haldls.lola.cadc import *
from haldls.lola.capmem import *
from haldls.lola.chip import *
from haldls.lola.column import *
from haldls.lola.dac import *
from haldls.lola.external_memory import *
from haldls.lola.fpga import *
from haldls.lola.logical_neuron import *
from haldls.lola.memory_timing import *
from haldls.lola.morphology import *
from haldls.lola.neuron import *
from haldls.lola.neuron_block import *
from haldls.lola.ppu_program import *
from haldls.lola.readout import *
from haldls.lola.routing import *
from haldls.lola.synapse import *
from haldls.lola.synapse_driver import *
from haldls.serialization import from_json as from_json
from haldls.serialization import from_portablebinary as from_portablebinary
from haldls.serialization import to_json as to_json
from haldls.serialization import to_portablebinary as to_portablebinary

containers: list[type[Container]] = [
    NeuronBlock, AtomicNeuron, Chip, SynapseDriverBlock, Crossbar, CapMem, DACControlBlock, DACChannelBlock, CADCReadoutChain,
    CADCSampleRow, CADCSamples, LogicalNeuron, ReadoutChain, SynapseMatrix, SynapseBlock, SynapseWeightMatrix, SynapseLabelMatrix,
    SynapseCorrelationCalibMatrix, ColumnCorrelationRow, ColumnCurrentRow, CorrelationResetRow, SynapseWeightRow, SynapseLabelRow,
    SynapseCorrelationCalibRow, ExternalPPUMemoryBlock, ExternalPPUMemory, ExternalPPUDRAMMemoryBlock, MemoryTiming, SynapseRow,
    OutputRoutingTable, InputRoutingTable, MultichipJboaLeafFPGA, ChipAndMultichipJboaLeafFPGA, SinglechipFPGA, ChipAndSinglechipFPGA,
]  # fmt: skip
"""All composed containers, in the original's order."""
