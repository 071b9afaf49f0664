"""Connected circuits: compartments, conductances between them, fire signals."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from circuit_equations import TICK_US, Circuit, Network

from hicannx_sim.anncore.core import LEVELS
from hicannx_sim.base.numbers import number

Settings = dict[int, tuple[dict[str, int], dict[str, int], dict[str, int]]]
CONFIG = {"membrane_capacitor_size": 63, "enable_synaptic_input_excitatory": 1, "enable_synaptic_input_inhibitory": 1}
CELLS = {
    "v_leak": 650, "i_bias_leak": 160, "i_bias_synin_exc_tau": 40, "i_bias_synin_inh_tau": 40, "i_bias_synin_exc_gm": 400,
    "i_bias_synin_inh_gm": 400, "i_bias_synin_exc_shift": 310, "i_bias_synin_inh_shift": 310,
}  # fmt: skip
FIRES = {"enable_threshold_comparator": 1, "enable_fire": 1, "enable_reset_multiplication": 1, "enable_membrane_offset": 1}
ADEX = {"enable_exponential": 1, "enable_adaptation": 1}
FIRING_CELLS = {
    "v_exp": 830, "i_bias_exp": 60, "v_threshold": 450, "v_reset": 560, "i_bias_reset": 1022, "v_adapt_ref": 500, "v_adapt_leak": 450,
    "i_bias_adapt_a": 4, "i_bias_adapt_b": 300, "i_bias_adapt_tau": 300, "i_mem_offset": 1022,
}  # fmt: skip
BACKEND = {"refractory_time": 200, "enable_adaptation_pulse": 1}
TO_LINE = {"enable_multicomp_conductance": 1, "connect_soma_right": 1}
PER_CODE = number("compartment_conductance_per_code") * 1e6
RNG = np.random.default_rng(5)
EVENTS = sorted(RNG.integers([0, 0, 0], [25_000, 2, 2], (60, 3)).tolist())  # tick, circuit, side


def chain(length: int, code: int, **cells: int) -> tuple[Settings, list[int], list[tuple[int, int, float]]]:
    """Compartments of two circuits (the last has one), each connected to the next through a conductance and its soma line."""
    circuits: Settings = {}
    for k in range(length):
        last = k == length - 1
        circuits[20 + 2 * k] = (CONFIG | ({} if last else TO_LINE), CELLS | {"i_bias_nmda": code} | cells, {})
        if not last:
            circuits[21 + 2 * k] = (CONFIG | {"connect_soma": 1, "connect_membrane_right": 1}, CELLS | cells, {})
    return circuits, [(n - 19) // 2 for n in circuits], [(k, k + 1, PER_CODE * code) for k in range(length - 1)]


def two(code: int, first: dict[str, int] | None = None, **cells: int) -> tuple[Settings, list[int], list[tuple[int, int, float]]]:
    """Two compartments of one circuit each."""
    factor = 4.0 if first and first.get("enable_multiply_multicomp_conductance_bias") else 1.0
    circuits: Settings = {
        10: (CONFIG | TO_LINE | (first or {}), CELLS | {"v_leak": 600, "i_bias_nmda": code} | cells, BACKEND),
        11: (CONFIG | {"connect_soma": 1}, CELLS | {"v_leak": 750}, {}),
    }
    return circuits, [0, 1], [(0, 1, PER_CODE * code * factor)]


def star() -> tuple[Settings, list[int], list[tuple[int, int, float]]]:
    """Three circuits whose conductances meet on a soma line that is nobody's membrane."""
    codes = (100, 200, 300)
    circuits: Settings = {
        40 + k: (CONFIG | TO_LINE | {"connect_soma_right": int(k < 2)}, CELLS | {"v_leak": 550 + 100 * k, "i_bias_nmda": code}, {})
        for k, code in enumerate(codes)
    }
    links = [(a, b, PER_CODE * codes[a] * codes[b] / sum(codes)) for a in range(3) for b in range(a + 1, 3)]
    return circuits, [0, 1, 2], links


