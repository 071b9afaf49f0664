"""The supply and bias voltages of the xBoard as two blocks of 16 channels; they can only be written."""

from __future__ import annotations

from math import nan
from typing import Any, SupportsFloat

from halco import DACChannelBlockOnBoard, DACChannelOnBoard, DACControlBlockOnBoard, RangeError
from halco.value import shown
from haldls.board import DACChannel, DACControl
from haldls.fields import Array
from haldls.lola.table import Composed, Part, Preset

__all__ = ["DACChannelBlock", "DACControlBlock"]

REFERENCE = {
    "i_ref_board": 2.5,
    "ana_readout_debug_0": 2.5,
    "ana_readout_debug_1": 2.5,
    "mux_dac_25": 2.5,
    "v_reset": 1.2,
    "v_res_meas": 1.2,
    "mux_rfu_0": 1.2,
    "mux_rfu_1": 1.2,
}
"""Full-scale voltage [V] of the channels that drive a line directly (facts: lola, DAC blocks)."""


def _codes(**codes: int) -> Preset:
    def fill(block: Any) -> None:
        for channel, code in codes.items():
            block.value[getattr(DACChannelOnBoard, channel)] = code

    return Preset(fill)


class DACChannelBlock(Composed):
    """Output codes of all channels.

    The presets set the supplies: `default_ldo_1` and `default_ldo_2` for the two generations of regulators on the board,
    whose output voltages fall with the code.
    """

    coordinate = DACChannelBlockOnBoard
    backends = DACChannel.backends

    value = Array(DACChannelOnBoard, DACChannel.Value, doc="code, 0..4095")

    parts = (Part(DACChannel, range(DACChannelOnBoard.size), {"value": "value"}),)

    default_ldo_1 = _codes(vdd25_digital=275, vdd25_analog=275, vdd12_digital=315, vdd12_analog=315, vdd12_madc=440, vdd12_pll=440)
    default_ldo_2 = _codes(vdd25_digital=608, vdd25_analog=608, vdd12_digital=2090, vdd12_analog=1630, vdd12_madc=440, vdd12_pll=440)

    def set_voltage(self, channel: DACChannelOnBoard, voltage: SupportsFloat) -> None:
        """Sets a channel without regulator to a voltage [V]: a number, or a quantity whose number is the volts.

        Raises ValueError for a regulated channel, RangeError beyond full scale.
        """
        reference = _reference(channel)
        volts = _number(voltage)
        if not 0 <= volts <= reference:
            raise RangeError(f"{channel!r} takes 0 to {reference} V, not {shown(voltage)}")
        self.value[channel] = int(volts / reference * DACChannel.Value.max)

    def get_voltage(self, channel: DACChannelOnBoard) -> float:
        """Voltage [V] of a channel without regulator. Raises ValueError for a regulated one."""
        return float(int(self.value[channel]) / DACChannel.Value.max * _reference(channel))


def _number(voltage: SupportsFloat) -> float:
    """As a plain number; NaN for what is none. Clients' quantities are arrays without dimension, which only `float` takes for numbers."""
    if isinstance(voltage, str | bytes):
        return nan
    try:
        return float(voltage)
    except (TypeError, ValueError):
        return nan


def _reference(channel: DACChannelOnBoard) -> float:
    for name, reference in REFERENCE.items():
        if getattr(DACChannelOnBoard, name) == channel:
            return reference
    raise ValueError(f"{channel!r} feeds a regulator: its output voltage is no simple function of the code, set `value` instead")


class DACControlBlock(Composed):
    """Which channels are powered."""

    coordinate = DACControlBlockOnBoard
    backends = DACControl.backends

    enable = Array(DACChannelOnBoard, bool, default=True, doc="channel powered")

    parts = (Part(DACControl, range(2), {"enable_channel": "enable"}),)
