"""What stands on the chip's omnibus: one row per container, with how faithfully it is modelled. Addresses and bits come from haldls."""

from dataclasses import dataclass
from typing import Literal

from hicannx_sim.base.register_table import Accuracy

__all__ = ["REGIONS", "Accuracy", "Region"]


@dataclass(frozen=True)
class Region:
    """The registers of one container class over one backend.

    effect: what an access does besides storing. reset: the value of each word after a reset, None: not known; the model then starts at 0,
    or with `defaults` at the words that software writes by default (assumed).
    bits: which bits exist, if not all up to the highest one in use: those of fields, of a memory with equally wide words, or as given per
    word. live: a read shows the state behind the register, not what was written.
    What an access does stands in the file of the block that attaches to the container (`grep -r '"NAME"' sim/chip`).
    """

    container: str
    accuracy: Accuracy
    note: str = ""
    backend: str = "Omnibus"
    effect: str = ""
    reset: int | None = None
    defaults: bool = False
    bits: Literal["", "fields", "memory"] | tuple[int, ...] = ""
    live: bool = False
    source: str = "facts: registers/containers"


_JTAG = "OmnibusChipOverJTAG"
_S, _B, _E = Accuracy.STORED, Accuracy.BEHAVIOURAL, Accuracy.EXACT

_PLL = (0xFFFFFFFF,)  # registers of the chain, 32 bits each (facts: transport 2.9)
_CLOCKS = "facts: registers/behaviour, clocks and time"
_PPU = "facts: ppu/memory_map"
_PHYS = "facts: registers/behaviour, PHYs"

