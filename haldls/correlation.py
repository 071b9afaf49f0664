"""The correlation sensors in the synapses."""

from __future__ import annotations

from enum import IntEnum

from halco import CapMemBlockOnHemisphere, CommonCorrelationConfigOnDLS, CorrelationResetOnDLS, Linear
from haldls.container import Address, Container
from haldls.fields import Array, Field

__all__ = ["CommonCorrelationConfig", "CorrelationReset"]


class CommonCorrelationConfig(Container):
    """Timing of the correlation sensors' reset and readout in one synapse array."""

    coordinate = CommonCorrelationConfigOnDLS
    address = Address(0x2200000, stride=0x1000000, words=4)

    class SenseDelay(Linear, max=4095, default=1):
        """PPU cycles."""

    class ResetDuration(Linear, max=4095, default=200):
        """PPU cycles."""

    class ResetFallTime(Linear, max=4095, default=5):
        """PPU cycles."""

    class ResetMode(IntEnum):
        """Voltage to which the sensors are reset."""

        normal = 0
        auto_calibrating = 1

    sense_delay = Field(SenseDelay, "w0[11:0]", unit="PPU cycles", doc="wait before a row's sensors are read")
    reset_duration = Field(ResetDuration, "w1[11:0]", unit="PPU cycles", doc="length of a reset; 3 cycles come on top")
    reset_fall_time = Field(ResetFallTime, "w2[11:0]", unit="PPU cycles", doc="wait after a reset")
    reset_mode = Field(ResetMode, "w3[0]", doc="voltage to which the sensors are reset")
    cadc_v_offset_assignment = Array(
        CapMemBlockOnHemisphere,
        CapMemBlockOnHemisphere,
        ("w3[2]", "~w3[1]"),
        default=(0, 1),
        copies=True,
        doc="half whose memory cell gives the CADC ramp of each half its offset",
    )


class CorrelationReset(Container):
    """Writing it resets the correlation sensors of four synapses."""

    coordinate = CorrelationResetOnDLS
    write_address = Address(0x2C90000, stride=(1, 0x40, 0x1000000))
