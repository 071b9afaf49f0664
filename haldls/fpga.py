"""Registers of the FPGA's own: playback timeout, event recording, identity, the memory it lends to the PPUs, polling."""

from __future__ import annotations

from halco import (
    BaseType,
    EntryOnQuad,
    EventRecordingConfigOnFPGA,
    ExternalPPUDRAMMemoryByteOnFPGA,
    ExternalPPUDRAMMemoryQuadOnFPGA,
    ExternalPPUMemoryByteOnFPGA,
    ExternalPPUMemoryQuadOnFPGA,
    FPGADeviceDNAOnFPGA,
    HicannARQStatusOnFPGA,
    InstructionTimeoutConfigOnFPGA,
    Linear,
    NullPayloadReadableOnFPGA,
    OmnibusAddress,
    PerfTestOnFPGA,
    PerfTestStatusOnFPGA,
    PollingOmnibusBlockConfigOnFPGA,
    SystimeCorrectionBarrierConfigOnFPGA,
)
from haldls.container import FPGA, Address, Container
from haldls.fields import Array, Field
from haldls.timer import Timer

__all__ = [
    "EventRecordingConfig", "ExternalPPUDRAMMemoryByte", "ExternalPPUDRAMMemoryQuad", "ExternalPPUMemoryByte", "ExternalPPUMemoryQuad",
    "FPGADeviceDNA", "HicannARQStatus", "InstructionTimeoutConfig", "NullPayloadReadable", "PerfTest", "PerfTestStatus",
    "PollingOmnibusBlockConfig", "SystimeCorrectionBarrierConfig",
]  # fmt: skip

WORD_MAX = 0xFFFFFFFF


class InstructionTimeoutConfig(Container):
    """How long a playback instruction may block before the FPGA gives up and reports an error."""

    coordinate = InstructionTimeoutConfigOnFPGA
    backends = FPGA
    address = Address(0x88000009)
    Value = Timer.Value
    value = Field(Timer.Value, "w0[31:0]", default=1250000, unit="FPGA cycles of 8 ns", doc="longest time an instruction may block; 10 ms")


class EventRecordingConfig(Container):
    """Whether spikes and MADC samples arriving from the chip are recorded in the trace memory. On after a reset (facts: transport 2.8)."""

    coordinate = EventRecordingConfigOnFPGA
    backends = FPGA
    address = Address(0x88000005)
    enable_event_recording = Field(bool, "w0[0]", doc="record events; while off they are dropped at the FPGA")


class SystimeCorrectionBarrierConfig(Container):
    """Arms the barrier that waits for a correction of the systime between FPGAs; without effect on FPGAs that are not networked."""

    coordinate = SystimeCorrectionBarrierConfigOnFPGA
    backends = FPGA
    address = Address(0x8800000B)
    enable_interrupt = Field(bool, "w0[0]", doc="a correction of the systime releases the barrier")


class PollingOmnibusBlockConfig(Container):
    """What the polling block compares: a register is read again and again until `(read & mask) == target`."""

    coordinate = PollingOmnibusBlockConfigOnFPGA
    backends = FPGA
    write_address = read_address = Address(0x88000006, words=3)
    no_read_on = ("hardware", "simulation")

    class Value(BaseType, maximum=WORD_MAX):
        """A word of the omnibus."""

    address = Field(OmnibusAddress, "w0[31:0]", doc="register that is read")
    mask = Field(Value, "w2[31:0]", doc="bits of the register that are compared")
    target = Field(Value, "w1[31:0]", doc="what these bits are compared with")
    Address = OmnibusAddress


class FPGADeviceDNA(Container):
    """Serial number burnt into the FPGA."""

    coordinate = FPGADeviceDNAOnFPGA
    backends = FPGA
    read_address = Address(0x88000003, words=2)
    constructor = ("value",)

    class Value(Linear, max=(1 << 57) - 1):
        """57-bit serial number."""

    value = Field(Value, read="w0[24:0] w1[31:0]", doc="serial number")


