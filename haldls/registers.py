# ruff: noqa: F403, F405
# mypy: implicit-reexport
"""Every register of the chip, its FPGA and its board."""

from haldls.background import *
from haldls.board import *
from haldls.cadc import *
from haldls.capmem import *
from haldls.constants import *
from haldls.container import *
from haldls.correlation import *
from haldls.fpga import *
from haldls.jboa import *
from haldls.jtag import *
from haldls.madc import *
from haldls.multichip import *
from haldls.neuron import *
from haldls.neuron_backend import *
from haldls.padi import *
from haldls.phy import *
from haldls.pll import *
from haldls.ppu import *
from haldls.readout import *
from haldls.routing import *
from haldls.serialization import from_json as from_json
from haldls.serialization import from_portablebinary as from_portablebinary
from haldls.serialization import to_json as to_json
from haldls.serialization import to_portablebinary as to_portablebinary
from haldls.spike import *
from haldls.spikeio import *
from haldls.sram_timing import *
from haldls.synapse import *
from haldls.synapse_driver import *
from haldls.systime import *
from haldls.timer import *
from haldls.vector_generator import *

containers: list[type[Container]] = [
    DAC6573ChannelConfig, AD5252ChannelConfig, AD5252ChannelConfigPersistent, TCA9546ChannelConfig, TCA9554Config, TCA9554Inputs,
    VectorGeneratorFIFOWord, VectorGeneratorTrigger, VectorGeneratorNotificationAddress, VectorGeneratorLUTEntry, VectorGeneratorControl,
    TMP112Status, INA219Config, INA219Status, NullPayloadReadable, CADCOffsetSRAMTimingConfig, SynapseDriverSRAMTimingConfig,
    NeuronSRAMTimingConfig, NeuronBackendSRAMTimingConfig, CapMemSRAMTimingConfig, ExternalPPUMemoryByte, ExternalPPUMemoryQuad,
    ExternalPPUDRAMMemoryByte, ExternalPPUDRAMMemoryQuad, SpikeIOConfig, SpikeIOInputRoute, SpikeIOOutputRoute, PollingOmnibusBlockConfig,
    NeuronReset, SpikeCounterRead, SpikeCounterReset, HicannARQStatus, PhyStatus, PPUMemoryWord, PPUMemoryBlock, PPUMemory,
    PPUControlRegister, PPUStatusRegister, ResetChip, Timer, JTAGClockScaler, JTAGIdCode, ResetJTAGTap, ShiftRegister, DACChannel,
    DACControl, CapMemCell, CapMemBlock, CapMemBlockConfig, CommonNeuronBackendConfig, NeuronBackendConfig, NeuronConfig,
    SynapseDriverConfig, PADIEvent, CommonPADIBusConfig, CommonSTPConfig, ADPLL, PLLClockOutputBlock, PLLSelfTest, PLLSelfTestStatus,
    PhyConfigFPGA, CommonPhyConfigFPGA, PhyConfigChip, CommonPhyConfigChip, PerfTest, PerfTestStatus, SystimeSyncBase, CommonSynramConfig,
    SynapseQuad, SynapseWeightQuad, SynapseLabelQuad, SynapseCorrelationCalibQuad, ColumnCorrelationQuad, ColumnCurrentQuad, CADCConfig,
    CADCChannelConfig, CADCSampleQuad, SpikePack1ToChip, SpikePack2ToChip, SpikePack3ToChip, FPGADeviceDNA, EventRecordingConfig,
    InstructionTimeoutConfig, SystimeCorrectionBarrierConfig, BackgroundSpikeSource, CrossbarOutputConfig, CrossbarNode,
    CrossbarInputDropCounter, CrossbarOutputEventCounter, SynapseBiasSelection, ReferenceGeneratorConfig, PadMultiplexerConfig,
    ReadoutSourceSelection, MADCControl, MADCConfig, CurrentDAC, CorrelationReset, NeuronResetQuad, CommonCorrelationConfig, BlockPostPulse,
    FPGASystimeSyncNumRetries, FPGASystimeSyncLastRTT, FPGASystimeSyncLastAsicSystime, FPGASystimeSyncActiveState, SystimeSync,
    OutputRoutingTableEntry, InputRoutingTableEntry,
]  # fmt: skip
"""All registers that can be written or read, in the original's order."""