JOINED: dict[str, tuple[Settings, list[int], list[tuple[int, int, float]]]] = {
    "two circuits": (
        {10: (CONFIG | {"connect_membrane_right": 1}, CELLS | {"v_leak": 600}, {}),
         11: (CONFIG | {"membrane_capacitor_size": 20}, CELLS | {"v_leak": 750, "i_bias_leak": 300}, {})}, [0, 0], [],
    ),
    "four circuits of both rows": (
        {10: (CONFIG | {"connect_membrane_right": 1, "connect_bottom": 1}, CELLS, {}), 11: (CONFIG | {"connect_bottom": 1}, CELLS, {}),
         266: (CONFIG, CELLS | {"v_leak": 750}, {}), 267: (CONFIG, CELLS | {"i_bias_leak": 600}, {})}, [0, 0, 0, 0], [],
    ),
    "over the soma line": (
        {30: (CONFIG | {"connect_soma": 1, "connect_soma_right": 1}, CELLS | {"v_leak": 500}, {}),
         31: (CONFIG | {"connect_soma_right": 1}, CELLS, {}), 32: (CONFIG | {"connect_soma": 1}, CELLS, {})}, [0, 1, 0], [],
    ),
    "two compartments": two(100),
    "two compartments, strong": two(1000),
    "two compartments, strongest": two(1000, {"enable_multiply_multicomp_conductance_bias": 1}),
    "chain of five": chain(5, 150),
    "chain of five, strong": chain(5, 1000),
    "star": star(),
}  # fmt: skip
SPIKING = {
    "joined AdEx": (
        {10: (CONFIG | FIRES | ADEX | {"connect_membrane_right": 1}, CELLS | FIRING_CELLS, BACKEND),
         11: (CONFIG, CELLS | {"v_leak": 750}, {})}, [0, 0], [],
    ),
    "AdEx with a dendrite": two(50, FIRES | ADEX, **FIRING_CELLS),
    "LIF with a dendrite": two(150, FIRES, **FIRING_CELLS | {"v_leak": 800}),
}  # fmt: skip


def configure(k: Any, circuits: Settings) -> None:
    k.common(clock_scale_adaptation_pulse=5)
    for neuron, (config, cells, backend) in circuits.items():
        k.neuron(neuron, config, backend, **cells)
    k.shared("syn_i_bias_dac", 500)
    k.core.voltage(0, 0)


