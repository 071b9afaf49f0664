"""What a program brings back besides tickets, as sequences over arrays: spikes and MADC samples.

Their elements, `SpikeFromChip` and `MADCSampleFromChip`, and the notifications of the highspeed link are haldls' (registers/stadls 3).
"""

from __future__ import annotations

import numpy as np

from fisch.decoder import MADC_DTYPE, SPIKE_DTYPE
from fisch.events import EventVector
from halco import PhyStatusOnFPGA, SpikeLabel
from haldls import ChipTime, FPGATime, HighspeedLinkNotification, MADCSampleFromChip, SpikeFromChip


class SpikeVector(EventVector[SpikeFromChip]):
    """Spikes in the order in which they arrived; array fields label (u2), fpga_time (u8), chip_time (u8)."""

    dtype = SPIKE_DTYPE

    def _event(self, row: np.void) -> SpikeFromChip:
        label, fpga_time, chip_time = row.item()
        return SpikeFromChip.of(label=SpikeLabel(label), fpga_time=FPGATime(fpga_time), chip_time=ChipTime(chip_time))


class MADCSampleVector(EventVector[MADCSampleFromChip]):
    """MADC samples in the order in which they arrived; array fields value (u2), channel (u1), fpga_time (u8), chip_time (u8)."""

    dtype = MADC_DTYPE

    def _event(self, row: np.void) -> MADCSampleFromChip:
        kind = MADCSampleFromChip
        value, channel, fpga_time, chip_time = row.item()
        times = {"fpga_time": FPGATime(fpga_time), "chip_time": ChipTime(chip_time)}
        return kind.of(value=kind.Value(value), channel=kind.Channel(channel), **times)


def link_notification(value: int, fpga_time: int) -> HighspeedLinkNotification:
    """Takes the byte of a notification apart: [7:5] PHY, [4] link up, [3:0] errors.

    >>> link_notification(0xB0, 7).phy
    PhyStatusOnFPGA(5)
    """
    up, decode_error, crc_error, crc_recover, check_error = (bool(value >> bit & 1) for bit in (4, 3, 2, 1, 0))
    return HighspeedLinkNotification(
        PhyStatusOnFPGA(value >> 5), up, decode_error, crc_error, crc_recover, check_error, FPGATime(fpga_time)
    )
