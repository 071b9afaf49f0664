"""The parallel converters of one virtual chip: codes and offsets that make them read as wanted, and what they read then."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from haldls import CADCChannelConfig
from hicannx.calibration.circuits import Codes, Floats, capmem_volts, clipped, codes
from hicannx.calibration.targets import CADCCalibTarget
from hicannx_sim import VirtualChip
from hicannx_sim.base.mismatch import deviation, factor
from hicannx_sim.base.numbers import number

__all__ = ["Converters"]

CHANNELS = np.arange(1024)
QUADRANT_OF_CHANNEL = CHANNELS // 512 * 2 + CHANNELS // 128 % 2
RAMP_FIRST = 350
"""The slope with which the start of the ramp is looked for (facts: calix_expectations 1.1)."""


def _ramps(chip: VirtualChip) -> tuple[Floats, Floats]:
    """Reads per volt at slope 1, and start of the ramp at offset 0, of the four quadrants."""
    gain = number("cadc_ramp_gain") * factor(chip, "cadc_slope", np.arange(4))
    return gain, number("cadc_ramp_start") + deviation(chip, "cadc_ramp_start", np.arange(4))


@dataclass(frozen=True)
class Converters:
    """Calibrated converters: `ramp_offset` and `ramp_slope` of the four quadrants, `channel_offset` of the 1024 channels."""

    ramp_offset: Codes
    ramp_slope: Codes
    channel_offset: Codes
    channel_gain: Floats
    channel_zero: Floats
    """What the channels read: zero + gain * V, with their offsets."""

    @classmethod
    def calibrated(cls, chip: VirtualChip, target: CADCCalibTarget) -> Converters:
        """Both ends of the range are read as the target says, all channels of the chip alike in its middle."""
        low, high = (float(capmem_volts(int(code))) for code in target.dynamic_range.to_tuple())
        low_read, high_read = (int(read) for read in target.read_range.to_tuple())
        gain, begin = _ramps(chip)
        offset = codes((low - low_read * RAMP_FIRST / gain - begin) / number("capmem_voltage_per_code"))
        slope = codes(gain * (high - begin - number("capmem_voltage_per_code") * offset) / high_read)
        raw = cls.configured(chip, offset, slope, np.zeros(1024, np.int64))
        middle = capmem_volts(np.mean([int(one) for one in target.dynamic_range.to_tuple()]))
        reads = np.rint(raw.channel_zero + raw.channel_gain * middle)
        limits = CADCChannelConfig.Offset
        return cls.configured(chip, offset, slope, clipped(np.median(reads) - reads, limits.min, limits.max))

    @classmethod
    def configured(cls, chip: VirtualChip, ramp_offset: Codes, ramp_slope: Codes, channel_offset: Codes) -> Converters:
        """With these codes and offsets."""
        gain, begin = _ramps(chip)
        channel_gain = (gain / ramp_slope)[QUADRANT_OF_CHANNEL] * factor(chip, "cadc_gain", CHANNELS)
        begin = begin + number("capmem_voltage_per_code") * ramp_offset
        zero = deviation(chip, "cadc_offset", CHANNELS) - channel_gain * begin[QUADRANT_OF_CHANNEL]
        return cls(ramp_offset, ramp_slope, channel_offset, channel_gain, zero + channel_offset)

    def _of_neurons(self) -> tuple[Floats, Floats]:
        """Zero and gain of the mean of each neuron's two channels."""
        channels = [512 * (np.arange(512) // 256) + 256 * kind + np.arange(512) % 256 for kind in range(2)]
        zero, gain = (np.mean([part[one] for one in channels], axis=0) for part in (self.channel_zero, self.channel_gain))
        return zero, gain

    def reads(self, volts: Floats) -> Floats:
        """What the neurons' channels read on average, without limits."""
        zero, gain = self._of_neurons()
        return np.asarray(zero + gain * volts)

    def volts(self, reads: Floats | Codes) -> Floats:
        """The voltage of each neuron at which the mean of its two channels is the read wanted."""
        zero, gain = self._of_neurons()
        return np.asarray((reads - zero) / gain)
