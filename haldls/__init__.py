# ruff: noqa: F401
# mypy: implicit-reexport
"""The registers of the chip, its FPGA and its board as containers.

>>> from haldls import CapMemCell, NeuronConfig
>>> config = NeuronConfig(enable_fire=True)
>>> config.membrane_capacitor_size = 63
>>> [hex(word) for word in config.encode()]
['0x0', '0x0', '0x0', '0xfc', '0x4', '0x0']
>>> config.enable_fire = "yes"
Traceback (most recent call last):
TypeError: NeuronConfig.enable_fire takes True or False, not 'yes'

A container is a table (see `haldls.container` and `haldls.fields`). `containers` lists all that can be written or read, in the
original's order; `container_on` tells which one stands on a coordinate class.
"""

from haldls.background import BackgroundSpikeSource
from haldls.board import DACChannel, DACControl, ShiftRegister
from haldls.cadc import CADCChannelConfig, CADCConfig, CADCSampleQuad
from haldls.capmem import (
    CapMemBlock,
    CapMemBlockConfig,
    CapMemBlockConfigIOutSelect,
    CapMemBlockConfigVRefSelect,
    CapMemCell,
    ReferenceGeneratorConfig,
)
from haldls.constants import (
    chip_reset_high_duration,
    chip_reset_low_duration,
    jboa_dac_settling_duration,
    jboa_powerup_settling_duration,
    minimal_madc_clock_cycles_per_sample,
    nominal_pll_f_reference,
    pll_and_omnibus_settling_duration,
    reference_generator_reset_duration,
    xboard_dac_settling_duration,
)
from haldls.container import BlockUntil, Container, DifferentialWriteTrait, Encodable, container_on
from haldls.correlation import CommonCorrelationConfig, CorrelationReset
from haldls.errors import ContainerError, CoordinateError, FieldValueError, UnknownBackendError
from haldls.fpga import (
    EventRecordingConfig,
    ExternalPPUDRAMMemoryByte,
    ExternalPPUDRAMMemoryQuad,
    ExternalPPUMemoryByte,
    ExternalPPUMemoryQuad,
    FPGADeviceDNA,
    HicannARQStatus,
    InstructionTimeoutConfig,
    NullPayloadReadable,
    PerfTest,
    PerfTestStatus,
    PollingOmnibusBlockConfig,
    SystimeCorrectionBarrierConfig,
)
from haldls.jboa import (
    AD5252ChannelConfig,
    AD5252ChannelConfigPersistent,
    DAC6573ChannelConfig,
    INA219Config,
    INA219Status,
    TCA9546ChannelConfig,
    TCA9554Config,
    TCA9554Inputs,
    TMP112Status,
)
from haldls.jtag import JTAGClockScaler, JTAGIdCode, ResetChip, ResetJTAGTap
from haldls.madc import MADCConfig, MADCControl
from haldls.multichip import InputRoutingTableEntry, OutputRoutingTableEntry
from haldls.neuron import BlockPostPulse, NeuronConfig, NeuronReset, NeuronResetQuad, SpikeCounterRead, SpikeCounterReset
from haldls.neuron_backend import CommonNeuronBackendConfig, NeuronBackendConfig
from haldls.padi import CommonPADIBusConfig, CommonSTPConfig, PADIEvent
from haldls.phy import CommonPhyConfigChip, CommonPhyConfigFPGA, PhyConfigChip, PhyConfigFPGA, PhyStatus
from haldls.pll import ADPLL, PLLClockOutputBlock, PLLSelfTest, PLLSelfTestStatus
from haldls.ppu import PPUControlRegister, PPUMemory, PPUMemoryBlock, PPUMemoryWord, PPUStatusRegister
from haldls.readout import CurrentDAC, PadMultiplexerConfig, ReadoutSourceSelection
from haldls.routing import CrossbarInputDropCounter, CrossbarNode, CrossbarOutputConfig, CrossbarOutputEventCounter
from haldls.serialize import from_json, from_portablebinary, to_json, to_portablebinary
from haldls.spike import (
    ChipTime,
    FPGATime,
    HighspeedLinkNotification,
    MADCSampleFromChip,
    SpikeFromChip,
    SpikePack1ToChip,
    SpikePack2ToChip,
    SpikePack3ToChip,
)
from haldls.spikeio import SpikeIOConfig, SpikeIOInputRoute, SpikeIOOutputRoute
from haldls.sram_timing import (
    CADCOffsetSRAMTimingConfig,
    CapMemSRAMTimingConfig,
    NeuronBackendSRAMTimingConfig,
    NeuronSRAMTimingConfig,
    SynapseDriverSRAMTimingConfig,
)
from haldls.synapse import (
    ColumnCorrelationQuad,
    ColumnCurrentQuad,
    CommonSynramConfig,
    SynapseBiasSelection,
    SynapseCorrelationCalibQuad,
    SynapseLabelQuad,
    SynapseQuad,
    SynapseWeightQuad,
)
from haldls.synapse_driver import SynapseDriverConfig
from haldls.systime import (
    FPGASystimeSyncActiveState,
    FPGASystimeSyncLastAsicSystime,
    FPGASystimeSyncLastRTT,
    FPGASystimeSyncNumRetries,
    SystimeSync,
    SystimeSyncBase,
)
from haldls.timer import Barrier, PollingOmnibusBlock, Timer
from haldls.vector_generator import (
    VectorGeneratorControl,
    VectorGeneratorFIFOWord,
    VectorGeneratorLUTEntry,
    VectorGeneratorNotificationAddress,
    VectorGeneratorTrigger,
)

