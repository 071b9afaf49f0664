"""Leak, capacitance, potentials, offset current: against closed forms."""

from collections.abc import Callable

import numpy as np
import pytest
from scipy.optimize import curve_fit

from hicannx_sim.base.numbers import number

PICOFARAD_PER_CODE = number("membrane_capacitance_per_code") * 1e12


def capacitance(code: int) -> float:
    return PICOFARAD_PER_CODE * (code + number("membrane_capacitance_intrinsic"))


def time_constant(code: int, switches: float = 1.0, capacitor: int = 63) -> float:
    """Of the leak [us]."""
    return capacitance(capacitor) / (number("leak_conductance_per_code") * 1e6 * code * switches)


def decay_time(trace: np.ndarray, rest: float, every_us: float = 0.1) -> float:
    """Time constant of an exponential approach [us], from the middle of the trace's range."""
    distance = np.abs(trace - rest)
    part = (distance < 0.05) & (distance > 0.001)
    slope = np.polyfit(np.arange(trace.size)[part] * every_us, np.log(distance[part]), 1)[0]
    return -1.0 / slope


@pytest.mark.parametrize(
    ("code", "switch", "factor"),
    [(63, None, 1), (200, None, 1), (1022, None, 1), (400, "enable_leak_division", 1 / 8), (100, "enable_leak_multiplication", 8),
     (1022, "enable_leak_multiplication", 8), (200, "enable_leak_degeneration", 0.5)],
)  # fmt: skip
def test_membrane_relaxes_with_the_time_constant_of_its_code(kit: Callable, code: int, switch: str | None, factor: float) -> None:
    k = kit()
    switches = {} if switch is None else {switch: 1}
    k.neuron(7, {"membrane_capacitor_size": 63, **switches}, v_leak=700, i_bias_leak=code)
    expected = time_constant(code, factor)
    k.run(25 * expected)
    k.cell(7, "v_leak", 740)
    trace = k.trace(7, 0, 8 * expected)
    rest = number("leak_offset") + 740 * number("leak_slope")
    assert decay_time(trace, rest) == pytest.approx(expected, rel=2e-3)
    k.run(25 * expected)
    assert k.core.voltage(7, 0) == pytest.approx(rest, abs=1e-6)


@pytest.mark.parametrize("capacitor", [0, 20, 63])
def test_time_constant_grows_with_the_capacitor_and_the_intrinsic_capacitance(kit: Callable, capacitor: int) -> None:
    k = kit()
    k.neuron(500, {"membrane_capacitor_size": capacitor}, v_leak=600, i_bias_leak=50)
    k.run(1000)
    k.cell(500, "v_leak", 640)
    rest = number("leak_offset") + 640 * number("leak_slope")
    assert decay_time(k.trace(500, 0, 200), rest) == pytest.approx(time_constant(50, 1, capacitor), rel=2e-3)


def test_far_from_its_target_the_leak_is_a_current_source(kit: Callable) -> None:
    k = kit()
    k.neuron(0, {"membrane_capacitor_size": 63}, v_leak=400, i_bias_leak=150)
    k.run(300)
    k.cell(0, "v_leak", 1000)
    trace = k.trace(0, 0, 5)
    slope = np.diff(trace)[1:20] * 10
    assert slope == pytest.approx(number("leak_linear_range") / time_constant(150), rel=1e-6)


@pytest.mark.parametrize("capacitor", [0, 4, 63])
def test_the_strongest_leak_lands_on_its_target_from_far(kit: Callable, capacitor: int) -> None:
    k = kit()
    k.neuron(9, {"membrane_capacitor_size": capacitor, "enable_leak_multiplication": 1}, v_leak=400, i_bias_leak=1022)
    k.run(20)
    for code in (1000, 400):
        k.cell(9, "v_leak", code)
        trace = k.trace(9, 0, 20)
        rest = number("leak_offset") + code * number("leak_slope")
        assert trace[-1] == pytest.approx(rest, abs=1e-6)
        assert (np.diff(np.abs(trace - rest)) <= 1e-9).all()


def test_without_leak_current_the_membrane_keeps_its_voltage(kit: Callable) -> None:
    k = kit()
    k.neuron(0, {"membrane_capacitor_size": 63}, v_leak=700, i_bias_leak=500)
    k.run(200)
    before = k.core.voltage(0, 0)
    k.cell(0, "i_bias_leak", 0)
    k.cell(0, "v_leak", 400)
    k.run(20_000)
    assert k.core.voltage(0, 0) == before


@pytest.mark.parametrize("inverted", [0, 1])
def test_offset_current_charges_the_membrane(kit: Callable, inverted: int) -> None:
    k = kit()
    k.neuron(9, {"membrane_capacitor_size": 63}, v_leak=750, i_bias_leak=500, i_mem_offset=70)
    k.run(200)
    k.cell(9, "i_bias_leak", 0)
    k.neuron(9, {"membrane_capacitor_size": 63, "enable_membrane_offset": 1, "invert_membrane_offset": inverted})
    slope = np.diff(k.trace(9, 0, 10)) * 10
    expected = 70 * number("offset_current_per_code") * 1e6 / capacitance(63)
    assert slope == pytest.approx(-expected if inverted else expected, rel=1e-3)
    k.run(1000)
    assert number("node_low") <= k.core.voltage(9, 0) <= number("node_high")


