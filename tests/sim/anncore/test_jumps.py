"""Quiet spans cost nothing, and what is seen of them is right."""

from collections.abc import Callable

import numpy as np
import pytest

from hicannx_sim.base.numbers import number

US = 500
RESTING = {"v_leak": 700, "i_bias_leak": 300}
SIZE = {"membrane_capacitor_size": 63}


def test_resting_chip_stops_stepping(kit: Callable) -> None:
    k = kit()
    for neuron in range(512):
        k.neuron(neuron, SIZE, **RESTING)
    k.run(500)
    before = k.core.steps
    k.run(20_000)
    assert k.core.steps == before
    assert k.core.now == 20_500 * US


def test_events_in_a_quiet_span_are_met_on_time(kit: Callable) -> None:
    k = kit()
    k.neuron(3, {**SIZE, "enable_fire": 1}, {"refractory_time": 255}, **RESTING)
    k.run(500)
    start = k.core.now
    k.core.weights[0, 3] = 1
    k.core.fire(3, start + 5_000_014)
    k.core.row_pulse(start + 9_000_001, 0, 0, 1.0, 1)
    assert k.core.run(start + 10_000_000) == start + 5_000_050
    assert k.core.spike_array()["tick"].tolist() == [start + 5_000_014]
    before = k.core.steps
    k.core.run(start + 8_999_999)
    assert k.core.steps - before < 2000
    k.shared("syn_i_bias_dac", 1000)
    k.core.run(start + 9_000_000)
    assert k.core.voltage(3, 1) == number("synapse_line_rest")
    k.core.run(start + 9_000_050)
    assert k.core.voltage(3, 1) < number("synapse_line_rest")


def test_long_refractory_time_is_jumped_over(kit: Callable) -> None:
    k = kit()
    k.common(clock_scale_slow=15)
    k.neuron(3, {**SIZE, "enable_fire": 1}, {"refractory_time": 255}, v_reset=500, i_bias_reset=500, **RESTING)
    k.run(500)
    k.core.fire(3, k.core.now)
    before = k.core.steps
    k.run(60_000)
    assert k.core.steps - before < 2000
    assert k.core.voltage(3, 0) == pytest.approx(number("reset_offset") + 500 * number("reset_slope"), abs=1e-6)
    k.run(8_000)
    assert k.core.voltage(3, 0) == pytest.approx(number("leak_offset") + 700 * number("leak_slope"), abs=1e-6)


def test_quiet_blocks_do_not_run_beside_a_busy_one(kit: Callable) -> None:
    k = kit()
    for neuron in range(512):
        k.neuron(neuron, SIZE, **RESTING)
    k.neuron(5, {**SIZE, "enable_synaptic_input_excitatory": 1}, i_bias_synin_exc_gm=500, **RESTING)
    k.run(500)
    k.core.weights[0, 5] = 20
    k.shared("syn_i_bias_dac", 1000)
    k.run(100)
    before = k.core.block_steps
    for _ in range(20):
        k.core.row_pulse(k.core.now, 0, 0, 1.0, 1)
        k.run(10)
    assert k.core.block_steps - before == 2000


def test_probe_covers_the_last_steps_and_jumps(kit: Callable) -> None:
    k = kit()
    k.neuron(3, SIZE, **RESTING)
    k.core.set_probe(0, 3, 0)
    k.core.set_probe(1, 3, 3)
    values = {}
    for tick in range(50, 3001, 50):
        k.core.run(tick)
        values[tick] = k.core.voltage(3, 0)
    for tick in range(3000 - 62 * 50, 3000, 10):
        if tick > 50:
            left = tick // 50 * 50
            part = (tick - left) / 50
            assert k.core.probe(0, tick) == pytest.approx(values[left] * (1 - part) + values.get(left + 50, 0) * part, abs=1e-12)
    assert k.core.probe(0, 3333) == values[3000]
    k.core.run(10_000_000)
    rest = k.core.voltage(3, 0)
    assert k.core.probe(0, 10_000_000 - 3100) == k.core.probe(0, 10_000_000) == rest
    assert k.core.probe(1, 10_000_000) == k.core.voltage(3, 3)
    k.core.set_probe(0, -1, 0)
    assert k.core.probe(0, 10_000_000) == 0.0


def test_probe_set_late_shows_the_present(kit: Callable) -> None:
    k = kit()
    k.neuron(3, SIZE, **RESTING)
    k.run(500)
    k.core.set_probe(1, 3, 0)
    assert k.core.probe(1, k.core.now) == k.core.probe(1, k.core.now - 777) == k.core.voltage(3, 0)


def test_probe_shows_the_new_state_after_power_up(kit: Callable) -> None:
    k = kit()
    k.neuron(3, SIZE, **RESTING)
    k.core.set_probe(0, 3, 0)
    k.run(500)
    k.core.power_up(1000)
    assert k.core.probe(0, 500) == k.core.probe(0, 1000) == k.core.voltage(3, 0) == pytest.approx(number("amplifier_low"), abs=1e-9)


