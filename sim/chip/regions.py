"""What stands on the chip's omnibus: one row per container, with how faithfully it is modelled. Addresses and bits come from haldls."""

from dataclasses import dataclass
from enum import IntEnum

from hicannx_sim.base.register_table import Accuracy

__all__ = ["REGIONS", "Accuracy", "Kind", "Region"]


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
    CADC_SAMPLE = 25
    COLUMN_CURRENT = 26
    DEBUG_LINES = 27
    PPU_MEMORY = 28
    PPU_STATUS = 29


@dataclass(frozen=True)
class Region:
    """The registers of one container class over one backend.

    effect: what an access does besides storing. reset: the value of each word after a reset, None: not known; the model then starts at 0.
    bits: per word the bits that exist, where that is more than the fields tell (see `masks`).
    """

    container: str
    kind: Kind
    accuracy: Accuracy
    note: str = ""
    backend: str = "Omnibus"
    effect: str = ""
    reset: int | None = None
    bits: tuple[int, ...] = ()
    source: str = "facts: registers/containers"


_JTAG = "OmnibusChipOverJTAG"
_S, _B, _E, _U = Accuracy.STORED, Accuracy.BEHAVIOURAL, Accuracy.EXACT, Accuracy.UNMODELLED

_PLL = (0xFFFFFFFF,)  # registers of the chain, 32 bits each (facts: transport 2.9)
_CLOCKS = "facts: registers/behaviour, clocks and time"
_PPU = "facts: ppu/memory_map"
_PHYS = "facts: registers/behaviour, PHYs"

