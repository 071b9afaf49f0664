"""Synaptic lines and current-based inputs."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from hicannx_sim.base.numbers import number

US = 500
INPUTS = {"membrane_capacitor_size": 63, "enable_synaptic_input_excitatory": 1, "enable_synaptic_input_inhibitory": 1}
CELLS = {
    "v_leak": 600, "i_bias_leak": 150, "i_bias_synin_exc_tau": 20, "i_bias_synin_inh_tau": 20, "i_bias_synin_exc_gm": 500,
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
    ({}, 20, 10.0, 1), ({}, 125, 1.6, 1), ({"enable_synaptic_input_excitatory_high_resistance": 1}, 160, 10.0, 1),
    ({"enable_synaptic_input_excitatory_small_capacitance": 1}, 40, 3.0, 1 / 0.6), ({}, 1000, 0.2, 1),
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
@pytest.mark.parametrize("tau_code", [20, 70, 200])
def test_postsynaptic_potential_has_the_closed_form(kit: Callable, mode: int, sign: int, neuron: int, tau_code: int) -> None:
    k = kit()
    rest = receiver(k, neuron, i_bias_synin_exc_tau=tau_code, i_bias_synin_inh_tau=tau_code)
    send(k, neuron, 10, mode)
    trace = k.trace(neuron, 0, 60) - rest
    tau_m = number("membrane_capacitance_per_code") * 67.5 / (number("leak_conductance_per_code") * 150) * 1e6
    current = number("synapse_gm") * 0.5 * 10 * STEP_PER_WEIGHT
    expected = sign * psp(0.1 * np.arange(1, trace.size + 1), current, tau_m, number("synapse_tau_normal") / tau_code)
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
        assert drop[256:] == pytest.approx(steps, rel=1e-6, abs=2e-10)
        assert not any(drop[:256])


def test_pulses_act_from_their_ticks_in_any_order_of_calls(kit: Callable) -> None:
    """Between grid points the line is where a pulse at its tick leaves it at the next one."""
    k = kit()
    receiver(k, 20)
    k.core.weights[:3, 20] = 20
    start, tau = k.core.now, number("synapse_tau_normal") / 20 * US
    for delay, row in ((1030, 0), (7, 1), (500, 2)):
        k.core.row_pulse(start + delay, row, 0, 1.0, 1)
    drop = (number("synapse_line_rest") - k.trace(20, 1, 3)) / number("synapse_line_gain")
    ticks = 50 * np.arange(1, drop.size + 1)
    expected = np.zeros(drop.size)
    for delay in (7, 500, 1030):
        grid = delay // 50 * 50
        before = expected[grid // 50 - 1] * np.exp(-(delay - grid) / tau) if grid else 0.0
        step = 20 * STEP_PER_WEIGHT * (1 - (before / number("synapse_line_limit")) ** 2)
        expected += np.where(ticks > delay, step * np.exp(-(ticks - delay) / tau), 0)
    assert drop == pytest.approx(expected, rel=1e-5, abs=1e-8)


@pytest.mark.parametrize("tau_code", [20, 200, 667])
def test_a_potential_does_not_depend_on_where_in_a_step_its_pulse_falls(kit: Callable, tau_code: int) -> None:
    """Shifted by the delay, the answers to pulses at all ticks of a step are the same curve; so are late ones, which become known after
    their step was made, from the next grid point on."""
    times = np.arange(20, 200) * 50
    curves = []
    for delay in (0, 1, 13, 25, 38, 49, -9):
        k = kit()
        rest = receiver(k, 20, i_bias_synin_exc_tau=tau_code)
        k.core.weights[10, 20] = 40
        start = k.core.now
        if delay < 0:
            k.run(0.1)
        k.core.row_pulse(start + delay % 50, 10, 0, 1.0, 1)
        trace = k.trace(20, 0, 21)
        base = k.core.now - 50 * trace.size - start
        curves.append(np.interp(times, base + 50 * np.arange(1, trace.size + 1) - delay % 50, trace - rest))
    height = curves[0].max()
    for curve in curves[1:]:
        assert np.abs(curve - curves[0]).max() < 1e-3 * height


def test_the_delay_from_a_pulse_to_a_spike_is_the_same_for_all_ticks(kit: Callable) -> None:
    """To the edges of the backend's clock, 4 ns apart: of a threshold a little above rest, and of one near the peak of the potential."""
    for millivolts in (2.0, 20.0):
        delays = []
        for tick in range(50):
            k = kit()
            rest = receiver(k, 20, {"enable_threshold_comparator": 1, "enable_fire": 1}, v_threshold=1022)
            k.cell(20, "v_threshold", round((rest + 1e-3 * millivolts - number("threshold_offset")) / number("threshold_slope")))
            k.core.weights[10, 20] = 63
            start = k.core.now + tick
            k.core.row_pulse(start, 10, 0, 1.0, 1)
            (fired, _), *_ = k.run(20)
            delays.append(fired - start)
        assert max(delays) - min(delays) <= 2
        assert min(delays) > 10


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


def test_input_current_saturates_at_a_multiple_of_its_bias(kit: Callable) -> None:
    k = kit()
    rest = receiver(k, 20, i_bias_synin_exc_gm=20, i_bias_synin_exc_tau=1, i_bias_leak=300)
    for row in range(100):
        send(k, 20, 63, 1, row)
    k.run(40)
    conductance = number("leak_conductance_per_code") * 300 * 1e6
    y = (k.core.voltage(20, 0) - rest) / (1.5 * number("leak_linear_range"))
    leak = 0.75 * number("leak_linear_range") * conductance * y * (3 - y * y) / 1.5
    assert leak == pytest.approx(0.02 * number("synapse_current_limit"), rel=0.02)


@pytest.mark.parametrize(("mode", "low", "high"), [(1, 1.1, 1.2), (2, 0.09, 0.13)])
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
