"""The circuits of one virtual chip the other way round: which codes give the voltages, times and strengths that are wanted.

The same numbers and fixed pattern that the model computes with (`hicannx_sim.base`), solved for the codes. What a search on the chip would
find differs from it by the noise of its measurements.
"""

from __future__ import annotations

from collections.abc import Callable
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
        code = np.asarray(capacitor) + number("membrane_capacitance_intrinsic") + deviation(chip, "membrane_capacitance", NEURONS)
        self.capacitance = number("membrane_capacitance_per_code") * code

    def _code_at(self, circuit: str, pattern: str) -> Callable[[Any], Floats]:
        offset = number(f"{circuit}_offset") + deviation(self._chip, pattern, NEURONS)
        return lambda volts: (np.asarray(volts) - offset) / number(f"{circuit}_slope")

    def leak_code(self, volts: Any) -> Floats:
        """Code of v_leak for a resting potential."""
        return self._code_at("leak", "leak_potential")(volts)

    def threshold_code(self, volts: Any) -> Floats:
        """Code of v_threshold for a threshold."""
        return self._code_at("threshold", "threshold")(volts)

    def reset_code(self, volts: Any, leak_volts: Any, leak_conductance: Any, reset_bias: Any) -> Floats:
        """Code of v_reset at which the membrane, which its leak pulls away, rests at a voltage during a reset."""
        conductance = number("reset_conductance_per_code") * reset_bias * factor(self._chip, "reset_conductance", NEURONS)
        share = leak_conductance / (conductance * number("conductance_step"))
        return self._code_at("reset", "reset_potential")(np.asarray(volts) + share * (np.asarray(volts) - leak_volts))

    @cached_property
    def _leak_per_code(self) -> Floats:
        return number("leak_conductance_per_code") * factor(self._chip, "leak_conductance", NEURONS)

    def leak_bias(self, tau: Any) -> tuple[Codes, NDArray[np.bool_]]:
        """i_bias_leak for time constants, and which neurons need their conductance divided to have a code left for it."""
        exact = self.capacitance / (self._leak_per_code * np.asarray(tau))
        divided = exact * number("conductance_step") < LARGEST_DIVIDED
        return codes(np.where(divided, exact * number("conductance_step"), exact)), divided

    def leak_conductance(self, bias: Any, divided: Any) -> Floats:
        """Conductance of the leak [S]."""
        return np.asarray(self._leak_per_code * bias / np.where(divided, number("conductance_step"), 1.0))

    def line_bias(self, side: int, tau: Any, resistance: bool = True) -> tuple[Codes, NDArray[np.bool_]]:
        """i_bias_synin_*_tau for the time constants of the lines of an input, and which of them need the high resistance.

        resistance    whether the high resistance may be used
        """
        spread = factor(self._chip, "synapse_tau", NEURONS, INPUTS[side])
        high = number("synapse_tau_high_resistance") * 1e-6 * spread / np.asarray(tau)
        needed = (high < LARGEST_HIGH_RESISTANCE) & resistance
        return codes(np.where(needed, high, number("synapse_tau_normal") * 1e-6 * spread / np.asarray(tau))), needed

    def strength_bias(self, side: int, bias: float, reference: Floats | None = None) -> tuple[Codes, Floats]:
        """i_bias_synin_*_gm that give all inputs the median strength at a bias, or that of `reference`; and this strength."""
        strength = factor(self._chip, "synapse_gm", NEURONS, INPUTS[side]) / self.capacitance
        wanted = np.full(strength.shape, np.median(strength) * bias) if reference is None else reference
        return codes(wanted / strength), wanted

    def shift_code(self, side: int) -> Codes:
        """i_bias_synin_*_shift at which an input gives no current at rest."""
        offset = deviation(self._chip, "synapse_offset", NEURONS, INPUTS[side])
        return codes(number("synapse_shift_neutral") - offset / number("synapse_shift_per_code"))


LARGEST_DIVIDED = 1017
LARGEST_HIGH_RESISTANCE = 919
"""Largest codes at which calix tries whether a switch may stay (facts: calix_expectations 2.2, 2.3)."""
