"""The original import name offers the same classes, in the original's order."""

import pylola_vx_v3
from haldls import lola

ORIGINAL = (
    "NeuronBlock AtomicNeuron Chip SynapseDriverBlock Crossbar CapMem DACControlBlock DACChannelBlock CADCReadoutChain CADCSampleRow "
    "CADCSamples LogicalNeuron ReadoutChain SynapseMatrix SynapseBlock SynapseWeightMatrix SynapseLabelMatrix "
    "SynapseCorrelationCalibMatrix ColumnCorrelationRow ColumnCurrentRow CorrelationResetRow SynapseWeightRow SynapseLabelRow "
    "SynapseCorrelationCalibRow ExternalPPUMemoryBlock ExternalPPUMemory ExternalPPUDRAMMemoryBlock MemoryTiming SynapseRow "
    "OutputRoutingTable InputRoutingTable MultichipJboaLeafFPGA ChipAndMultichipJboaLeafFPGA SinglechipFPGA ChipAndSinglechipFPGA"
)


def test_containers_in_original_order() -> None:
    assert [cls.__name__ for cls in pylola_vx_v3.containers] == ORIGINAL.split()


def test_same_classes_under_both_names() -> None:
    for name in [*ORIGINAL.split(), "Morphology", "MCSafeAtomicNeuron"]:
        assert getattr(pylola_vx_v3, name) is getattr(lola, name)
