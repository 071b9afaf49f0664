"""The circuits of one virtual chip the other way round: which codes give the voltages, times and strengths that are wanted.

The same numbers and fixed pattern that the model computes with (`hicannx_sim.base`), solved for the codes. What a search on the chip would
find differs from it by the noise of its measurements.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from halco import NeuronConfigOnDLS
from haldls import CapMemCell
from hicannx_sim import VirtualChip
from hicannx_sim.base.mismatch import deviation, factor
from hicannx_sim.base.numbers import number

__all__ = ["Codes", "Floats", "NeuronCircuits", "capmem_volts", "clipped", "codes"]

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

NEURONS = np.arange(NeuronConfigOnDLS.size)
INPUTS = ("excitatory", "inhibitory")


def clipped(exact: Any, low: int, high: int) -> Codes:
    """The nearest whole numbers within a range."""
    return np.asarray(np.clip(np.rint(exact), low, high), np.int64)


def codes(exact: Any) -> Codes:
    """The nearest codes of the analog memory."""
    return clipped(exact, CapMemCell.Value.min, CapMemCell.Value.max)


def capmem_volts(code: Any) -> Any:
    """What a cell of the analog memory gives to the parallel converters."""
    return number("capmem_voltage_offset") + number("capmem_voltage_per_code") * np.asarray(code)


class NeuronCircuits:
    """All neurons of a chip: volts as read, seconds, and the biases that lead to them."""

    def __init__(self, chip: VirtualChip, capacitor: Any = 63) -> None:
        self._chip = chip
        nominal = np.asarray(capacitor) + number("membrane_capacitance_intrinsic")
        self._nominal_capacitance = number("membrane_capacitance_per_code") * nominal
        self.capacitance = number("membrane_capacitance_per_code") * (nominal + deviation(chip, "membrane_capacitance", NEURONS))

    def _transfer(self, circuit: str, pattern: str) -> tuple[Floats, float]:
        """Voltage at code 0 and volts per code."""
        return number(f"{circuit}_offset") + deviation(self._chip, pattern, NEURONS), number(f"{circuit}_slope")

    def leak_volts(self, code: Any) -> Floats:
        """Resting potential at a code of v_leak."""
        offset, slope = self._transfer("leak", "leak_potential")
        return offset + slope * np.asarray(code)

    def leak_code(self, volts: Any) -> Floats:
        """Code of v_leak for a resting potential."""
        offset, slope = self._transfer("leak", "leak_potential")
        return np.asarray((volts - offset) / slope)

    def threshold_volts(self, code: Any) -> Floats:
        """Threshold at a code of v_threshold."""
        offset, slope = self._transfer("threshold", "threshold")
        return offset + slope * np.asarray(code)

    def threshold_code(self, volts: Any) -> Floats:
        """Code of v_threshold for a threshold."""
        offset, slope = self._transfer("threshold", "threshold")
        return np.asarray((volts - offset) / slope)

    def _pull(self, leak_conductance: Any, reset_bias: Any) -> Floats:
        """How strong the leak is beside the multiplied reset."""
        conductance = number("reset_conductance_per_code") * reset_bias * factor(self._chip, "reset_conductance", NEURONS)
        return np.asarray(leak_conductance / (conductance * number("conductance_step")))

    def reset_volts(self, code: Any, leak_volts: Any, leak_conductance: Any, reset_bias: Any) -> Floats:
        """Where the membrane, which its leak pulls away, rests during a reset at a code of v_reset."""
        (offset, slope), pull = self._transfer("reset", "reset_potential"), self._pull(leak_conductance, reset_bias)
        return np.asarray((offset + slope * np.asarray(code) + pull * leak_volts) / (1 + pull))

    def reset_code(self, volts: Any, leak_volts: Any, leak_conductance: Any, reset_bias: Any) -> Floats:
        """Code of v_reset at which it rests at a voltage."""
        (offset, slope), pull = self._transfer("reset", "reset_potential"), self._pull(leak_conductance, reset_bias)
        return np.asarray((volts + pull * (volts - leak_volts) - offset) / slope)

    @cached_property
    def _leak_per_code(self) -> Floats:
        return number("leak_conductance_per_code") * factor(self._chip, "leak_conductance", NEURONS)

    def leak_bias(self, tau: Floats) -> tuple[Codes, NDArray[np.bool_]]:
        """i_bias_leak for time constants, and which neurons need their conductance divided to have a code left for it."""
        exact = self.capacitance / (self._leak_per_code * np.asarray(tau))
        divided = exact * number("conductance_step") < LARGEST_DIVIDED
        return codes(np.where(divided, exact * number("conductance_step"), exact)), divided

    def leak_conductance(self, bias: Any, divided: Any) -> Floats:
        """Conductance of the leak [S]."""
        return np.asarray(self._leak_per_code * bias / np.where(divided, number("conductance_step"), 1.0))

    def membrane_tau(self, bias: Any, divided: Any) -> Floats:
        """Time constant of the membrane [s]; infinite without leak."""
        with np.errstate(divide="ignore"):
            return np.asarray(self.capacitance / self.leak_conductance(np.asarray(bias, float), divided))

    def _line(self, side: int, high: Any) -> Floats:
        """Time constant of a line at code 1 [s]."""
        known = np.where(high, number("synapse_tau_high_resistance"), number("synapse_tau_normal"))
        return np.asarray(known * 1e-6 * factor(self._chip, "synapse_tau", NEURONS, INPUTS[side]))

    def line_tau(self, side: int, bias: Any, high: Any) -> Floats:
        """Time constant of the lines of an input [s]."""
        return np.asarray(self._line(side, high) / np.maximum(bias, 1))

    def line_bias(self, side: int, tau: Floats, resistance: bool = True) -> tuple[Codes, NDArray[np.bool_]]:
        """i_bias_synin_*_tau for the time constants of the lines of an input, and which of them need the high resistance.

        resistance    whether the high resistance may be used
        """
        high = self._line(side, True) / tau
        needed = (high < LARGEST_HIGH_RESISTANCE) & resistance
        return codes(np.where(needed, high, self._line(side, False) / tau)), needed

    def strength(self, side: int, bias: Any) -> Floats:
        """How far an input moves the membrane, relative to what one of a chip without fixed pattern does at code 1."""
        nominal = self._nominal_capacitance / self.capacitance
        return np.asarray(factor(self._chip, "synapse_gm", NEURONS, INPUTS[side]) * nominal * bias)

    def strength_bias(self, side: int, bias: float, reference: Floats | None = None) -> tuple[Codes, Floats]:
        """i_bias_synin_*_gm that give all inputs the median strength at a bias, or that of `reference`; and this strength."""
        strength = self.strength(side, 1.0)
        wanted = np.full(strength.shape, np.median(strength) * bias) if reference is None else reference
        return codes(wanted / strength), wanted

    def shift_volts(self, side: int, code: Any) -> Floats:
        """What an input takes its line to be away from rest [V]: it gives a current that nobody has asked for."""
        offset = deviation(self._chip, "synapse_offset", NEURONS, INPUTS[side])
        return np.asarray(number("synapse_shift_per_code") * (code - number("synapse_shift_neutral")) + offset)

    def shift_code(self, side: int) -> Codes:
        """i_bias_synin_*_shift at which an input gives no current at rest."""
        offset = deviation(self._chip, "synapse_offset", NEURONS, INPUTS[side])
        return codes(number("synapse_shift_neutral") - offset / number("synapse_shift_per_code"))


LARGEST_DIVIDED = 1017
LARGEST_HIGH_RESISTANCE = 919
"""Largest codes at which calix tries whether a switch may stay (facts: calix_expectations 2.2, 2.3)."""