def both(k: Any, case: tuple[Settings, list[int], list[tuple[int, int, float]]], us: float) -> tuple[np.ndarray, np.ndarray, Any, Network]:
    """Potentials of all circuits, of the model and of the equations (steps, circuits); spikes of the model; the equations' end."""
    circuits, nodes, links = case
    configure(k, circuits)
    core, start, numbers = k.core, k.core.now, list(circuits)
    potentials = np.zeros(max(nodes) + 1)
    potentials[nodes] = [core.voltage(neuron, 0) for neuron in numbers]
    equations = Network(
        [Circuit(*circuits[neuron], 5) for neuron in numbers], potentials, np.array([core.voltage(neuron, 3) for neuron in numbers]),
        list(nodes), links,
    )  # fmt: skip
    for tick, circuit, side in EVENTS:
        row, column = 256 * (numbers[circuit] // 256) + 2 * circuit + side, numbers[circuit] % 256
        core.weights[row, column] = 50
        core.row_pulse(start + tick, row, 0, 1.0, 1 + side)
    step = 50 * number("synapse_line_step") * 0.5
    volts, spikes = [], []
    for tick in range(start + 50, start + round(us * 500) + 1, 50):
        while core.run(tick) < tick:
            pass
        spikes += [int(t) - start for t in core.spike_array()["tick"]]
        volts.append([core.voltage(neuron, 0) for neuron in numbers])
    expected = equations.run(us, [(tick * TICK_US, circuit, side, step) for tick, circuit, side in EVENTS])["v"][:, nodes]
    return np.array(volts), expected, np.array(spikes) * TICK_US, equations


@pytest.mark.parametrize("name", JOINED)
def test_potentials_follow_the_equations(kit: Callable, name: str) -> None:
    volts, expected, _, _ = both(kit(), JOINED[name], 60)
    assert np.ptp(expected) > 0.05
    assert np.abs(volts - expected).max() < 2e-4


@pytest.mark.parametrize("name", SPIKING)
def test_spike_trains_follow_the_equations(kit: Callable, name: str) -> None:
    _, _, spikes, equations = both(kit(), SPIKING[name], 200)
    expected = np.array([time for time, _ in equations.spikes])
    assert len(spikes) == len(expected) >= 3
    intervals, wanted = np.diff(spikes, prepend=0), np.diff(expected, prepend=0)
    assert (np.abs(intervals - wanted) <= np.maximum(0.02, 2e-3 * wanted)).all()


def test_capacitances_of_six_circuits_add(kit: Callable) -> None:
    """As calibrations measure the intrinsic capacitance: five more circuits with the smallest capacitor, and no leak of their own."""
    taus = []
    for members in (1, 6):
        k = kit()
        for n in range(6):
            config = {"membrane_capacitor_size": 63 if n == 0 else 0, "connect_membrane_right": int(n < members - 1)}
            k.neuron(n, config, {}, v_leak=600, i_bias_leak=60 if n == 0 else 0)
        k.run(3000)
        k.cell(0, "v_leak", 640)
        trace = k.trace(0, 0, 60) - (number("leak_offset") + 640 * number("leak_slope"))
        taus.append(-1 / np.polyfit(0.1 * np.arange(trace.size), np.log(np.abs(trace)), 1)[0])
    intrinsic = number("membrane_capacitance_intrinsic")
    assert taus[1] / taus[0] == pytest.approx(1 + 5 * intrinsic / (63 + intrinsic), rel=2e-3)


def test_equal_neurons_approach_each_other_with_half_the_time_constant(kit: Callable) -> None:
    """tau = 1 / (2 / tau_conductance + 1 / tau_leak), as calibrations fit it, after a write that joins them."""
    k = kit()
    slow = {"membrane_capacitor_size": 63, "enable_leak_division": 1}
    for n, leak in ((10, 550), (11, 700)):
        k.neuron(n, slow | {"connect_soma": int(n == 11)}, {}, v_leak=leak, i_bias_leak=200)
    k.run(1500)
    k.neuron(10, slow | TO_LINE, {}, v_leak=550, i_bias_leak=200, i_bias_nmda=300)
    before, traces = k.core.voltage(10, 0), []
    k.core.set_probe(1, 11, 0)
    for _ in range(60):
        k.run(0.1)
        traces.append(k.core.voltage(11, 0) - k.core.voltage(10, 0))
    capacitance = number("membrane_capacitance_per_code") * 1e12 * (63 + number("membrane_capacitance_intrinsic"))
    tau = 1 / (2 * PER_CODE * 300 / capacitance)
    part = np.array(traces)[:30] - traces[-1]
    assert -0.1 / np.polyfit(np.arange(30), np.log(part), 1)[0] == pytest.approx(tau, rel=0.08)
    assert k.core.voltage(10, 0) > before + 0.02


def test_parted_neurons_go_their_own_ways_again(kit: Callable) -> None:
    k = kit()
    circuits = JOINED["two circuits"][0]
    configure(k, circuits)
    k.run(400)
    assert k.core.voltage(10, 0) == k.core.voltage(11, 0)
    k.neuron(10, CONFIG, {}, **CELLS | {"v_leak": 600})
    k.run(400)
    assert k.core.voltage(11, 0) - k.core.voltage(10, 0) > 0.1


def test_a_term_switched_on_later_acts_on_the_whole_compartment(kit: Callable) -> None:
    k = kit()
    config = {"membrane_capacitor_size": 63, "connect_membrane_right": 1}
    cells = {"v_leak": 600, "i_bias_leak": 100, "v_exp": 500, "i_bias_exp": 60}
    for n in (10, 11):
        k.neuron(n, config | {"connect_membrane_right": int(n == 10)}, {}, **cells)
    k.run(300)
    rest = k.core.voltage(10, 0)
    k.neuron(11, {"membrane_capacitor_size": 63, "enable_exponential": 1}, {}, **cells)
    k.run(20)
    assert k.core.voltage(10, 0) == k.core.voltage(11, 0) > rest + 0.05


def test_a_resting_morphology_stops_stepping_and_wakes_as_one(kit: Callable) -> None:
    k = kit()
    configure(k, JOINED["four circuits of both rows"][0])
    k.run(800)
    before = k.core.steps
    k.run(5000)
    assert k.core.steps == before
    rest = k.core.voltage(10, 0)
    k.core.weights[256, 11] = 60
    k.core.row_pulse(k.core.now, 256, 0, 1.0, 1)
    k.run(5)
    moved = {k.core.voltage(n, 0) for n in (10, 11, 266, 267)}
    assert len(moved) == 1 and moved.pop() > rest + 1e-3


def fire_line(k: Any, **switches: dict[str, int]) -> list[tuple[int, int]]:
    """An artificial fire of circuit 5 with fire switches of circuits c<number>; all spikes."""
    for n in range(512):
        k.neuron(n, {"enable_fire": 1, "membrane_capacitor_size": 63}, {"refractory_time": 100} | switches.get(f"c{n}", {}))
    k.core.fire(5, 1012)
    return k.run(10)


def test_slaves_fire_with_their_master(kit: Callable) -> None:
    spikes = fire_line(
        kit(), c5={"enable_neuron_master": 1, "connect_fire_to_right": 1}, c6={"enable_neuron_slave": 1, "connect_fire_to_right": 1},
        c7={"connect_fire_bottom": 1}, c263={"enable_neuron_slave": 1}, c8={"enable_neuron_slave": 1}, c4={"enable_neuron_slave": 1},
    )  # fmt: skip
    assert spikes == [(1012, 5), (1012, 6), (1012, 263)]


@pytest.mark.parametrize("missing", ["enable_neuron_master", "enable_neuron_slave", "connect_fire_to_right"])
def test_a_fire_signal_needs_all_its_switches(kit: Callable, missing: str) -> None:
    left = {name: 1 for name in ("enable_neuron_master", "connect_fire_to_right") if name != missing}
    right = {"enable_neuron_slave": int(missing != "enable_neuron_slave"), "connect_fire_from_right": 1}
    assert fire_line(kit(), c5=left, c6=right) == [(1012, 5)]


def test_the_connection_from_the_right_stays_broken(kit: Callable) -> None:
    assert fire_line(kit(), c5={"enable_neuron_master": 1}, c4={"enable_neuron_slave": 1, "connect_fire_from_right": 1}) == [(1012, 5)]


def test_slaves_of_one_morphology_are_reset_together(kit: Callable) -> None:
    k = kit()
    config = {"membrane_capacitor_size": 63, "enable_fire": 1, "enable_reset_multiplication": 1}
    cells = {"v_leak": 800, "i_bias_leak": 300, "v_reset": 500, "i_bias_reset": 1022}
    k.neuron(10, config | TO_LINE, {"refractory_time": 250, "enable_neuron_master": 1, "connect_fire_to_right": 1}, i_bias_nmda=5, **cells)
    k.neuron(11, config | {"connect_soma": 1}, {"refractory_time": 250, "enable_neuron_slave": 1}, **cells)
    k.run(300)
    tick = k.core.now + 1234
    k.core.fire(10, tick)
    assert k.run(4.3) == [(tick, 10), (tick, 11)]
    reset = number("reset_offset") + 500 * number("reset_slope")
    assert [k.core.voltage(n, 0) for n in (10, 11)] == pytest.approx([reset, reset], abs=2e-3)


def busy(kit: Callable) -> Any:
    """64 neurons of four circuits each on a typical chip: joined, or as two compartments; all firing."""
    k = kit(11, "typical", seed=4)
    k.common(clock_scale_adaptation_pulse=5)
    k.shared("syn_i_bias_dac", 500)
    for column in range(0, 128, 2):
        bridge = {"connect_membrane_right": 1} if column % 4 else TO_LINE
        cells = CELLS | FIRING_CELLS | {"i_bias_nmda": 100, "i_mem_offset": 1000, "i_bias_leak": 100, "v_leak": 1000}
        backend = BACKEND | {"enable_neuron_master": 1, "connect_fire_to_right": 1, "connect_fire_bottom": 1}
        k.neuron(column, CONFIG | FIRES | (ADEX if column % 8 < 4 else {}) | bridge | {"connect_bottom": 1}, backend, **cells)
        soma = {} if column % 4 else {"connect_soma": 1}
        slave = {"enable_neuron_slave": 1, "refractory_time": 50}
        k.neuron(column + 1, CONFIG | soma | {"connect_bottom": 1, "enable_pause": 1}, slave, **cells)
        for bottom in (column + 256, column + 257):
            k.neuron(bottom, CONFIG, {}, **cells)
    rng = np.random.default_rng(5)
    k.core.weights[:] = rng.integers(0, 64, (512, 256))
    k.core.labels[:] = rng.integers(0, 2, (512, 256))
    for tick, row, mode in rng.integers([0, 0, 1], [25_000, 512, 4], (200, 3)).tolist():
        k.core.row_pulse(tick, row, 1, 1.0, mode)
    for tick, neuron in rng.integers([0, 0], [25_000, 128], (40, 2)).tolist():
        k.core.fire(neuron, tick)
    return k


def end(k: Any, slices: list[int] | None = None) -> tuple[bytes, list[tuple[int, int]]]:
    spikes = []
    for until in [*(slices or []), 30_000]:
        while k.core.run(until) <= until - 50 or k.core.n_spikes:
            spikes += k.core.spike_array().tolist()
            k.core.clear_spikes()
    return np.array([k.core.voltage(n, source) for n in range(512) for source in range(4)]).tobytes(), spikes


@pytest.mark.parametrize("apart", [1, 2, 4])
@pytest.mark.parametrize("level", range(len(LEVELS)), ids=LEVELS)
def test_it_does_not_matter_how_far_morphologies_are_apart(kit: Callable, apart: int, level: int) -> None:
    """Neurons of circuits in both rows: side by side all over, and with gaps."""
    traces = []
    for irregular in (0, 1):
        k = kit()
        k.core.level = level
        columns = [apart * m + (irregular * m * m) % 7 + 3 * m * irregular for m in range(16)]
        for m, column in enumerate(columns):
            for circuit in range(min(2, apart)):
                leaks = {"v_leak": 500 + 10 * m + 30 * circuit, "i_bias_leak": 200 + 20 * m}
                right = {"connect_membrane_right": int(circuit + 1 < min(2, apart))}
                k.neuron(column + circuit, CONFIG | ADEX | {"connect_bottom": 1} | right, **CELLS | FIRING_CELLS | leaks)
                k.neuron(column + 256 + circuit, CONFIG, **CELLS | leaks | {"v_leak": 700})
        volts = []
        for _ in range(40):
            k.run(0.5)
            volts.append([k.core.voltage(column, 0) for column in columns])
        traces.append(np.array(volts))
    assert np.ptp(traces[0][-1]) > 0.02
    assert np.ptp(traces[0], axis=0).min() > 0.001
    assert traces[0].tobytes() == traces[1].tobytes()


def test_the_same_bytes_on_every_instruction_set_in_any_slices_and_without_jumps(kit: Callable) -> None:
    expected = end(busy(kit))
    assert len(expected[1]) > 200
    for level in range(len(LEVELS)):
        k = busy(kit)
        k.core.level = level
        assert end(k) == expected
    assert end(busy(kit), sorted(np.random.default_rng(1).integers(0, 30_000, 100).tolist())) == expected
    k = busy(kit)
    k.core.jumping = False
    assert end(k) == expected


def test_a_restored_core_goes_on_as_the_one_it_was_taken_from(kit: Callable) -> None:
    k, other = busy(kit), kit(11, "typical", seed=4)
    while k.core.run(12_345) <= 12_345 - 50:
        pass
    other.core.resize_arrays({name: array.nbytes for name, array in k.core.arrays().items()})
    for name, array in k.core.arrays().items():
        other.core.arrays()[name][...] = array
    other.core.restored()
    assert end(k) == end(other)