OFFSET = {"membrane_capacitor_size": 63, "enable_membrane_offset": 1}


def reading(volts: float) -> float:
    """Of a calibrated parallel converter, less its middle."""
    return (volts - number("cadc_offset")) / number("cadc_lsb") + 20 - 128


@pytest.mark.parametrize(("inverted", "published"), [(0, 100), (1, -103)])
def test_an_offset_current_moves_a_calibrated_neuron_to_the_published_ends(kit: Callable, inverted: int, published: int) -> None:
    """Of a neuron that rests at a reading of 80 with a time constant of 10 us, by the current of code 1000."""
    k = kit()
    leak = (number("cadc_offset") + 60 * number("cadc_lsb") - number("leak_offset")) / number("leak_slope")
    k.neuron(9, OFFSET | {"invert_membrane_offset": inverted}, v_leak=round(leak), i_bias_leak=149, i_mem_offset=1000)
    k.run(400)
    assert reading(k.core.voltage(9, 0)) == pytest.approx(published, rel=0.2)


def fitted_time_constant(trace: np.ndarray) -> float:
    """Of the lower half of a decay, above the mean of all of it, in steps: as calibrations fit it."""
    start = np.flatnonzero(trace > 0.5 * (trace.max() + trace[:-10].mean()))[-1]
    times = np.arange(trace.size - start)
    guess = trace[start] - trace[-1], times.size / 8, trace[-1]
    return curve_fit(lambda t, scale, tau, rest: scale * np.exp(-t / tau) + rest, times, trace[start:], guess)[0][1]


def test_decays_of_offset_currents_tell_the_intrinsic_capacitance(kit: Callable) -> None:
    """As measured with different capacitors at a leak whose fit gives 100 us with the largest: near enough that five more membranes on a
    line change the time constant by less than 12 % of what is expected of them."""
    k = kit()
    capacitors = np.array([10, 23, 36, 49, 63])
    for neuron, capacitor in enumerate(capacitors):
        k.neuron(neuron, OFFSET | {"membrane_capacitor_size": int(capacitor)}, v_leak=400, i_bias_leak=18, i_mem_offset=1000)
    k.run(400)
    for neuron, capacitor in enumerate(capacitors):
        k.neuron(neuron, {"membrane_capacitor_size": int(capacitor)})
    key = k.core.record(range(5), [0] * 5, 250)
    k.run(760)
    taus = [fitted_time_constant(trace) for trace in k.core.recorded(key)[1].T.astype(float)]
    slope, level = np.polyfit(capacitors, taus, 1)
    intrinsic = number("membrane_capacitance_intrinsic")
    assert 5 * (intrinsic - level / slope) / (63 + intrinsic) < 0.12


def test_without_leak_only_the_supply_limits_an_offset_current(kit: Callable) -> None:
    """Thresholds up to 1.05 V are calibrated with it."""
    k = kit()
    k.neuron(9, OFFSET, v_leak=500, i_mem_offset=70)
    k.run(600)
    assert k.core.voltage(9, 0) > 1.05


@pytest.mark.parametrize(("code", "end"), [(0, "amplifier_low"), (1022, None)])
def test_leak_potential_stays_between_the_rails(kit: Callable, code: int, end: str | None) -> None:
    k = kit()
    k.neuron(1, {"membrane_capacitor_size": 63}, v_leak=code, i_bias_leak=1000)
    k.run(100)
    expected = number("leak_offset") + code * number("leak_slope") if end is None else number(end)
    assert k.core.voltage(1, 0) == pytest.approx(expected, abs=1e-6)


def test_refresh_off_keeps_the_last_value(kit: Callable) -> None:
    k = kit()
    k.neuron(1, {"membrane_capacitor_size": 63}, v_leak=700, i_bias_leak=1000)
    k.cell(1, "v_leak", 1023)
    k.run(200)
    assert k.core.voltage(1, 0) == pytest.approx(number("leak_offset") + 700 * number("leak_slope"), abs=1e-6)


def test_neurons_of_all_blocks_are_set_one_by_one(kit: Callable) -> None:
    k = kit()
    neurons = [0, 63, 64, 127, 128, 255, 256, 383, 384, 511]
    for neuron in neurons:
        k.neuron(neuron, {"membrane_capacitor_size": 63}, v_leak=500 + neuron // 2, i_bias_leak=1000)
    k.run(200)
    for neuron in neurons:
        assert k.core.voltage(neuron, 0) == pytest.approx(number("leak_offset") + (500 + neuron // 2) * number("leak_slope"), abs=1e-6)
    assert k.core.voltage(1, 0) == pytest.approx(number("amplifier_low"), abs=1e-9)


def test_power_up_state_is_quiet_and_defined(kit: Callable) -> None:
    core = kit(5, "typical").core
    core.power_up(123_456)
    assert core.now == 123_450
    assert core.run(10**9) == 10**9
    assert {core.voltage(n, 0) for n in range(512)} == {core.voltage(0, 0)}
    assert core.steps < 5 and core.n_spikes == 0
