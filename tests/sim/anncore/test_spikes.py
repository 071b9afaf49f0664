"""Threshold, reset, refractory time, artificial fires, bypass."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from circuit_equations import Circuit
from scipy.integrate import quad

from hicannx_sim.anncore.core import AnalogCore
from hicannx_sim.base.numbers import number
from hicannx_sim.base.virtual_chip import VirtualChip

US = 500
FIRING = {"membrane_capacitor_size": 63, "enable_threshold_comparator": 1, "enable_fire": 1, "enable_reset_multiplication": 1}
SAW_TOOTH = {"v_leak": 1000, "i_bias_leak": 300, "v_threshold": 300, "v_reset": 500, "i_bias_reset": 1022}


def saw_tooth(k: Any, neuron: int = 3, **backend: int) -> None:
    """A neuron that fires all the time: the leak's target lies above the threshold."""
    k.neuron(neuron, FIRING, backend, **SAW_TOOTH)


def test_interval_is_rise_and_refractory_time(kit: Callable) -> None:
    """The reset has settled long before it is released."""
    k = kit()
    saw_tooth(k, refractory_time=250)
    ticks = [tick for tick, _ in k.run(400)]
    circuit = Circuit(FIRING, SAW_TOOTH)
    rise, _ = quad(lambda v: circuit.capacitance / circuit.amplifier_current(v, False), circuit.reset[0], circuit.threshold)
    expected = 249 * 0.008 + rise + number("comparator_delay") * 1e6
    assert np.diff(ticks[2:]) / US == pytest.approx(expected, abs=0.02)


@pytest.mark.parametrize(("refractory", "holdoff", "clock", "scale"), [
    (100, 15, 0, 0), (100, 15, 1, 0), (100, 0, 0, 0), (255, 8, 0, 3), (20, 15, 1, 7), (1, 15, 0, 0), (0, 15, 0, 4), (200, 15, 0, 9),
])  # fmt: skip
def test_refractory_time_counts_cycles_of_the_selected_clock(kit: Callable, refractory: int, holdoff: int, clock: int, scale: int) -> None:
    """A membrane that is above its threshold all the time fires again as soon as it may."""
    k = kit()
    k.common(**{"clock_scale_fast" if clock else "clock_scale_slow": scale})
    backend = {"refractory_time": refractory, "reset_holdoff": holdoff, "select_input_clock": clock}
    k.neuron(3, FIRING, backend, **{**SAW_TOOTH, "v_reset": 900, "v_threshold": 100})
    cycle_ns = 8 * 2**scale
    k.run(60)
    ticks = [tick for tick, _ in k.run(12 * (refractory + 8) * cycle_ns / 1000)]
    delay_ns = round(number("comparator_delay") * 1e9 + 1.9) // 4 * 4
    assert len(ticks) > 8
    assert set(np.diff(ticks) * 2) == {max(refractory, 1) * cycle_ns + delay_ns}


@pytest.mark.parametrize("holdoff", [0, 7, 15])
def test_reset_is_released_before_the_refractory_time_ends(kit: Callable, holdoff: int) -> None:
    k = kit()
    k.common(clock_scale_slow=4)
    saw_tooth(k, refractory_time=200, reset_holdoff=holdoff)
    k.run(100)
    k.core.run(k.core.now + 100 * US)
    fired = k.core.spike_array()["tick"][0]
    k.core.run(fired + (200 - (31 - 2 * holdoff)) * 64 - 50)
    reset = number("reset_offset") + 500 * number("reset_slope")
    assert k.core.voltage(3, 0) == pytest.approx(reset, abs=1e-4)
    k.core.run(k.core.now + 150)
    assert k.core.voltage(3, 0) > reset + 1e-3


def test_spike_times_lie_between_grid_points(kit: Callable) -> None:
    k = kit()
    saw_tooth(k, refractory_time=77)
    ticks = np.array([tick for tick, _ in k.run(500)])
    assert len(set(ticks % 50)) > 10
    assert (ticks % 2 == 0).all()


def test_run_returns_after_the_step_with_the_spike_and_reports_in_order(kit: Callable) -> None:
    k = kit()
    for neuron in (500, 3, 70):
        saw_tooth(k, neuron, refractory_time=100)
    reached = k.core.run(500 * US)
    spikes = k.core.spike_array()
    assert reached < 500 * US and reached % 50 == 0
    assert spikes["neuron"].tolist() == [3, 70, 500]
    assert all(reached - 50 < tick <= reached for tick in spikes["tick"])
    k.core.clear_spikes()
    assert k.core.n_spikes == 0


@pytest.mark.parametrize("missing", ["enable_fire", "enable_threshold_comparator"])
def test_no_spikes_without_fire_or_comparator(kit: Callable, missing: str) -> None:
    k = kit()
    k.neuron(3, {**FIRING, missing: 0}, {"refractory_time": 100}, **SAW_TOOTH)
    assert k.run(200) == []


