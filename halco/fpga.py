"""The FPGA: playback executor, system time, memory it lends to the PPUs, external spikes and the links' statistics."""

from halco.conversions import to
from halco.kinds import Coordinate, Interval
from halco.value import Linear

__all__ = [
    "BarrierOnFPGA", "ChipAndMultichipJboaLeafFPGAOnSystem", "ChipAndSinglechipFPGAOnSystem", "EventRecordingConfigOnFPGA",
    "ExternalPPUDRAMMemoryBlockOnFPGA", "ExternalPPUDRAMMemoryBlockSize", "ExternalPPUDRAMMemoryByteOnFPGA", "ExternalPPUDRAMMemoryOnFPGA",
    "ExternalPPUDRAMMemoryQuadOnFPGA", "ExternalPPUMemoryBlockOnFPGA", "ExternalPPUMemoryBlockSize", "ExternalPPUMemoryByteOnFPGA",
    "ExternalPPUMemoryOnFPGA", "ExternalPPUMemoryQuadOnFPGA", "FPGADeviceDNAOnFPGA", "FPGAOnChipAndMultichipJboaLeafFPGA",
    "FPGAOnChipAndSinglechipFPGA", "FPGASystimeSyncActiveStateOnFPGA", "FPGASystimeSyncLastAsicSystimeOnFPGA",
    "FPGASystimeSyncLastRTTOnFPGA", "FPGASystimeSyncNumRetriesOnFPGA", "HicannARQStatusOnFPGA", "InputRoutingTableEntryOnFPGA",
    "InputRoutingTableOnFPGA", "InstructionTimeoutConfigOnFPGA", "NullPayloadReadableOnFPGA", "OutputRoutingTableEntryOnFPGA",
    "OutputRoutingTableOnFPGA", "PerfTestOnFPGA", "PerfTestStatusOnFPGA", "PhyStatusOnFPGA", "PollingOmnibusBlockConfigOnFPGA",
    "PollingOmnibusBlockOnFPGA", "SpikeIOAddress", "SpikeIOConfigOnFPGA", "SpikeIOInputRouteOnFPGA", "SpikeIOOutputRouteOnFPGA",
    "SystimeCorrectionBarrierConfigOnFPGA", "SystimeSyncOnFPGA", "WaitUntilOnFPGA",
]  # fmt: skip


class BarrierOnFPGA(Linear, Coordinate, size=1):
    """Point where the playback executor waits for outstanding accesses."""


class WaitUntilOnFPGA(Linear, size=1):
    """Wait of the playback executor for a time."""


class PollingOmnibusBlockOnFPGA(Linear, Coordinate, size=1):
    """Wait of the playback executor for a register's value."""


class PollingOmnibusBlockConfigOnFPGA(Linear, Coordinate, size=1):
    """Which register is waited for, and for which value."""


class NullPayloadReadableOnFPGA(Linear, Coordinate, size=1):
    """Read that only brings back a response."""


class EventRecordingConfigOnFPGA(Linear, Coordinate, size=1):
    """Whether spikes and samples of the chip are passed on."""


class InstructionTimeoutConfigOnFPGA(Linear, Coordinate, size=1):
    """How long an instruction may block."""


class SystimeCorrectionBarrierConfigOnFPGA(Linear, Coordinate, size=1):
    """Correction of the system time between several FPGAs."""


class SystimeSyncOnFPGA(Linear, Coordinate, size=1):
    """Synchronisation of the chip's system time with that of the FPGA."""


class FPGASystimeSyncNumRetriesOnFPGA(Linear, Coordinate, size=1):
    """How often a synchronisation is repeated."""


class FPGASystimeSyncLastRTTOnFPGA(Linear, Coordinate, size=1):
    """Round trip time of the last synchronisation."""


class FPGASystimeSyncLastAsicSystimeOnFPGA(Linear, Coordinate, size=1):
    """The chip's answer in the last synchronisation."""


class FPGASystimeSyncActiveStateOnFPGA(Linear, Coordinate, size=1):
    """Whether a synchronisation is going on."""


