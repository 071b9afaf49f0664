"""The synapse drivers of one virtual chip: trims that make their pulses equally long, in hagen mode and for short-term plasticity."""

from __future__ import annotations

from typing import Any

import numpy as np

from halco import SynapseDriverOnDLS, iter_all
from haldls import PADIEvent, SynapseDriverConfig
from hicannx.calibration.circuits import Codes, Floats, capmem_volts, clipped, codes
from hicannx.calibration.options import STPCalibOptions
from hicannx_sim import VirtualChip
from hicannx_sim.base.mismatch import deviation, factor
from hicannx_sim.base.numbers import number

__all__ = [
    "DAC_BIAS",
    "dac_offsets",
    "hagen_pulses",
    "plasticity_offsets",
    "plasticity_pulses",
    "ramp_currents",
    "synapse_biases",
    "synapse_strengths",
]  # fmt: skip

DAC_BIAS = 820
"""hagen_ibias_dac of both hemispheres."""
SHARE = 0.9
"""The largest activation gives this share of the longest pulse (facts: calix_expectations 2.5)."""
OFFSET_MIDDLE = SynapseDriverConfig.Offset.max // 2
LARGEST = int(PADIEvent.HagenActivation.max)


def synapse_biases(chip: VirtualChip, bias: float) -> Codes:
    """syn_i_bias_dac of the four quadrants that give all the strength of the weakest at this bias."""
    strength = synapse_strengths(chip, 1.0)
    return codes(bias * strength.min() / strength)


def _blocks() -> Codes:
    return np.array([int(one.toCapMemBlockOnDLS()) for one in iter_all(SynapseDriverOnDLS)])


def _strengths(chip: VirtualChip) -> Floats:
    """Factor of all that each driver sends."""
    return factor(chip, "driver_strength", np.arange(SynapseDriverOnDLS.size))


def _shifts(chip: VirtualChip) -> Floats:
    return deviation(chip, "driver_ramp", np.arange(SynapseDriverOnDLS.size))


def _reach(chip: VirtualChip, ramp: Codes) -> Floats:
    """Voltage at which the ramp of each driver ends a pulse of full length."""
    return np.asarray((number("stp_ramp_reach") * ramp * factor(chip, "driver_ramp_current", np.arange(4)))[_blocks()])


def ramp_currents(chip: VirtualChip) -> Codes:
    """stp_i_ramp of the four quadrants: a step of the activation is a step of the pulse's length by its 31st part."""
    step = number("hagen_dac_step") * DAC_BIAS * LARGEST / SHARE
    return codes(step / (number("stp_ramp_reach") * factor(chip, "driver_ramp_current", np.arange(4))))


def hagen_pulses(chip: VirtualChip, ramp: Codes, offsets: Any, activation: int) -> Floats:
    """What each driver sends at an activation, relative to the longest pulse of one without fixed pattern."""
    trim = number("hagen_dac_offset_step") * (np.asarray(offsets) - number("hagen_dac_offset_middle"))
    voltage = number("hagen_dac_step") * DAC_BIAS * (LARGEST - activation) + trim + _shifts(chip)
    return np.asarray(_strengths(chip) * np.clip(1 - voltage / _reach(chip, ramp), 0, 1))


def plasticity_pulses(chip: VirtualChip, ramp: Codes, offsets: Any, voltage: Codes) -> Floats:
    """The same without hagen mode, at a code of the plasticity's voltage."""
    blocks = _blocks()
    trim = number("stp_offset_step") * ramp[blocks] * (np.asarray(offsets) - OFFSET_MIDDLE)
    volts = capmem_volts(voltage)[blocks] - number("stp_ramp_start") + _shifts(chip) + trim
    return np.asarray(_strengths(chip) * np.clip(1 - volts / _reach(chip, ramp), 0, 1))


def synapse_strengths(chip: VirtualChip, biases: Any) -> Floats:
    """Current of a synapse in each quadrant, in codes of a quadrant without fixed pattern."""
    return np.asarray(factor(chip, "synapse_dac", np.arange(4)) * biases)


def dac_offsets(chip: VirtualChip, ramp: Codes, activation: int) -> Codes:
    """hagen_dac_offset of the drivers: an activation gives its share of the longest pulse."""
    strengths = _strengths(chip)
    voltage = (1 - SHARE * activation / LARGEST * np.median(strengths) / strengths) * _reach(chip, ramp)
    unit = number("hagen_dac_step") * DAC_BIAS * (LARGEST - activation)
    exact = number("hagen_dac_offset_middle") + (voltage - unit - _shifts(chip)) / number("hagen_dac_offset_step")
    return clipped(exact, SynapseDriverConfig.HagenDACOffset.min, SynapseDriverConfig.HagenDACOffset.max)


def plasticity_offsets(chip: VirtualChip, options: STPCalibOptions) -> Codes:
    """offset of the drivers: all of a quadrant have the median length of its pulses at the voltage of the options."""
    blocks, ramp = _blocks(), options.i_ramp.to_numpy()
    reach, step = _reach(chip, ramp), number("stp_offset_step") * ramp[blocks]
    pulses = plasticity_pulses(chip, ramp, OFFSET_MIDDLE, options.v_stp.to_numpy())
    wanted = np.array([np.median(pulses[blocks == block]) for block in range(4)])[blocks]
    exact = OFFSET_MIDDLE + (pulses - wanted) / _strengths(chip) * reach / step
    return clipped(exact, SynapseDriverConfig.Offset.min, SynapseDriverConfig.Offset.max)