LINES = {"i_bias_synin_exc_tau": 3, "i_bias_synin_inh_tau": 0}


def decaying(kit: Callable, jumping: bool, slices: list[int]) -> tuple[list[float], list[float], int]:
    """Voltages of lines that no membrane follows, what a probe has of one, and steps; with pulses, run in slices (ticks)."""
    k = kit(mode="typical")
    k.core.jumping = jumping
    for neuron in range(0, 512, 3):
        k.neuron(neuron, SIZE, **RESTING, **LINES)
    k.shared("syn_i_bias_dac", 1000)
    k.core.weights[0] = k.core.weights[300] = 60
    k.run(500)
    before, start = k.core.steps, k.core.now
    k.core.set_probe(0, 6, 1)
    k.core.row_pulse(start + 777, 0, 0, 1.0, 1)
    k.core.row_pulse(start + 777_777, 300, 0, 1.0, 3)
    voltages, probed = [], []
    for ticks in slices:
        k.core.run(k.core.now + ticks)
        voltages += [k.core.voltage(neuron, source) for neuron in (6, 33, 300) for source in (0, 1, 2)]
        probed.append(k.core.probe(0, k.core.now - 1234))
    return voltages, probed, k.core.steps - before


@pytest.mark.parametrize("slices", [[50 * 777, 50 * 13, 50, 50 * 19, 50 * 100_000, 50 * 63, 50 * 65], [50] * 200])
def test_lines_that_drive_nothing_decay_as_they_do_step_by_step(kit: Callable, slices: list[int]) -> None:
    voltages, probed, steps = decaying(kit, True, slices)
    others, past, every = decaying(kit, False, slices)
    assert voltages == others and probed == past and voltages[1] != voltages[-8]
    assert steps <= 2 * 8 < every == sum(slices) // 50


def test_lines_that_drive_nothing_come_to_rest(kit: Callable) -> None:
    voltages, *_ = decaying(kit, True, [50 * 500, 50 * 25_000])
    fast, slow = voltages[1], voltages[2]
    assert fast < number("synapse_line_rest") == slow, "the second pulse, which goes to both lines, is still to come"
    assert voltages[-2] == number("synapse_line_rest") > voltages[-1]


def test_lines_that_came_to_rest_in_a_jump_stay_there_while_other_blocks_step(kit: Callable) -> None:
    k = kit()
    for neuron in (3, *range(256, 512)):
        k.neuron(neuron, SIZE, **RESTING, i_bias_synin_exc_tau=100)
    k.shared("syn_i_bias_dac", 1000)
    k.core.weights[0] = k.core.weights[300] = 60
    k.run(500)
    k.core.row_pulse(k.core.now + 50, 300, 0, 1.0, 1)
    k.core.run(k.core.now + 50 * 100_000)
    assert k.core.voltage(300, 1) == number("synapse_line_rest")
    k.core.row_pulse(k.core.now + 1, 0, 0, 1.0, 1)
    for _ in range(9):
        k.core.run(k.core.now + 50)
        assert k.core.voltage(3, 1) < k.core.voltage(300, 1) == number("synapse_line_rest")


def wandering(kit: Callable, jumping: bool, seed: int) -> list[list[float]]:
    """Voltages of membranes and lines in all blocks, between slices of random length; pulses on some rows, spikes of some neurons."""
    k, random = kit(mode="typical"), np.random.default_rng(seed)
    k.core.jumping = jumping
    for block in range(8):
        tau, gm, leak = (int(random.choice(codes)) for codes in ((20, 1000), (0, 0, 400), (100, 300)))
        fires = bool(random.integers(2))
        for neuron in range(64 * block, 64 * block + 64):
            lines = {"i_bias_synin_exc_tau": tau, "i_bias_synin_inh_tau": 1000, "i_bias_synin_exc_gm": gm}
            switches = {**SIZE, "enable_fire": int(fires), "enable_synaptic_input_excitatory": int(gm > 0)}
            k.neuron(neuron, switches, {"refractory_time": 99}, v_leak=700, i_bias_leak=leak, **lines)
    k.shared("syn_i_bias_dac", 1000)
    k.core.weights[:] = random.integers(0, 64, k.core.weights.shape)
    k.run(500)
    seen = []
    for _ in range(20):
        for _ in range(int(random.integers(3))):
            when, row = k.core.now + int(random.integers(1, 4_000)), int(random.integers(512))
            k.core.row_pulse(when, row, 0, 1.0, int(random.integers(1, 4)))
        if random.integers(4) == 0:
            k.core.fire(int(random.integers(512)), k.core.now + 2 * int(random.integers(1, 9_000)))
        end = k.core.now + 50 * int(random.choice([1, 7, 64, 20_000]))
        while k.core.run(end) < end // 50 * 50:
            pass
        seen.append([k.core.voltage(neuron, source) for neuron in range(5, 512, 32) for source in (0, 1, 2)])
    return seen


@pytest.mark.parametrize("seed", range(3))
def test_jumps_change_nothing(kit: Callable, seed: int) -> None:
    assert wandering(kit, True, seed) == wandering(kit, False, seed)