class FPGADeviceDNAOnFPGA(Linear, Coordinate, size=1):
    """Serial number of the FPGA."""


class HicannARQStatusOnFPGA(Linear, Coordinate, size=1):
    """Counters of the reliable transport to the chip."""


class PhyStatusOnFPGA(Linear, Coordinate, size=8):
    """Counters of a high-speed link."""


class PerfTestOnFPGA(Linear, Coordinate, size=1):
    """Throughput test of the links."""


class PerfTestStatusOnFPGA(Linear, Coordinate, size=1):
    """Result of the throughput test."""


class ExternalPPUMemoryByteOnFPGA(Linear, Coordinate, size=128 * 1024):
    """Byte of the SRAM lent to the PPUs."""


class ExternalPPUMemoryQuadOnFPGA(Linear, Coordinate, size=32 * 1024):
    """Four bytes of the SRAM."""


class ExternalPPUMemoryBlockSize(Linear, min=1, max=128 * 1024):
    """Number of bytes in a block of the SRAM."""


class ExternalPPUMemoryBlockOnFPGA(Interval, Coordinate, bound=ExternalPPUMemoryByteOnFPGA):
    """Block of bytes in the SRAM, both bounds included."""

    toExternalPPUMemoryBlockSize = to(lambda e: e % 0x20000 - e // 0x20000 + 1)


class ExternalPPUMemoryOnFPGA(Linear, Coordinate, size=1):
    """The whole SRAM."""


class ExternalPPUDRAMMemoryByteOnFPGA(Linear, Coordinate, size=256 * 1024**2):
    """Byte of the DRAM lent to the PPUs."""


class ExternalPPUDRAMMemoryQuadOnFPGA(Linear, Coordinate, size=64 * 1024**2):
    """Four bytes of the DRAM."""


class ExternalPPUDRAMMemoryBlockSize(Linear, min=1, max=256 * 1024**2):
    """Number of bytes in a block of the DRAM."""


class ExternalPPUDRAMMemoryBlockOnFPGA(Interval, Coordinate, bound=ExternalPPUDRAMMemoryByteOnFPGA):
    """Block of bytes in the DRAM, both bounds included."""

    toExternalPPUDRAMMemoryBlockSize = to(lambda e: e % 0x10000000 - e // 0x10000000 + 1)


class ExternalPPUDRAMMemoryOnFPGA(Linear, Coordinate, size=1):
    """The whole DRAM."""


class SpikeIOAddress(Linear, max=255):
    """Address of an external event on the serial line."""

    toSpikeIOInputRouteOnFPGA = to()


class SpikeIOConfigOnFPGA(Linear, Coordinate, size=1):
    """Serial interface for external events."""


class SpikeIOInputRouteOnFPGA(Linear, Coordinate, size=256):
    """What an external event becomes on the way to the chip."""

    toSpikeIOAddress = to()


class SpikeIOOutputRouteOnFPGA(Linear, Coordinate, size=65536):
    """What a spike of the chip becomes on the serial line."""

    toSpikeLabel = to()


class OutputRoutingTableEntryOnFPGA(Linear, Coordinate, size=65536):
    """Where a spike of the chip goes among several FPGAs."""

    toSpikeLabel = to()


class OutputRoutingTableOnFPGA(Linear, Coordinate, size=1):
    """All routes of outgoing spikes."""


class InputRoutingTableEntryOnFPGA(Linear, Coordinate, size=32768):
    """Which label a spike of another FPGA gets."""


class InputRoutingTableOnFPGA(Linear, Coordinate, size=1):
    """All routes of incoming spikes."""


class FPGAOnChipAndSinglechipFPGA(Linear, Coordinate, size=1):
    """The FPGA of a chip that stands alone."""


class FPGAOnChipAndMultichipJboaLeafFPGA(Linear, Coordinate, size=1):
    """The FPGA of a chip among several on one board."""


class ChipAndSinglechipFPGAOnSystem(Linear, Coordinate, size=1):
    """A chip that stands alone, with its FPGA."""


class ChipAndMultichipJboaLeafFPGAOnSystem(Linear, Coordinate, size=1):
    """A chip among several on one board, with its FPGA."""
