"""Synaptic lines and current-based inputs."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from hicannx_sim.base.numbers import number

INPUTS = {"membrane_capacitor_size": 63, "enable_synaptic_input_excitatory": 1, "enable_synaptic_input_inhibitory": 1}
CELLS = {
    "v_leak": 600, "i_bias_leak": 150, "i_bias_synin_exc_tau": 30, "i_bias_synin_inh_tau": 30, "i_bias_synin_exc_gm": 500,
    "i_bias_synin_inh_gm": 500, "i_bias_synin_exc_shift": 310, "i_bias_synin_inh_shift": 310,
}  # fmt: skip
STEP_PER_WEIGHT = number("synapse_line_step") * 0.6


def receiver(k: Any, neuron: int, config: dict[str, int] | None = None, **cells: int) -> float:
    """Set a neuron up to receive, let it settle; its resting voltage."""
    k.neuron(neuron, {**INPUTS, **(config or {})}, {}, **{**CELLS, **cells})
    k.shared("syn_i_bias_dac", 600)
    k.run(400)
    return float(k.core.voltage(neuron, 0))


def send(k: Any, neuron: int, weight: int, mode: int, row: int = 10, label: int = 33, charge: float = 1.0) -> None:
    row += 256 * (neuron // 256)
    k.core.weights[row, neuron % 256], k.core.labels[row, neuron % 256] = weight, label
    k.core.row_pulse(k.core.now, row, label, charge, mode)


@pytest.mark.parametrize(("config", "code", "tau", "gain"), [
    ({}, 30, 10.0, 1), ({}, 200, 1.5, 1), ({"enable_synaptic_input_excitatory_high_resistance": 1}, 240, 10.0, 1),
    ({"enable_synaptic_input_excitatory_small_capacitance": 1}, 60, 3.0, 1 / 0.6), ({}, 1000, 0.3, 1),
])  # fmt: skip
def test_line_steps_and_recovers(kit: Callable, config: dict[str, int], code: int, tau: float, gain: float) -> None:
    k = kit()
    receiver(k, 20, config, i_bias_synin_exc_tau=code)
    rest = k.core.voltage(20, 1)
    assert rest == number("synapse_line_rest")
    send(k, 20, 40, 1)
    drop = rest - k.trace(20, 1, 3 * tau)
    times = 0.1 * np.arange(1, drop.size + 1)
    expected = number("synapse_line_gain") * 40 * STEP_PER_WEIGHT * gain * np.exp(-times / tau)
    assert drop == pytest.approx(expected, rel=1e-4)
    assert k.core.voltage(20, 2) == rest


def psp(times: np.ndarray, current: float, tau_m: float, tau_s: float) -> np.ndarray:
    """Closed form of the membrane's answer [V] to an exponential current [uA]; capacitance in pF, times in us."""
    capacitance = number("membrane_capacitance_per_code") * 1e12 * (63 + number("membrane_capacitance_intrinsic"))
    return current / capacitance * tau_m * tau_s / (tau_m - tau_s) * (np.exp(-times / tau_m) - np.exp(-times / tau_s))


@pytest.mark.parametrize(("mode", "sign"), [(1, 1), (2, -1)])
@pytest.mark.parametrize("neuron", [0, 200, 511])
@pytest.mark.parametrize("tau_code", [30, 100, 300])
def test_postsynaptic_potential_has_the_closed_form(kit: Callable, mode: int, sign: int, neuron: int, tau_code: int) -> None:
    k = kit()
    rest = receiver(k, neuron, i_bias_synin_exc_tau=tau_code, i_bias_synin_inh_tau=tau_code)
    send(k, neuron, 10, mode)
    trace = k.trace(neuron, 0, 60) - rest
    tau_m = number("membrane_capacitance_per_code") * 67.5 / (number("leak_conductance_per_code") * 150) * 1e6
    current = number("synapse_gm") * 0.5 * 10 * STEP_PER_WEIGHT
    expected = sign * psp(0.1 * np.arange(1, trace.size + 1), current, tau_m, 300 / tau_code)
    assert trace == pytest.approx(expected, abs=0.012 * np.abs(expected).max())
    assert abs(np.abs(trace).max() / np.abs(expected).max() - 1) < 0.01
    assert abs(int(np.abs(trace).argmax()) - int(np.abs(expected).argmax())) <= 2