REGIONS: tuple[Region, ...] = (
    Region("SynapseQuad", _E, effect="shows the memory behind SynapseWeightQuad, SynapseLabelQuad and the calibrations", bits="fields"),
    Region("SynapseWeightQuad", _E, "leaves the other bits of the memory (inferred)", bits="fields"),
    Region("SynapseLabelQuad", _E, "leaves the other bits of the memory (inferred)", bits="fields"),
    Region("SynapseCorrelationCalibQuad", _E, "what the codes do to the sensors is assumed", effect="the sensors follow", bits="fields"),
    Region(
        "CapMemCell",
        _B,
        "with Quirk.CAPMEM_SETTLING cells take milliseconds, with Quirk.CAPMEM_CROSSTALK equal codes disturb each other",
        effect="the cell takes the value at once; 1023 lets it keep what it has",
    ),
    Region("NeuronConfig", _B, effect="the neuron follows at once", bits="memory"),
    Region("NeuronBackendConfig", _B, "the Bayesian extension is stored only", effect="the neuron follows at once", bits="memory"),
    Region("CommonNeuronBackendConfig", _B, "wait_*, sample_positive_edge stored only", effect="neurons follow"),
    Region("PADIEvent", _B, effect="an event on the buses of fire_bus"),
    Region("CommonPADIBusConfig", _B, effect="source of events and length of pulses on a bus"),
    Region("SynapseDriverConfig", _B, "charge sharing, renewing and readout stored only", effect="the driver follows", bits="memory"),
    Region("CommonSTPConfig", _B, "time constants are assumed", effect="from the next event on"),
    Region("NeuronReset", _B, effect="one artificial spike"),
    Region("NeuronResetQuad", _B, effect="four artificial spikes; resets the correlation sensors of row 0, as on the chip"),
    Region("SpikeCounterRead", _B, "spikes up to the arrival of the read", live=True),
    Region("SpikeCounterReset", _B, effect="count and overflow of the neuron become 0"),
    Region("CrossbarNode", _B, "not readable on the chip", effect="the node filters by it"),
    Region("CrossbarOutputConfig", _B, "not readable on the chip", effect="event counters and rate of the outputs"),
    Region("CrossbarInputDropCounter", _B, live=True),
    Region("CrossbarOutputEventCounter", _B, live=True),
    Region(
        "BackgroundSpikeSource",
        _B,
        "polynomial of the random generator is an assumption; not readable on the chip",
        effect="switching it on loads the seed and starts the period",
    ),
    Region(
        "MADCControl",
        _B,
        "wake_up, start and stop act as long as they stand, the other bits when a recording begins or ends",
        effect="starts, stops, wakes up",
    ),
    Region("MADCConfig", _B, "sampling windows, SAR timing and calibration are stored only", effect="the converter follows"),
    Region("ReadoutSourceSelection", _B, "lines of neurons and debug lines only", effect="the signal path follows"),
    Region("SystimeSyncBase", _E, effect="taken over at the next synchronisation", source=_CLOCKS),
    Region(
        "CapMemBlockConfig",
        _S,
        "the cells hold their values whatever the refresh does",
        bits=(0xFFFFFF, 0xFF, 0x3, 0xFFFF, 0x3F, 0x3, *[0xFFFFFFFF] * 4),
    ),
    Region("CapMemSRAMTimingConfig", _S),
    Region("NeuronSRAMTimingConfig", _S),
    Region("NeuronBackendSRAMTimingConfig", _S),
    Region("SynapseDriverSRAMTimingConfig", _S),
    Region("CADCOffsetSRAMTimingConfig", _S),
    Region("CommonSynramConfig", _S),
    Region("ReferenceGeneratorConfig", _B, "which reference; its trimming is stored only", effect="currents follow", defaults=True),
    Region("SynapseBiasSelection", _S, "synapses always have their internal biases; not readable on the chip", defaults=True),
    Region("PadMultiplexerConfig", _B, "joins memory outputs, pads, debug lines of the columns and of the readout; else stored only"),
    Region("CurrentDAC", _S),
    Region("CADCConfig", _B, effect="from the next conversion on"),
    Region("CADCChannelConfig", _B, "not readable on the chip", effect="from the next conversion on"),
    Region(
        "CADCSampleQuad",
        _B,
        "a correlation sensor shows what it held when the conversion was triggered",
        effect="a triggering read converts all channels of the hemisphere; the omnibus waits for the end",
    ),
    Region("ColumnCorrelationQuad", _B, "inputs of the converters only", effect="from the next conversion on", bits="fields"),
    Region("ColumnCurrentQuad", _B, "a debug line holds a line at the supply or not at all", effect="lines follow", bits="fields"),
    Region(
        "CommonCorrelationConfig",
        _B,
        "reset_mode and reset_fall_time are stored only",
        effect="start of conversions; length of a reset of sensors",
    ),
    Region("CorrelationReset", _B, "time constant of a reset assumed", effect="both sensors of four synapses are reset"),
    Region("BlockPostPulse", _B, effect="a post-synaptic pulse for the sensors of all columns of a half"),
    Region("PPUMemoryWord", _E, "an access from outside costs the processor no cycle", effect="shared with the processor", source=_PPU),
    Region(
        "PPUControlRegister",
        _B,
        "a clock forced off stops the timers, too (assumed); cache_controller_enable stored only",
        reset=0,
        effect="starts, stops and resets the processor",
        source=_PPU,
    ),
    Region("PPUStatusRegister", _E, "awake while held in reset (assumed)", source=_PPU, live=True),
    Region("CommonPhyConfigChip", _B, backend=_JTAG, reset=0, effect="PHYs of the link on or off", source=_PHYS),
    Region("ADPLL", _B, backend=_JTAG, defaults=True, bits=_PLL * 2, effect="clocks follow at once", source=_CLOCKS),
    Region("PLLClockOutputBlock", _B, backend=_JTAG, defaults=True, bits=_PLL, effect="clocks follow at once", source=_CLOCKS),
    Region("PLLSelfTest", _B, backend=_JTAG, bits=_PLL, effect="a rising clock enable starts the test", source=_CLOCKS),
    Region("PLLSelfTestStatus", _B, backend=_JTAG, source=_CLOCKS, live=True),
)
