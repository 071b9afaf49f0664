"""Conductance-based synaptic inputs."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from circuit_equations import TICK_US, Circuit, Network, leak_voltage

from hicannx_sim.base.numbers import number

CONFIG = {
    "membrane_capacitor_size": 63, "enable_synaptic_input_excitatory": 1, "enable_synaptic_input_inhibitory": 1,
    "enable_synaptic_input_excitatory_coba_mode": 1, "enable_synaptic_input_inhibitory_coba_mode": 1,
}  # fmt: skip
CELLS = {
    "v_leak": 650, "i_bias_leak": 160, "i_bias_synin_exc_tau": 40, "i_bias_synin_inh_tau": 40, "i_bias_synin_exc_gm": 180,
    "i_bias_synin_inh_gm": 250, "i_bias_synin_exc_shift": 310, "i_bias_synin_inh_shift": 310, "i_bias_synin_exc_coba": 54,
    "i_bias_synin_inh_coba": 154, "e_synin_exc_rev": 700, "e_synin_inh_rev": 560,
}  # fmt: skip
MODES = "enable_synaptic_input_excitatory_coba_mode", "enable_synaptic_input_inhibitory_coba_mode"


def amplitude(k: Any, mode: int, config: dict[str, int] | None = None, **cells: int) -> float:
    """Largest change of the membrane [V] by one strong event; positive upwards."""
    k.neuron(20, CONFIG | (config or {}), {}, **CELLS | cells)
    k.shared("syn_i_bias_dac", 600)
    k.run(400)
    rest = k.core.voltage(20, 0)
    k.core.weights[5, 20] = 32
    k.core.row_pulse(k.core.now, 5, 0, 1.0, mode)
    trace = k.trace(20, 0, 40) - rest
    return float(trace[np.abs(trace).argmax()])


@pytest.mark.parametrize(("mode", "side", "sign"), [(1, "exc", 1), (2, "inh", -1)])
def test_at_the_reference_amplitudes_are_those_of_current_based_input(kit: Callable, mode: int, side: str, sign: int) -> None:
    reference = {f"e_synin_{side}_rev": 650}
    modulated = amplitude(kit(), mode, **reference)
    plain = amplitude(kit(), mode, dict.fromkeys(MODES, 0), **reference)
    assert plain * sign > 5e-3
    assert modulated == pytest.approx(plain, rel=0.05)


@pytest.mark.parametrize(("mode", "side", "sign"), [(1, "exc", 1), (2, "inh", -1)])
def test_amplitudes_shrink_to_the_reversal_potential_and_grow_beyond_the_reference(kit: Callable, mode: int, side: str, sign: int) -> None:
    """Reference +- i_gm / (k i_coba)."""
    reference, bias = (600, 100) if side == "exc" else (800, 154)
    reach = CELLS[f"i_bias_synin_{side}_gm"] / (number("coba_modulation") * bias)
    heights = []
    for distance in (-0.2, 0.0, 0.2, 0.99 * reach, 1.05 * reach):
        code = reference + round(sign * distance / number("leak_slope"))
        cells = {f"e_synin_{side}_rev": reference, f"i_bias_synin_{side}_coba": bias}
        heights.append(amplitude(kit(), mode, v_leak=code, **cells) * sign)
    assert heights[0] > heights[1] > heights[2] > heights[3] > 0
    assert heights[0] / heights[1] == pytest.approx(1 + 0.2 / reach, rel=0.08)
    assert heights[2] / heights[1] == pytest.approx(1 - 0.2 / reach, rel=0.08)
    assert heights[4] == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("mode", [1, 2])
def test_without_bias_the_mode_has_no_effect(kit: Callable, mode: int) -> None:
    off = amplitude(kit(), mode, dict.fromkeys(MODES, 0))
    on = amplitude(kit(), mode, i_bias_synin_exc_coba=0, i_bias_synin_inh_coba=0)
    assert on == off


def test_the_rest_follows_the_reference_where_an_offset_is_left(kit: Callable) -> None:
    """Calibrations steer by this: an input whose offset is not nulled pulls the more, the farther its reference is."""
    rests = []
    for reference in (600, 700, 800):
        k = kit()
        k.neuron(20, CONFIG, {}, **CELLS | {"e_synin_exc_rev": reference, "i_bias_synin_exc_shift": 290})
        k.run(400)
        rests.append(k.core.voltage(20, 0))
    assert np.diff(rests).min() > 1e-3


def test_neurons_of_a_typical_chip_differ(kit: Callable) -> None:
    k = kit(3, "typical")
    heights = []
    for neuron in range(20):
        k.neuron(neuron, CONFIG, {}, **CELLS)
    k.run(400)
    rests = [k.core.voltage(neuron, 0) for neuron in range(20)]
    k.shared("syn_i_bias_dac", 600)
    k.core.weights[5, :20] = 32
    k.core.row_pulse(k.core.now, 5, 0, 1.0, 1)
    k.run(6)
    heights = [k.core.voltage(neuron, 0) - rest for neuron, rest in enumerate(rests)]
    assert 0.05 < np.std(heights) / np.mean(heights) < 0.8


@pytest.mark.parametrize("cells", [
    {}, {"i_bias_synin_exc_coba": 255, "i_bias_synin_inh_coba": 255}, {"i_bias_synin_exc_shift": 290, "i_bias_synin_inh_shift": 330},
    {"i_bias_synin_exc_coba": 1000, "i_bias_synin_inh_coba": 1000, "i_bias_leak": 20},
], ids=["calibrated", "strong", "with offsets", "strongest"])  # fmt: skip
def test_traces_follow_the_equations(kit: Callable, cells: dict[str, int]) -> None:
    k = kit()
    cells = CELLS | cells
    k.neuron(77, CONFIG, {}, **cells)
    k.shared("syn_i_bias_dac", 500)
    k.core.weights[:2, 77] = 50
    rng, step = np.random.default_rng(3), 50 * number("synapse_line_step") * 0.5
    events = sorted((int(t), int(s)) for t, s in zip(rng.integers(0, 50_000, 300), rng.integers(0, 2, 300), strict=True))
    start = k.core.now
    equations = Network([Circuit(CONFIG, cells)], np.array([k.core.voltage(77, 0)]), np.array([0.0]))
    for tick, side in events:
        k.core.row_pulse(start + tick, side, 0, 1.0, 1 + side)
    trace = k.trace(77, 0, 100)
    expected = equations.run(100, [(tick * TICK_US, 0, side, step) for tick, side in events])["v"][:, 0]
    assert np.ptp(expected) > 0.1 and expected[-1] > leak_voltage(500)
    assert np.abs(trace - expected).max() < 2e-4
