"""Exponential term and adaptation against an independent integrator: classical Runge-Kutta with steps of 4 ns, in plain Python."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from hicannx_sim.base.numbers import number

STEP_US = 0.004
CONFIG = {
    "membrane_capacitor_size": 63, "enable_threshold_comparator": 1, "enable_fire": 1, "enable_reset_multiplication": 1,
    "enable_exponential": 1, "enable_adaptation": 1, "enable_membrane_offset": 1, "enable_synaptic_input_excitatory": 1,
}  # fmt: skip
BACKEND = {"refractory_time": 200, "enable_adaptation_pulse": 1}
CELLS = {
    "v_leak": 650, "i_bias_leak": 160, "v_exp": 830, "i_bias_exp": 60, "v_threshold": 450, "v_reset": 560, "i_bias_reset": 1022,
    "v_adapt_ref": 700, "v_adapt_leak": 650, "i_bias_adapt_a": 60, "i_bias_adapt_b": 300, "i_bias_adapt_tau": 300, "i_mem_offset": 280,
    "i_bias_synin_exc_tau": 60, "i_bias_synin_exc_gm": 400, "i_bias_synin_exc_shift": 310,
}  # fmt: skip
CLOCK = 5


def amplifier(x: float) -> float:
    """Output of an amplifier relative to its limit, input relative to its linear range."""
    edge = number("amplifier_edge")
    y = min(max(x / edge, -1.0), 1.0)
    return y * (3 - y * y) / 2


def leak_voltage(cell: str) -> float:
    return number("leak_offset") + CELLS[cell] * number("leak_slope")


@dataclass
class Reference:
    """One neuron as its equations stand in the facts; microseconds, volts, picofarads, microamperes, microsiemens."""

    v: float
    w: float
    line: float = 0.0
    exponential: bool = True
    adaptation: bool = True
    a_sign: int = 1

    def __post_init__(self) -> None:
        self.capacitance = number("membrane_capacitance_per_code") * 1e12 * (63 + number("membrane_capacitance_intrinsic"))
        self.conductance = number("leak_conductance_per_code") * 1e6 * CELLS["i_bias_leak"]
        self.resets_until = -1.0

    def current(self, v: float, w: float, line: float) -> float:
        gm, bias = number("synapse_gm"), CELLS["i_bias_synin_exc_gm"] * 1e-3
        total = bias * amplifier(gm * line) + CELLS["i_mem_offset"] * number("offset_current_per_code") * 1e6
        if self.exponential:
            upswing = (
                number("exponential_current")
                * CELLS["i_bias_exp"]
                * 1e-3
                * math.exp((v - leak_voltage("v_exp")) / number("exponential_slope"))
            )
            total += min(upswing, number("exponential_limit") * 1e6)
        if self.adaptation:
            total -= number("adaptation_conductance") * 1e6 * (w - leak_voltage("v_adapt_ref"))
        distance = number("rail_high") - v if total > 0 else v - number("rail_low")
        return total * amplifier(max(distance, 0.0) / number("rail_width"))

    def slopes(self, state: np.ndarray, reset: bool) -> np.ndarray:
        v, w, line = state
        target, conductance = leak_voltage("v_leak"), self.conductance
        if reset:
            target = number("reset_offset") + CELLS["v_reset"] * number("reset_slope")
            conductance = number("reset_conductance_per_code") * 1e6 * CELLS["i_bias_reset"] * number("conductance_step")
        reach = number("leak_linear_range")
        dv = (conductance * reach * amplifier((target - v) / reach) + self.current(v, w, line)) / self.capacitance
        gain = self.a_sign * number("adaptation_a") * CELLS["i_bias_adapt_a"] / number("adaptation_conductance")
        dw = (
            (gain * (v - leak_voltage("v_adapt_leak")) - (w - leak_voltage("v_adapt_ref")))
            * CELLS["i_bias_adapt_tau"]
            / number("adaptation_tau")
        )
        tau = number("synapse_tau_normal") / CELLS["i_bias_synin_exc_tau"]
        return np.array([dv, dw if self.adaptation else 0.0, -line / tau])

    def step(self, reset: bool) -> None:
        state = np.array([self.v, self.w, self.line])
        k1 = self.slopes(state, reset)
        k2 = self.slopes(state + STEP_US / 2 * k1, reset)
        k3 = self.slopes(state + STEP_US / 2 * k2, reset)
        k4 = self.slopes(state + STEP_US * k3, reset)
        self.v, self.w, self.line = state + STEP_US / 6 * (k1 + 2 * k2 + 2 * k3 + k4)

    def run(self, us: float) -> tuple[np.ndarray, np.ndarray, list[float]]:
        """Membrane and adaptation voltage each 0.1 us, times of spikes [us]."""
        membrane, adaptation, spikes = [], [], []
        fires_at, ready_at = math.inf, 0.0
        threshold = number("threshold_offset") + CELLS["v_threshold"] * number("threshold_slope")
        for k in range(1, round(us / STEP_US) + 1):
            time = k * STEP_US
            self.step(time <= self.resets_until)
            if math.isinf(fires_at) and time >= ready_at and self.v >= threshold:
                fires_at = time + number("comparator_delay") * 1e6
            if time >= fires_at:
                spikes.append(time)
                self.w += number("adaptation_jump") * CELLS["i_bias_adapt_b"] * 2 ** (CLOCK + 1) / 250 if self.adaptation else 0.0
                self.resets_until, ready_at, fires_at = time + 199 * 0.008, time + 200 * 0.008, math.inf
            if k % 25 == 0:
                membrane.append(self.v)
                adaptation.append(self.w)
        return np.array(membrane), np.array(adaptation), spikes


def both(k: Any, us: float, changes: dict[str, int], line: float = 0.0) -> tuple[Reference, np.ndarray, np.ndarray, list[int]]:
    """Run the model from its power-up state beside the reference."""
    config = {**CONFIG, **changes}
    k.common(clock_scale_adaptation_pulse=CLOCK)
    k.neuron(77, config, BACKEND, **CELLS)
    k.shared("syn_i_bias_dac", 500)
    start = k.core.now
    v, w = k.core.voltage(77, 0), k.core.voltage(77, 3)
    if line:
        k.core.weights[0, 77] = 50
        for _ in range(round(line / (50 * number("synapse_line_step") * 0.5))):
            k.core.row_pulse(start, 0, 0, 1.0, 1)
    reference = Reference(
        v, w, line, bool(config["enable_exponential"]), bool(config["enable_adaptation"]), -1 if "invert_adaptation_a" in changes else 1
    )
    k.core.set_probe(0, 77, 0)
    k.core.set_probe(1, 77, 3)
    membrane, adaptation, spikes = [], [], []
    for tick in range(start + 50, start + round(us * 500) + 1, 50):
        while k.core.run(tick) < tick:
            pass
        spikes += [int(t) - start for t in k.core.spike_array()["tick"]]
        membrane.append(k.core.probe(0, tick))
        adaptation.append(k.core.probe(1, tick))
    return reference, np.array(membrane), np.array(adaptation), spikes


@pytest.mark.parametrize("changes", [
    {}, {"enable_adaptation": 0}, {"enable_exponential": 0}, {"enable_exponential": 0, "enable_adaptation": 0}, {"invert_adaptation_a": 1},
], ids=str)  # fmt: skip
def test_spike_train_follows_the_equations(kit: Callable, changes: dict[str, int]) -> None:
    reference, _, adaptation, spikes = both(kit(), 150, changes)
    _, expected_adaptation, expected = reference.run(150)
    assert len(expected) >= 4
    assert len(spikes) == len(expected)
    assert np.array(spikes) / 500 == pytest.approx(expected, rel=0.01, abs=0.05)
    assert np.abs(adaptation - expected_adaptation)[: round(10 * expected[0]) - 5].max() < 1e-3


@pytest.mark.parametrize("changes", [{}, {"enable_exponential": 0}, {"enable_adaptation": 0}], ids=str)
def test_subthreshold_trace_follows_the_equations(kit: Callable, changes: dict[str, int]) -> None:
    line = 10 * 50 * number("synapse_line_step") * 0.5
    reference, membrane, adaptation, spikes = both(kit(), 60, {**changes, "enable_threshold_comparator": 0}, line)
    expected, expected_adaptation = subthreshold(reference, 60)
    assert spikes == []
    assert np.abs(adaptation - expected_adaptation).max() < 1e-3
    upswing = np.abs(np.gradient(expected)) > 0.01  # in which the model may lag by a step
    slow = np.convolve(upswing, np.ones(11), "same") < 0.5
    assert slow.mean() > 0.7
    assert np.abs(membrane - expected)[slow].max() < 2e-3
    assert np.abs(membrane - expected).mean() < 2e-3


def subthreshold(reference: Reference, us: float) -> tuple[np.ndarray, np.ndarray]:
    membrane, adaptation = [], []
    for k in range(1, round(us / STEP_US) + 1):
        reference.step(False)
        if k % 25 == 0:
            membrane.append(reference.v)
            adaptation.append(reference.w)
    return np.array(membrane), np.array(adaptation)


def test_adaptation_decays_with_its_time_constant(kit: Callable) -> None:
    k = kit()
    k.neuron(77, CONFIG, BACKEND, **{**CELLS, "i_bias_adapt_a": 0, "i_mem_offset": 0, "i_bias_exp": 0})
    k.common(clock_scale_adaptation_pulse=CLOCK)
    k.run(1000)
    rest = leak_voltage("v_adapt_ref")
    assert k.core.voltage(77, 3) == pytest.approx(rest, abs=1e-6)
    k.core.fire(77, k.core.now)
    trace = k.trace(77, 3, 100) - rest
    jump = number("adaptation_jump") * 300 * 64 / 250
    times = 0.1 * np.arange(1, trace.size + 1)
    assert trace == pytest.approx(jump * np.exp(-times * 300 / number("adaptation_tau")), rel=1e-4)


@pytest.mark.parametrize(("changes", "sign"), [({}, 1), ({"invert_adaptation_b": 1}, -1), ({"pulse": 0}, 0)], ids=str)
def test_spike_triggered_step_has_sign_and_gate(kit: Callable, changes: dict[str, int], sign: int) -> None:
    k = kit()
    backend = {**BACKEND, "enable_adaptation_pulse": changes.pop("pulse", 1)}
    k.common(clock_scale_adaptation_pulse=CLOCK)
    k.neuron(77, {**CONFIG, **changes}, backend, **{**CELLS, "i_bias_adapt_a": 0, "i_mem_offset": 0, "i_bias_exp": 0})
    k.run(1000)
    rest = k.core.voltage(77, 3)
    k.core.fire(77, k.core.now)
    k.run(1)
    assert (k.core.voltage(77, 3) - rest) * (sign or 1) == pytest.approx(
        number("adaptation_jump") * 300 * 64 / 250 * abs(sign), rel=0.03, abs=1e-9
    )


def test_pause_gates_inputs_during_reset(kit: Callable) -> None:
    """With the exponential current left on, a slow reset cannot win; with enable_pause it does."""
    ends = []
    for pause in (0, 1):
        k = kit()
        k.common(clock_scale_slow=6)
        config = {"membrane_capacitor_size": 63, "enable_fire": 1, "enable_exponential": 1, "enable_pause": pause}
        k.neuron(5, config, {"refractory_time": 250}, v_leak=950, i_bias_leak=300, v_exp=600, i_bias_exp=500, v_reset=500, i_bias_reset=200)
        k.run(200)
        k.core.fire(5, k.core.now)
        k.run(100)
        ends.append(k.core.voltage(5, 0))
    assert ends[0] > 0.9
    assert ends[1] == pytest.approx(number("reset_offset") + 500 * number("reset_slope"), abs=0.01)
