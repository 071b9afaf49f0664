"""What stands on the chip's omnibus: one row per container, with how faithfully it is modelled. Addresses and bits come from haldls."""

from dataclasses import dataclass
from enum import IntEnum


class Kind(IntEnum):
    """What an access to a region does. `STORED` words are kept and read back, the others reach a block."""

    STORED = 0
    SYNAPSE_FULL = 1
    SYNAPSE_WEIGHT = 2
    SYNAPSE_LABEL = 3
    SYNAPSE_CALIB = 4
    CAPMEM = 5
    NEURON = 6
    BACKEND = 7
    BACKEND_COMMON = 8
    PADI_EVENT = 9
    PADI_CONFIG = 10
    DRIVER = 11
    NEURON_RESET = 12
    NEURON_RESET_QUAD = 13
    COUNTER_READ = 14
    COUNTER_RESET = 15
    CROSSBAR_NODE = 16
    CROSSBAR_OUTPUT = 17
    DROP_COUNTER = 18
    EVENT_COUNTER = 19
    BACKGROUND = 20
    MADC_CONTROL = 21
    READOUT = 22
    PPU_CONTROL = 23
    UNMODELLED = 24


class Accuracy(IntEnum):
    """How far a register or block can be trusted."""

    EXACT = 0  # behaves as on the chip
    BEHAVIOURAL = 1  # does what the chip does, timing and numbers within the stated assumptions
    STORED = 2  # keeps its value, has no effect
    UNMODELLED = 3  # exists on the chip, does nothing here: refused in strict mode


@dataclass(frozen=True)
class Region:
    """The registers of one container class over one backend."""

    container: str
    kind: Kind
    accuracy: Accuracy
    note: str = ""
    backend: str = "Omnibus"


_JTAG = "OmnibusChipOverJTAG"
_S, _B, _E, _U = Accuracy.STORED, Accuracy.BEHAVIOURAL, Accuracy.EXACT, Accuracy.UNMODELLED

REGIONS: tuple[Region, ...] = (
    Region("SynapseQuad", Kind.SYNAPSE_FULL, _E),
    Region("SynapseWeightQuad", Kind.SYNAPSE_WEIGHT, _E),
    Region("SynapseLabelQuad", Kind.SYNAPSE_LABEL, _E),
    Region("SynapseCorrelationCalibQuad", Kind.SYNAPSE_CALIB, _E, "stored only: correlation sensors are not modelled"),
    Region("CapMemCell", Kind.CAPMEM, _B),
    Region("NeuronConfig", Kind.NEURON, _B),
    Region("NeuronBackendConfig", Kind.BACKEND, _B),
    Region("CommonNeuronBackendConfig", Kind.BACKEND_COMMON, _B, "wait_* and sample_positive_edge are stored only"),
    Region("PADIEvent", Kind.PADI_EVENT, _B),
    Region("CommonPADIBusConfig", Kind.PADI_CONFIG, _B),
    Region("SynapseDriverConfig", Kind.DRIVER, _B, "short-term plasticity and hagen modulation are stored only"),
    Region("CommonSTPConfig", Kind.STORED, _S, "short-term plasticity is not modelled"),
    Region("NeuronReset", Kind.NEURON_RESET, _B),
    Region("NeuronResetQuad", Kind.NEURON_RESET_QUAD, _B, "does not reset the correlation of row 0"),
    Region("SpikeCounterRead", Kind.COUNTER_READ, _B),
    Region("SpikeCounterReset", Kind.COUNTER_RESET, _B),
    Region("CrossbarNode", Kind.CROSSBAR_NODE, _B),
    Region("CrossbarOutputConfig", Kind.CROSSBAR_OUTPUT, _B),
    Region("CrossbarInputDropCounter", Kind.DROP_COUNTER, _B),
    Region("CrossbarOutputEventCounter", Kind.EVENT_COUNTER, _B),
    Region("BackgroundSpikeSource", Kind.BACKGROUND, _B, "polynomial of the random generator is an assumption"),
    Region("MADCControl", Kind.MADC_CONTROL, _B, "current measurement and calibration are not modelled"),
    Region("MADCConfig", Kind.READOUT, _B, "sampling windows, SAR timing and calibration are stored only"),
    Region("ReadoutSourceSelection", Kind.READOUT, _B, "neuron lines only"),
    Region("SystimeSyncBase", Kind.STORED, _E),
    Region("CapMemBlockConfig", Kind.STORED, _S),
    Region("CapMemSRAMTimingConfig", Kind.STORED, _S),
    Region("NeuronSRAMTimingConfig", Kind.STORED, _S),
    Region("NeuronBackendSRAMTimingConfig", Kind.STORED, _S),
    Region("SynapseDriverSRAMTimingConfig", Kind.STORED, _S),
    Region("CADCOffsetSRAMTimingConfig", Kind.STORED, _S),
    Region("CommonSynramConfig", Kind.STORED, _S),
    Region("ReferenceGeneratorConfig", Kind.STORED, _S),
    Region("SynapseBiasSelection", Kind.STORED, _S),
    Region("PadMultiplexerConfig", Kind.STORED, _S),
    Region("CurrentDAC", Kind.STORED, _S),
    Region("CADCConfig", Kind.STORED, _S),
    Region("CADCChannelConfig", Kind.STORED, _S),
    Region("CADCSampleQuad", Kind.UNMODELLED, _U, "the converter is not modelled: samples read as 0"),
    Region("ColumnCorrelationQuad", Kind.STORED, _S),
    Region("ColumnCurrentQuad", Kind.STORED, _S),
    Region("CommonCorrelationConfig", Kind.STORED, _S),
    Region("CorrelationReset", Kind.UNMODELLED, _U),
    Region("BlockPostPulse", Kind.UNMODELLED, _U),
    Region("PPUMemoryWord", Kind.STORED, _E),
    Region("PPUControlRegister", Kind.PPU_CONTROL, _S, "the processor does not run: releasing its reset counts as unmodelled"),
    Region("PPUStatusRegister", Kind.STORED, _S),
    Region("CommonPhyConfigChip", Kind.STORED, _S, backend=_JTAG),
    Region("ADPLL", Kind.STORED, _S, backend=_JTAG),
    Region("PLLClockOutputBlock", Kind.STORED, _S, backend=_JTAG),
    Region("PLLSelfTest", Kind.STORED, _S, backend=_JTAG),
    Region("PLLSelfTestStatus", Kind.STORED, _S, backend=_JTAG),
)
