"""The columnar ADCs: 1024 single-slope channels that read correlation sensors or neurons."""

from __future__ import annotations

from halco import CADCChannelConfigOnDLS, CADCConfigOnDLS, CADCSampleQuadOnDLS, EntryOnQuad, Linear
from haldls.container import Address, Container
from haldls.fields import Array, Field

__all__ = ["CADCChannelConfig", "CADCConfig", "CADCSampleQuad"]


class CADCConfig(Container):
    """Ramp of the channels of one synapse array."""

    coordinate = CADCConfigOnDLS
    address = Address(0x2401000, stride=0x1000000)

    class ResetWait(Linear, max=255, default=100):
        """PPU cycles."""

    class DeadTime(Linear, max=255, default=20):
        """PPU cycles."""

    enable = Field(bool, "w0[0]", doc="power the converter")
    reset_wait = Field(ResetWait, "w0[11:4]", unit="PPU cycles", doc="wait after the ramp's reset")
    dead_time = Field(DeadTime, "w0[19:12]", unit="PPU cycles", doc="wait between the ramp's start and that of the counters")


class CADCChannelConfig(Container):
    """Offset of one channel, added to its samples."""

    coordinate = CADCChannelConfigOnDLS
    # west half of the columns at +0x800, east half at +0; causal and acausal channel of a column side by side
    address = Address(0x2400800, rule=lambda e: 2 * (e % 128) - 0x800 * (e // 128 % 2) + e // 256 % 2 + 0x1000000 * (e // 512))
    no_read_on = ("hardware",)

    class Offset(Linear, min=-128, max=127):
        """LSB of the samples."""

    offset = Field(Offset, "w0[7:0]", offset=128, unit="LSB", doc="added to the samples of the channel")


class CADCSampleQuad(Container):
    """Samples of four channels. Reading them triggers a conversion of all channels, or not if the coordinate says buffered."""

    coordinate = CADCSampleQuadOnDLS
    backends = ("Omnibus",)
    read_address = Address(0x2C80000, stride=(1, 0x40, 0x40000, 0x200000, 0x1000000))

    class Value(Linear, max=255):
        """LSB; the ramp rises, so a larger voltage gives a larger value."""

    sample = Array(EntryOnQuad, Value, read=lambda entry: f"w0[{31 - 8 * entry}:{24 - 8 * entry}]", unit="LSB", doc="samples")
    get_sample, set_sample = sample.accessors("sample")
