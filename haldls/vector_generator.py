"""The FPGA's vector generators, which turn vectors of activations into events for hagen mode."""

from __future__ import annotations

from enum import IntEnum
from typing import Any

from halco import (
    EntryOnQuad,
    Linear,
    OmnibusAddress,
    PPUMemoryWordOnDLS,
    SourceOnVectorGenerator,
    VectorGeneratorControlOnFPGA,
    VectorGeneratorFIFOWordOnFPGA,
    VectorGeneratorLUTEntryOnFPGA,
    VectorGeneratorLUTEntryOnVectorGeneratorLUT,
    VectorGeneratorNotificationAddressOnFPGA,
    VectorGeneratorTriggerOnFPGA,
)
from haldls.container import FPGA, Address, Container
from haldls.fields import Array, Field
from haldls.padi import PADIEvent
from haldls.ppu import PPUMemoryWord

__all__ = [
    "VectorGeneratorControl", "VectorGeneratorFIFOWord", "VectorGeneratorLUTEntry", "VectorGeneratorNotificationAddress",
    "VectorGeneratorTrigger",
]  # fmt: skip

BASE, GENERATOR = 0x84000000, 0x1000


class VectorGeneratorControl(Container):
    """How a generator takes activations from its sources and packs them into events. Writing it starts over."""

    coordinate = VectorGeneratorControlOnFPGA
    backends = FPGA
    write_address = Address(BASE, stride=GENERATOR)

    class SourceCount(Linear, min=1, max=2):
        """Number of sources."""

    class Wait(Linear, max=15):
        """Cycles."""

    class ResendCount(Linear, max=15):
        """Number of repetitions."""

    class Source(IntEnum):
        """Where activations come from."""

        omnibus = 0
        external_0 = 1
        external_1 = 2
        external_2 = 3

    class EventPack(Linear, min=1, max=3):
        """Events per message."""

    class Notification(IntEnum):
        """Who is told of the end."""

        omnibus = 0
        gpio = 1

    class Trigger(IntEnum):
        """Who starts the generator."""

        omnibus = 0
        gpio = 1

    class Signal(IntEnum):
        """What is signalled."""

        disabled = 0
        notification = 1
        trigger_and_notification = 2

    lookup_table_entry_start = Field(VectorGeneratorLUTEntryOnVectorGeneratorLUT, "w0[31:24]", doc="first row of the table that is used")
    source_count = Field(SourceCount, "w0[23]", offset=-1, doc="number of sources")
    resend_count = Field(ResendCount, "w0[7:4]", doc="how often each event is repeated")
    source_waits = Array(SourceOnVectorGenerator, Wait, ("w0[20:17]", "w0[14:11]"), copies=True, doc="pause after each event of a source")
    sources = Array(SourceOnVectorGenerator, Source, ("w0[22:21]", "w0[16:15]"), copies=True, doc="where each source takes its activations")
    event_pack = Field(EventPack, "w0[10:9]", offset=-1, doc="events sent at once")
    enable_ignore_zeros = Field(bool, "w0[8]", doc="send no event for an activation of 0")
    notification = Field(Notification, "w0[2]", doc="who is told of the end of a vector")
    trigger = Field(Trigger, "w0[0]", doc="who starts the generator")
    signal = Field(Signal, "w0[3] w0[1]", code=(0b00, 0b10, 0b11), doc="what is signalled")


class VectorGeneratorLUTEntry(Container):
    """Upper bits of the label of an event, by the position of its activation in the vector."""

    coordinate = VectorGeneratorLUTEntryOnFPGA
    backends = FPGA
    address = Address(BASE + 0x100, stride=(1, GENERATOR))

    class Value(Linear, max=2047):
        """Upper bits of a label."""

    value = Field(Value, "w0[10:0]", doc="upper bits of the label; the activation makes the lower ones")


class VectorGeneratorFIFOWord(Container):
    """Up to four activations for a generator."""

    coordinate = VectorGeneratorFIFOWordOnFPGA
    backends = FPGA
    write_address = Address(BASE + 0x200, stride=GENERATOR)
    Value = PADIEvent.HagenActivation
    values = Array(EntryOnQuad, Value, lambda entry: f"w0[{28 - 8 * entry}:{24 - 8 * entry}]", copies=True, doc="activations")
    last = Array(EntryOnQuad, bool, lambda entry: f"w0[{31 - 8 * entry}]", copies=True, doc="the activation is the last of its vector")
    enable = Array(EntryOnQuad, bool, lambda entry: f"be0[{3 - entry}]", copies=True, doc="the entry counts")


class VectorGeneratorTrigger(Container):
    """Writing it starts a generator."""

    coordinate = VectorGeneratorTriggerOnFPGA
    backends = FPGA
    write_address = Address(BASE + 2, stride=GENERATOR)


class VectorGeneratorNotificationAddress(Container):
    """Where a generator writes when it has finished a vector."""

    coordinate = VectorGeneratorNotificationAddressOnFPGA
    backends = FPGA
    address = Address(BASE + 1, stride=GENERATOR)
    Value = OmnibusAddress
    value = Field(OmnibusAddress, "w0[31:0]", doc="omnibus address")

    def __init__(self, word: PPUMemoryWordOnDLS | VectorGeneratorNotificationAddress | None = None, **fields: Any) -> None:
        """With a word of a PPU's memory: its address."""
        if word is None or isinstance(word, VectorGeneratorNotificationAddress):
            super().__init__(*([] if word is None else [word]), **fields)
        else:
            super().__init__(value=OmnibusAddress(int(PPUMemoryWord.read_access(word)[0])), **fields)