def test_only_matching_labels_act(kit: Callable) -> None:
    k = kit()
    receiver(k, 20)
    k.core.weights[3, 20], k.core.labels[3, 20] = 63, 12
    k.core.row_pulse(k.core.now, 3, 13, 1.0, 1)
    k.run(1)
    assert k.core.voltage(20, 1) == number("synapse_line_rest")
    k.core.row_pulse(k.core.now, 3, 12, 1.0, 1)
    k.run(1)
    assert k.core.voltage(20, 1) < number("synapse_line_rest")


def test_row_reaches_all_columns_of_its_hemisphere_by_weight_and_label(kit: Callable) -> None:
    k = kit()
    k.shared("syn_i_bias_dac", 600)
    rng = np.random.default_rng(1)
    k.core.weights[300] = rng.integers(0, 64, 256)
    k.core.labels[300] = rng.integers(0, 3, 256)
    k.core.row_pulse(0, 300, 2, 1.0, 3)
    k.core.run(50)
    held = np.exp(-0.1 * number("synapse_leakage") / number("synapse_tau_normal"))
    steps = np.where(k.core.labels[300] == 2, k.core.weights[300], 0) * STEP_PER_WEIGHT * held
    for source in (1, 2):
        drop = [(number("synapse_line_rest") - k.core.voltage(n, source)) / number("synapse_line_gain") for n in range(512)]
        assert drop[256:] == pytest.approx(steps, abs=2e-10)
        assert not any(drop[:256])


def test_pulse_acts_at_the_next_grid_point_in_any_order_of_calls(kit: Callable) -> None:
    k = kit()
    receiver(k, 20)
    k.core.weights[:3, 20] = 20
    start = k.core.now
    for delay, row in ((1030, 0), (7, 1), (500, 2)):
        k.core.row_pulse(start + delay, row, 0, 1.0, 1)
    drop = np.diff(np.r_[0.0, number("synapse_line_rest") - k.trace(20, 1, 3)])
    assert np.flatnonzero(drop > 1e-4).tolist() == [1, 10, 21]


def test_disabled_input_moves_the_line_but_not_the_membrane(kit: Callable) -> None:
    k = kit()
    rest = receiver(k, 20, {"enable_synaptic_input_excitatory": 0})
    send(k, 20, 63, 1)
    k.run(5)
    assert k.core.voltage(20, 1) < number("synapse_line_rest") - 1e-3
    assert k.core.voltage(20, 0) == rest


@pytest.mark.parametrize(("line", "sign"), [("exc", -1), ("inh", 1)])
def test_shift_moves_the_rest_in_the_published_direction(kit: Callable, line: str, sign: int) -> None:
    k = kit()
    rest = receiver(k, 20)
    k.cell(20, f"i_bias_synin_{line}_shift", 312)
    k.run(300)
    conductance = number("leak_conductance_per_code") * 150 * 1e6
    expected = number("synapse_gm") * 0.5 * 2 * number("synapse_shift_per_code") / conductance
    assert (k.core.voltage(20, 0) - rest) * sign == pytest.approx(expected, rel=0.05)


def test_input_current_saturates_at_its_bias(kit: Callable) -> None:
    k = kit()
    rest = receiver(k, 20, i_bias_synin_exc_gm=20, i_bias_synin_exc_tau=1, i_bias_leak=300)
    for row in range(30):
        send(k, 20, 63, 1, row)
    k.run(200)
    conductance = number("leak_conductance_per_code") * 300 * 1e6
    y = (k.core.voltage(20, 0) - rest) / (1.5 * number("leak_linear_range"))
    assert 0.75 * number("leak_linear_range") * conductance * y * (3 - y * y) / 1.5 == pytest.approx(0.02, rel=0.02)


@pytest.mark.parametrize(("mode", "low", "high"), [(1, 1.0, 1.1), (2, 0.12, 0.2)])
def test_strong_input_ends_at_the_rails(kit: Callable, mode: int, low: float, high: float) -> None:
    k = kit()
    receiver(k, 20, i_bias_synin_exc_gm=1022, i_bias_synin_inh_gm=1022)
    for _ in range(40):
        for row in range(10):
            send(k, 20, 63, mode, row)
        k.run(2)
    assert low < k.core.voltage(20, 0) < high


def test_weights_of_a_typical_chip_differ_by_synapse(kit: Callable) -> None:
    k = kit(4, "typical")
    k.shared("syn_i_bias_dac", 600)
    k.core.weights[17] = 50
    k.core.row_pulse(0, 17, 0, 1.0, 1)
    k.core.run(50)
    steps = np.array([number("synapse_line_rest") - k.core.voltage(n, 1) for n in range(128)])
    assert steps.std() / steps.mean() == pytest.approx(number("mismatch_synapse_weight"), rel=0.25)
