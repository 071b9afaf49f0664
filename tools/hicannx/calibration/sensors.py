"""The correlation sensors of one virtual chip: biases of the quadrants and bits of the synapses that give amplitudes and time constants."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hicannx.calibration.circuits import Codes, Floats, codes
from hicannx.calibration.options import CorrelationCalibOptions
from hicannx.calibration.targets import CorrelationCalibTarget
from hicannx_sim import VirtualChip
from hicannx_sim.base.mismatch import deviation
from hicannx_sim.base.numbers import TABLE, number

__all__ = ["Sensors", "are_known"]

ROWS, COLUMNS, SETTINGS = 512, 256, 4
QUADRANT = (np.arange(ROWS)[:, None] // 256 * 2 + np.arange(COLUMNS)[None, :] // 128).astype(np.int64)
"""Memory block of each synapse, [row of the chip, column]."""
BRANCHES = {
    CorrelationCalibOptions.Branches.CAUSAL: [0],
    CorrelationCalibOptions.Branches.ACAUSAL: [1],
    CorrelationCalibOptions.Branches.BOTH: [0, 1],
}


def are_known() -> bool:
    """Whether the model has correlation sensors."""
    return "correlation_amplitude" in TABLE


@dataclass(frozen=True)
class Sensors:
    """Calibrated sensors: `store` and `ramp` of the quadrants, `amplitude_bits` and `time_bits` [row of the chip, column] of the synapses.

    amplitudes, time_constants    what the sensors that count then have, in reads and seconds [branch, row, column]
    """

    store: Codes
    ramp: Codes
    amplitude_bits: Codes
    time_bits: Codes
    amplitudes: Floats
    time_constants: Floats

    @classmethod
    def calibrated(cls, chip: VirtualChip, target: CorrelationCalibTarget, options: CorrelationCalibOptions) -> Sensors:
        """The quadrants' medians meet the target; with `calibrate_synapses` each synapse comes as near to it as its bits allow."""
        amplitude, tau = _patterns(chip, BRANCHES[options.branches])
        amplitude = amplitude * max(1 + number("correlation_amplitude_slope") * _excess(options), 0.0)
        amplitudes, times = (np.array([number(f"correlation_{name}_calib_{one}") for one in range(SETTINGS)]) for name in ("amp", "time"))
        amplitude_default, time_default = int(options.default_amp_calib), int(options.default_time_calib)
        store = codes(_medians(amplitude) * amplitudes[amplitude_default] / float(target.amplitude))
        ramp = codes(_medians(tau) * times[time_default] / float(target.time_constant))
        amplitude, tau = amplitude / np.maximum(store, 1)[QUADRANT], tau / np.maximum(ramp, 1)[QUADRANT]
        chosen = [np.full((ROWS, COLUMNS), default) for default in (amplitude_default, time_default)]
        if options.calibrate_synapses:
            chosen = [
                _nearest(amplitude, amplitudes, float(target.amplitude)), _nearest(tau, times, float(target.time_constant))
            ]  # fmt: skip
        return cls(store, ramp, chosen[0], chosen[1], amplitude * amplitudes[chosen[0]], tau * times[chosen[1]])


def _excess(options: CorrelationCalibOptions) -> float:
    """How far the capacitors' reset voltage is above the one that the numbers are for."""
    return float(options.v_res_meas) - number("correlation_measure_volts")


def _patterns(chip: VirtualChip, branches: list[int]) -> tuple[Floats, Floats]:
    """Amplitude [reads] and time constant [s] of the sensors at code 1 of their biases, [branch, row, column]."""
    index = np.array(branches)[:, None, None] * (ROWS * COLUMNS) + np.arange(ROWS)[:, None] * COLUMNS + np.arange(COLUMNS)
    amplitude = number("correlation_amplitude") * 2.0 ** deviation(chip, "correlation_amplitude", index)
    if not chip.is_ideal:
        amplitude = amplitude * (1 + number("correlation_gradient") * (np.arange(COLUMNS) - 127.5) / 255)
        amplitude = amplitude * np.array([1.0, number("correlation_branch_ratio")])[branches][:, None, None]
    return amplitude, number("correlation_tau") * 1e-6 * 2.0 ** deviation(chip, "correlation_tau", index)


def _medians(values: Floats) -> Floats:
    """Of each quadrant."""
    return np.array([np.median(values[:, block == QUADRANT]) for block in range(4)])


def _nearest(values: Floats, factors: Floats, target: float) -> Codes:
    """The setting of each synapse that brings the mean of its branches nearest to the target."""
    return np.asarray(np.argmin([abs(values.mean(axis=0) * one - target) for one in factors], axis=0), np.int64)