containers: list[type[Container]] = [
    DAC6573ChannelConfig,
    AD5252ChannelConfig,
    AD5252ChannelConfigPersistent,
    TCA9546ChannelConfig,
    TCA9554Config,
    TCA9554Inputs,
    VectorGeneratorFIFOWord,
    VectorGeneratorTrigger,
    VectorGeneratorNotificationAddress,
    VectorGeneratorLUTEntry,
    VectorGeneratorControl,
    TMP112Status,
    INA219Config,
    INA219Status,
    NullPayloadReadable,
    CADCOffsetSRAMTimingConfig,
    SynapseDriverSRAMTimingConfig,
    NeuronSRAMTimingConfig,
    NeuronBackendSRAMTimingConfig,
    CapMemSRAMTimingConfig,
    ExternalPPUMemoryByte,
    ExternalPPUMemoryQuad,
    ExternalPPUDRAMMemoryByte,
    ExternalPPUDRAMMemoryQuad,
    SpikeIOConfig,
    SpikeIOInputRoute,
    SpikeIOOutputRoute,
    PollingOmnibusBlockConfig,
    NeuronReset,
    SpikeCounterRead,
    SpikeCounterReset,
    HicannARQStatus,
    PhyStatus,
    PPUMemoryWord,
    PPUMemoryBlock,
    PPUMemory,
    PPUControlRegister,
    PPUStatusRegister,
    ResetChip,
    Timer,
    JTAGClockScaler,
    JTAGIdCode,
    ResetJTAGTap,
    ShiftRegister,
    DACChannel,
    DACControl,
    CapMemCell,
    CapMemBlock,
    CapMemBlockConfig,
    CommonNeuronBackendConfig,
    NeuronBackendConfig,
    NeuronConfig,
    SynapseDriverConfig,
    PADIEvent,
    CommonPADIBusConfig,
    CommonSTPConfig,
    ADPLL,
    PLLClockOutputBlock,
    PLLSelfTest,
    PLLSelfTestStatus,
    PhyConfigFPGA,
    CommonPhyConfigFPGA,
    PhyConfigChip,
    CommonPhyConfigChip,
    PerfTest,
    PerfTestStatus,
    SystimeSyncBase,
    CommonSynramConfig,
    SynapseQuad,
    SynapseWeightQuad,
    SynapseLabelQuad,
    SynapseCorrelationCalibQuad,
    ColumnCorrelationQuad,
    ColumnCurrentQuad,
    CADCConfig,
    CADCChannelConfig,
    CADCSampleQuad,
    SpikePack1ToChip,
    SpikePack2ToChip,
    SpikePack3ToChip,
    FPGADeviceDNA,
    EventRecordingConfig,
    InstructionTimeoutConfig,
    SystimeCorrectionBarrierConfig,
    BackgroundSpikeSource,
    CrossbarOutputConfig,
    CrossbarNode,
    CrossbarInputDropCounter,
    CrossbarOutputEventCounter,
    SynapseBiasSelection,
    ReferenceGeneratorConfig,
    PadMultiplexerConfig,
    ReadoutSourceSelection,
    MADCControl,
    MADCConfig,
    CurrentDAC,
    CorrelationReset,
    NeuronResetQuad,
    CommonCorrelationConfig,
    BlockPostPulse,
    FPGASystimeSyncNumRetries,
    FPGASystimeSyncLastRTT,
    FPGASystimeSyncLastAsicSystime,
    FPGASystimeSyncActiveState,
    SystimeSync,
    OutputRoutingTableEntry,
    InputRoutingTableEntry,
]
"""All registers that can be written or read, in the original's order."""