def test_no_spikes_without_backend_clock(kit: Callable) -> None:
    k = kit()
    k.common(enable_clocks=0)
    saw_tooth(k)
    assert k.run(200) == []


def test_forced_reset_holds_the_membrane(kit: Callable) -> None:
    k = kit()
    saw_tooth(k)
    k.common(force_reset=1)
    assert k.run(100) == []
    assert k.core.voltage(3, 0) == pytest.approx(number("reset_offset") + 500 * number("reset_slope"), abs=1e-6)


@pytest.mark.parametrize("fires", [0, 1])
def test_artificial_fire_resets_and_reports_if_enabled(kit: Callable, fires: int) -> None:
    k = kit()
    config = {"membrane_capacitor_size": 63, "enable_fire": fires, "enable_reset_multiplication": 1}
    k.neuron(8, config, {"refractory_time": 250}, v_leak=800, i_bias_leak=100, v_reset=500, i_bias_reset=1022)
    k.run(1000)
    rest, tick = k.core.voltage(8, 0), k.core.now + 1236
    k.core.fire(8, tick)
    k.core.run(tick + 10 * 50)
    assert [tuple(spike) for spike in k.core.spike_array()] == ([(tick, 8)] if fires else [])
    k.core.run(tick + 15 * 50)
    assert k.core.voltage(8, 0) == pytest.approx(number("reset_offset") + 500 * number("reset_slope"), abs=5e-3)
    k.run(300)
    assert k.core.voltage(8, 0) == pytest.approx(rest, abs=1e-6)


@pytest.mark.parametrize("quirks", [[], ["stuck neurons"]])
def test_a_threshold_below_the_reset_potential(kit: Callable, quirks: list[str]) -> None:
    """The highest rate, as revision 3 has it; with the quirk one spike, and one for each reset. A threshold above it fires in any case."""
    k = kit()
    k.core = AnalogCore(VirtualChip(1, "ideal", frozenset(quirks)))
    k.common()
    k.neuron(3, FIRING, {"refractory_time": 250}, **{**SAW_TOOTH, "v_reset": 800, "v_threshold": 300})
    k.neuron(5, FIRING, {"refractory_time": 250}, **SAW_TOOTH)
    k.run(100)
    k.core.fire(3, k.core.now + 7)
    neurons = [neuron for _, neuron in k.run(100)]
    assert neurons.count(3) == (1 if quirks else pytest.approx(100 / 2.03, abs=1.5))
    assert neurons.count(5) > 10


def test_artificial_fires_in_the_refractory_time_are_ignored(kit: Callable) -> None:
    k = kit()
    k.neuron(8, {"enable_fire": 1, "membrane_capacitor_size": 63}, {"refractory_time": 10}, v_leak=800, i_bias_leak=1000)
    for tick in (1000, 1010, 1038, 1040, 1500):  # 10 cycles of 8 ns are 40 ticks
        k.core.fire(8, tick)
    assert [tick for tick, _ in k.run(10)] == [1000, 1040, 1500]


def test_artificial_fires_of_many_neurons_keep_their_times(kit: Callable) -> None:
    k = kit()
    expected = []
    for neuron in range(0, 512, 3):
        k.neuron(neuron, {"enable_fire": 1}, {"refractory_time": 100})
        k.core.fire(neuron, 2000 + 4 * (neuron % 7) + neuron // 2)
        expected.append((2000 + 4 * (neuron % 7) + neuron // 2, neuron))
    assert k.run(20) == sorted(expected)


def test_bypassed_neuron_fires_on_a_strong_pulse_only(kit: Callable) -> None:
    k = kit()
    k.neuron(40, {"enable_fire": 1, "enable_bypass_excitatory": 1}, {"refractory_time": 10})
    k.shared("syn_i_bias_dac", 1022)
    k.core.weights[5, 40], k.core.labels[5, 40] = 63, 9
    for charge, mode in ((1.0, 1), (16.0, 1), (16.0, 2)):  # normal, fully extended, fully extended on the wrong line
        k.core.row_pulse(k.core.now + 500, 5, 9, charge, mode)
        fired = [neuron for _, neuron in k.run(3000)]
        assert fired == ([40] if charge == 16.0 and mode == 1 else [])


def test_threshold_jitters_from_spike_to_spike_on_a_typical_chip(kit: Callable) -> None:
    k = kit(3, "typical", seed=1)
    saw_tooth(k, refractory_time=250)
    intervals = np.diff([tick for tick, _ in k.run(3000)][2:]) / US
    slope = 0.5 * number("leak_linear_range") / 1.0
    assert 0 < intervals.std() < 10 * number("comparator_noise") / slope
    other = kit(3, "typical", seed=2)
    saw_tooth(other, refractory_time=250)
    assert not np.array_equal(np.diff([tick for tick, _ in other.run(3000)][2:])[:50] / US, intervals[:50])