REGIONS: tuple[Region, ...] = (
    Region("SynapseQuad", Kind.SYNAPSE_FULL, _E, effect="shows the memory behind SynapseWeightQuad, SynapseLabelQuad and the calibrations"),
    Region("SynapseWeightQuad", Kind.SYNAPSE_WEIGHT, _E, "leaves the other bits of the memory (inferred)"),
    Region("SynapseLabelQuad", Kind.SYNAPSE_LABEL, _E, "leaves the other bits of the memory (inferred)"),
    Region("SynapseCorrelationCalibQuad", Kind.SYNAPSE_CALIB, _E, "stored only: correlation sensors are not modelled"),
    Region(
        "CapMemCell",
        Kind.CAPMEM,
        _B,
        "with Quirk.CAPMEM_SETTLING cells take milliseconds",
        effect="the cell takes the value at once; 1023 lets it keep what it has",
    ),
    Region("NeuronConfig", Kind.NEURON, _B, effect="the neuron follows at once"),
    Region("NeuronBackendConfig", Kind.BACKEND, _B, effect="the neuron follows at once"),
    Region("CommonNeuronBackendConfig", Kind.BACKEND_COMMON, _B, "wait_*, sample_positive_edge stored only", effect="neurons follow"),
    Region("PADIEvent", Kind.PADI_EVENT, _B, effect="an event on the buses of fire_bus"),
    Region("CommonPADIBusConfig", Kind.PADI_CONFIG, _B, effect="source of events and length of pulses on a bus"),
    Region("SynapseDriverConfig", Kind.DRIVER, _B, "charge sharing, renewing and readout stored only", effect="the driver follows"),
    Region("CommonSTPConfig", Kind.STORED, _B, "time constants are assumed", effect="from the next event on"),
    Region("NeuronReset", Kind.NEURON_RESET, _B, effect="one artificial spike"),
    Region("NeuronResetQuad", Kind.NEURON_RESET_QUAD, _B, "does not reset the correlation of row 0", effect="four artificial spikes"),
    Region("SpikeCounterRead", Kind.COUNTER_READ, _B, "spikes up to the arrival of the read"),
    Region("SpikeCounterReset", Kind.COUNTER_RESET, _B, effect="count and overflow of the neuron become 0"),
    Region("CrossbarNode", Kind.CROSSBAR_NODE, _B, "not readable on the chip", effect="the node filters by it"),
    Region("CrossbarOutputConfig", Kind.CROSSBAR_OUTPUT, _B, "not readable on the chip", effect="event counters and rate of the outputs"),
    Region("CrossbarInputDropCounter", Kind.DROP_COUNTER, _B),
    Region("CrossbarOutputEventCounter", Kind.EVENT_COUNTER, _B),
    Region(
        "BackgroundSpikeSource",
        Kind.BACKGROUND,
        _B,
        "polynomial of the random generator is an assumption; not readable on the chip",
        effect="switching it on loads the seed and starts the period",
    ),
    Region("MADCControl", Kind.MADC_CONTROL, _B, "current measurement and calibration are not modelled", effect="starts, stops, wakes up"),
    Region("MADCConfig", Kind.READOUT, _B, "sampling windows, SAR timing and calibration are stored only", effect="the converter follows"),
    Region("ReadoutSourceSelection", Kind.READOUT, _B, "neuron lines only", effect="the signal path follows"),
    Region("SystimeSyncBase", Kind.STORED, _E, effect="taken over at the next synchronisation", source=_CLOCKS),
    Region(
        "CapMemBlockConfig",
        Kind.DEBUG_LINES,
        _S,
        "the cells hold their values whatever the refresh does",
        bits=(0xFFFFFF, 0xFF, 0x3, 0xFFFF, 0x3F, 0x3, *[0xFFFFFFFF] * 4),
    ),
    Region("CapMemSRAMTimingConfig", Kind.STORED, _S),
    Region("NeuronSRAMTimingConfig", Kind.STORED, _S),
    Region("NeuronBackendSRAMTimingConfig", Kind.STORED, _S),
    Region("SynapseDriverSRAMTimingConfig", Kind.STORED, _S),
    Region("CADCOffsetSRAMTimingConfig", Kind.STORED, _S),
    Region("CommonSynramConfig", Kind.STORED, _S),
    Region("ReferenceGeneratorConfig", Kind.DEBUG_LINES, _B, "which reference; its trimming is stored only", effect="currents follow"),
    Region("SynapseBiasSelection", Kind.STORED, _S, "synapse drivers always have their internal biases; not readable on the chip"),
    Region("PadMultiplexerConfig", Kind.DEBUG_LINES, _B, "joins memory outputs, pads and debug lines of the columns; else stored only"),
    Region("CurrentDAC", Kind.STORED, _S),
    Region("CADCConfig", Kind.STORED, _B, effect="from the next conversion on"),
    Region("CADCChannelConfig", Kind.STORED, _B, "not readable on the chip", effect="from the next conversion on"),
    Region(
        "CADCSampleQuad",
        Kind.CADC_SAMPLE,
        _B,
        "correlation sensors show their level after a reset and count as unmodelled",
        effect="a triggering read converts all channels of the hemisphere; the omnibus waits for the end",
    ),
    Region("ColumnCorrelationQuad", Kind.STORED, _B, "inputs of the converters only", effect="from the next conversion on"),
    Region("ColumnCurrentQuad", Kind.COLUMN_CURRENT, _B, "a debug line holds a line at the supply or not at all", effect="lines follow"),
    Region("CommonCorrelationConfig", Kind.STORED, _B, "resets of the sensors are not modelled", effect="start of conversions"),
    Region("CorrelationReset", Kind.UNMODELLED, _U),
    Region("BlockPostPulse", Kind.UNMODELLED, _U),
    Region(
        "PPUMemoryWord",
        Kind.PPU_MEMORY,
        _E,
        "an access from outside costs the processor no cycle",
        effect="shared with the processor",
        source=_PPU,
    ),
    Region(
        "PPUControlRegister",
        Kind.PPU_CONTROL,
        _B,
        "a clock forced off stops the timers, too (assumed); cache_controller_enable stored only",
        reset=0,
        effect="starts, stops and resets the processor",
        source=_PPU,
    ),
    Region("PPUStatusRegister", Kind.PPU_STATUS, _E, "awake while held in reset (assumed)", source=_PPU),
    Region("CommonPhyConfigChip", Kind.STORED, _B, backend=_JTAG, reset=0, effect="PHYs of the link on or off", source=_PHYS),
    Region("ADPLL", Kind.STORED, _B, backend=_JTAG, bits=_PLL * 2, effect="clocks follow at once", source=_CLOCKS),
    Region("PLLClockOutputBlock", Kind.STORED, _B, backend=_JTAG, bits=_PLL, effect="clocks follow at once", source=_CLOCKS),
    Region("PLLSelfTest", Kind.STORED, _B, backend=_JTAG, bits=_PLL, effect="a rising clock enable starts the test", source=_CLOCKS),
    Region("PLLSelfTestStatus", Kind.STORED, _B, backend=_JTAG, source=_CLOCKS),
)