class HicannARQStatus(Container):
    """Counters of the reliable connection to the chip, since its last reset."""

    coordinate = HicannARQStatusOnFPGA
    backends = FPGA
    read_address = Address(0x8800C010, words=4)

    class ReadCount(BaseType, maximum=WORD_MAX):
        """Packets taken out of the connection."""

    class WriteCount(BaseType, maximum=WORD_MAX):
        """Packets put into the connection."""

    class RxCount(BaseType, maximum=WORD_MAX):
        """Packets received."""

    class TxCount(BaseType, maximum=WORD_MAX):
        """Packets sent, with repetitions."""

    read_count = Field(ReadCount, read="w3[31:0]", doc="packets from the chip handed on; at most rx_count")
    write_count = Field(WriteCount, read="w0[31:0]", doc="packets for the chip accepted; at most tx_count")
    rx_count = Field(RxCount, read="w2[31:0]", doc="packets received from the chip")
    tx_count = Field(TxCount, read="w1[31:0]", doc="packets sent to the chip, repetitions included")


class PerfTest(Container):
    """Switches the throughput test of the high-speed links on: counted words are sent and looped back."""

    coordinate = PerfTestOnFPGA
    backends = FPGA
    address = Address(0x88008000)
    constructor = ("enable",)
    keywords = {"value": "enable"}
    enable = Field(bool, "w0[0]", doc="run the test")


class PerfTestStatus(Container):
    """Outcome of the throughput test of the high-speed links."""

    coordinate = PerfTestStatusOnFPGA
    backends = FPGA
    read_address = Address(0x88008001, words=4)

    class Sent(Linear, max=WORD_MAX):
        """Words sent."""

    class Received(Linear, max=WORD_MAX):
        """Words received."""

    class InOrder(Linear, max=WORD_MAX):
        """Words received in order."""

    class ErrorWord(Linear, max=WORD_MAX):
        """First word that was wrong."""

    sent = Field(Sent, read="w0[31:0]", doc="words sent (59 bit each)")
    received = Field(Received, read="w1[31:0]", doc="words that came back")
    in_order = Field(InOrder, read="w2[31:0]", doc="words that came back in order; equals received without errors")
    error_word = Field(ErrorWord, read="w3[31:0]", doc="first word out of order, 0 if there was none")


class NullPayloadReadable(Container):
    """A read whose response carries nothing: the FPGA's sign of life."""

    coordinate = NullPayloadReadableOnFPGA
    backends = ("NullPayloadReadable",)
    read_address = Address(0)


class ExternalPPUMemoryByte(Container):
    """One byte of the FPGA's SRAM that the PPUs see; byte 0 is the most significant of its word."""

    coordinate = ExternalPPUMemoryByteOnFPGA
    backends = FPGA
    address = Address(0x80000000, rule=lambda byte: byte // 4)
    byte_lane = True
    constructor = ("value",)

    class Value(BaseType, maximum=255):
        """A byte."""

    value = Field(Value, "w0[7:0]", doc="the byte")


class ExternalPPUMemoryQuad(Container):
    """Four bytes, one word, of the FPGA's SRAM that the PPUs see."""

    coordinate = ExternalPPUMemoryQuadOnFPGA
    backends = FPGA
    address = Address(0x80000000, stride=1)
    quad = Array(
        EntryOnQuad, ExternalPPUMemoryByte.Value, lambda byte: f"w0[{31 - 8 * byte}:{24 - 8 * byte}]", copies=True, doc="the bytes"
    )
    enables = Array(
        EntryOnQuad, bool, lambda byte: f"be0[{3 - byte}]", read=None, default=True, copies=True, doc="bytes that a write changes"
    )


class ExternalPPUDRAMMemoryByte(Container):
    """One byte of the FPGA's DRAM that the PPUs see; byte 0 is the most significant of its word."""

    coordinate = ExternalPPUDRAMMemoryByteOnFPGA
    backends = FPGA
    address = Address(0x84000000, rule=lambda byte: byte // 4)
    byte_lane = True
    constructor = ("value",)

    class Value(BaseType, maximum=255):
        """A byte."""

    value = Field(Value, "w0[7:0]", doc="the byte")


class ExternalPPUDRAMMemoryQuad(Container):
    """Four bytes, one word, of the FPGA's DRAM that the PPUs see."""

    coordinate = ExternalPPUDRAMMemoryQuadOnFPGA
    backends = FPGA
    address = Address(0x84000000, stride=1)
    quad = Array(
        EntryOnQuad, ExternalPPUDRAMMemoryByte.Value, lambda byte: f"w0[{31 - 8 * byte}:{24 - 8 * byte}]", copies=True, doc="the bytes"
    )
    enables = Array(
        EntryOnQuad, bool, lambda byte: f"be0[{3 - byte}]", read=None, default=True, copies=True, doc="bytes that a write changes"
    )
