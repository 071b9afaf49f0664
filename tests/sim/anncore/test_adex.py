"""Exponential term and adaptation against an independent integrator, and one by one."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from circuit_equations import TICK_US, Circuit, Network

from hicannx_sim.base.numbers import number

CONFIG = {
    "membrane_capacitor_size": 63, "enable_threshold_comparator": 1, "enable_fire": 1, "enable_reset_multiplication": 1,
    "enable_membrane_offset": 1, "enable_synaptic_input_excitatory": 1, "enable_synaptic_input_inhibitory": 1,
}  # fmt: skip
BACKEND = {"refractory_time": 200, "enable_adaptation_pulse": 1}
CELLS = {
    "v_leak": 650, "i_bias_leak": 160, "v_exp": 830, "i_bias_exp": 60, "v_threshold": 450, "v_reset": 560, "i_bias_reset": 1022,
    "v_adapt_ref": 500, "v_adapt_leak": 450, "i_bias_adapt_a": 4, "i_bias_adapt_b": 300, "i_bias_adapt_tau": 300, "i_mem_offset": 780,
    "i_bias_synin_exc_tau": 40, "i_bias_synin_exc_gm": 400, "i_bias_synin_exc_shift": 310, "i_bias_synin_inh_tau": 40,
    "i_bias_synin_inh_gm": 400, "i_bias_synin_inh_shift": 310,
}  # fmt: skip
CLOCK = 5


def adaptation_voltage(cell: str) -> float:
    return number("adaptation_offset") + CELLS[cell] * number("adaptation_slope")


def reference(config: dict[str, int], cells: dict[str, int], backend: dict[str, int], v: float, w: float) -> Network:
    return Network([Circuit(config, cells, backend, CLOCK)], np.array([v]), np.array([w]))


def both(
    k: Any, us: float, config: dict[str, int], cells: dict[str, int], backend: dict[str, int], events: list[tuple[int, int]] | None = None
) -> tuple[Network, dict[str, np.ndarray], np.ndarray, np.ndarray, np.ndarray]:
    """The model from its power-up state, with pulses (tick, side), beside the reference: its end, its traces, and the model's membrane,
    adaptation [V] and spikes [us]."""
    k.common(clock_scale_adaptation_pulse=CLOCK)
    k.neuron(77, config, backend, **cells)
    k.shared("syn_i_bias_dac", 500)
    k.core.weights[:2, 77] = 50
    start = k.core.now
    equations = reference(config, cells, backend, k.core.voltage(77, 0), k.core.voltage(77, 3))
    for tick, side in events or []:
        k.core.row_pulse(start + tick, side, 0, 1.0, 1 + side)
    k.core.set_probe(0, 77, 0)
    k.core.set_probe(1, 77, 3)
    membrane, adaptation, spikes = [], [], []
    for tick in range(start + 50, start + round(us * 500) + 1, 50):
        while k.core.run(tick) < tick:
            pass
        spikes += [int(t) - start for t in k.core.spike_array()["tick"]]
        membrane.append(k.core.probe(0, tick))
        adaptation.append(k.core.probe(1, tick))
    step = 50 * number("synapse_line_step") * 0.5
    traces = equations.run(us, [(tick * TICK_US, 0, side, step) for tick, side in events or []])
    return equations, traces, np.array(membrane), np.array(adaptation), np.array(spikes) * TICK_US


EXPONENTIAL, ADAPTATION = {"enable_exponential": 1}, {"enable_adaptation": 1}
PATTERNS: dict[str, tuple[dict[str, int], dict[str, int], dict[str, int]]] = {
    "LIF": ({}, {"i_mem_offset": 1022, "v_leak": 700}, {}),
    "LIF just above its threshold": ({}, {"i_mem_offset": 670}, {}),
    "tonic": (EXPONENTIAL, {}, {}),
    "adapting": (EXPONENTIAL | ADAPTATION, {}, {}),
    "bursting": (
        EXPONENTIAL | ADAPTATION, {"v_reset": 640, "i_bias_adapt_b": 600, "i_bias_adapt_tau": 90}, {"refractory_time": 100},
    ),
    "transient": (EXPONENTIAL | ADAPTATION, {"i_bias_adapt_a": 20, "i_bias_adapt_b": 400, "i_bias_adapt_tau": 60}, {}),
    "inverted adaptation": (EXPONENTIAL | ADAPTATION | {"invert_adaptation_a": 1}, {"i_mem_offset": 420}, {}),
    "adaptation without exponential": (ADAPTATION, {"i_mem_offset": 1022, "v_leak": 700}, {}),
    "fast leak": (EXPONENTIAL, {"i_bias_leak": 1000, "i_mem_offset": 1000, "v_leak": 750, "v_exp": 780}, {}),
}  # fmt: skip
RNG = np.random.default_rng(3)
EVENTS = sorted((int(tick), int(side)) for tick, side in zip(RNG.integers(0, 50_000, 150), RNG.integers(0, 2, 150), strict=True))


def intervals(kit: Callable, pattern: str, us: float, events: list[tuple[int, int]] | None) -> np.ndarray:
    """Between spikes, first from the start: of the model and of the equations, (2, number)."""
    config, cells, backend = PATTERNS[pattern]
    equations, _, _, _, spikes = both(kit(), us, CONFIG | config, CELLS | cells, BACKEND | backend, events)
    expected = np.array([time for time, _ in equations.spikes])
    assert len(expected) >= 4
    assert len(spikes) == len(expected)
    return np.diff([spikes, expected], prepend=0)


def test_intervals_between_spikes_follow_the_equations(kit: Callable) -> None:
    """Each within 0.02 us or 0.1 %, for 99 % of them (a spike falls on an edge of the 4 ns clock, and the next ones may take that up), and
    without a drift of the train."""
    alone = {pattern: intervals(kit, pattern, 400, None) for pattern in PATTERNS}
    driven = {pattern: intervals(kit, pattern, 100, EVENTS) for pattern in PATTERNS}
    found, wanted = np.concatenate([*alone.values(), *driven.values()], axis=1)
    assert found.size > 200
    assert np.mean(np.abs(found - wanted) <= np.maximum(0.02, 1e-3 * wanted) + 1e-9) >= 0.99
    assert found == pytest.approx(wanted, abs=0.07)
    for pattern, (model, equations) in alone.items():
        assert model.sum() == pytest.approx(equations.sum(), rel=1e-3), pattern


@pytest.mark.parametrize("pattern", PATTERNS)
def test_subthreshold_traces_follow_the_equations(kit: Callable, pattern: str) -> None:
    """Membrane within 1 mV, but for the upswing into the rail, where it may be 0.03 us early or late."""
    config, cells, backend = PATTERNS[pattern]
    config = CONFIG | config | {"enable_threshold_comparator": 0}
    _, traces, membrane, adaptation, spikes = both(kit(), 100, config, CELLS | cells, BACKEND | backend, EVENTS)
    expected = traces["v"][:, 0]
    assert spikes.size == 0 and np.ptp(expected) > 0.1
    slope = np.abs(np.gradient(expected, 0.1))
    assert (np.abs(membrane - expected) <= 1e-3 + 0.03 * slope * (slope > 0.05)).all()
    assert np.abs(adaptation - traces["w"][:, 0]).max() < 1e-3 or not config.get("enable_adaptation")


def test_adaptation_decays_with_its_time_constant(kit: Callable) -> None:
    k = kit()
    k.neuron(77, CONFIG | EXPONENTIAL | ADAPTATION, BACKEND, **{**CELLS, "i_bias_adapt_a": 0, "i_mem_offset": 0, "i_bias_exp": 0})
    k.common(clock_scale_adaptation_pulse=CLOCK)
    k.run(1000)
    rest = adaptation_voltage("v_adapt_ref")
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
    k.neuron(77, CONFIG | EXPONENTIAL | ADAPTATION | changes, backend, **{**CELLS, "i_bias_adapt_a": 0, "i_mem_offset": 0, "i_bias_exp": 0})
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
