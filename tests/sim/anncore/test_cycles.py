"""Neurons that fire for ever are counted instead of stepped, and nobody can tell."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

CONFIG = {
    "membrane_capacitor_size": 63, "enable_threshold_comparator": 1, "enable_fire": 1, "enable_reset_multiplication": 1,
    "enable_synaptic_input_excitatory": 1, "enable_synaptic_input_inhibitory": 1, "enable_membrane_offset": 1,
}  # fmt: skip
CELLS = {
    "v_leak": 700, "i_bias_leak": 300, "v_threshold": 0, "v_reset": 700, "i_bias_reset": 1022, "i_mem_offset": 60,
    "i_bias_exp": 40, "v_exp": 900,
    "i_bias_synin_exc_tau": 200, "i_bias_synin_exc_gm": 400, "i_bias_synin_exc_shift": 310, "i_bias_synin_inh_tau": 200,
    "i_bias_synin_inh_gm": 900, "i_bias_synin_inh_shift": 330,
}  # fmt: skip
US = 500


def restless(kit: Callable, counting: bool, chip: str = "typical") -> Any:
    """Most neurons fire for ever, each with its own refractory time; some do not rest at their reset potential, some adapt;
    some blocks have inputs that are off."""
    k = kit(5, chip, seed=2)
    k.common()
    k.shared("syn_i_bias_dac", 500)
    for neuron in range(512):
        config = CONFIG | {"enable_exponential": neuron % 4 == 1, "enable_adaptation": neuron % 32 == 7, "enable_pause": neuron % 3 == 0}
        config |= {"enable_synaptic_input_excitatory": neuron // 64 % 4 > 0, "enable_synaptic_input_inhibitory": neuron // 32 % 4 > 0}
        cells = CELLS | ({"i_bias_reset": 20} if neuron % 32 == 9 else {}) | ({"v_threshold": 450} if neuron % 32 == 11 else {})
        k.neuron(neuron, config, {"refractory_time": 60 + neuron % 190, "reset_holdoff": neuron % 8}, **cells)
    k.core.weights[:], k.core.labels[:] = 60, np.arange(256) % 2
    k.core.counting = counting
    return k


def run(k: Any, us: float) -> list[tuple[int, int]]:
    return [tuple(spike) for spike in k.core.collect(k.core.now + round(us * US)).tolist()]


def story(k: Any) -> tuple[list[Any], np.ndarray, list[int]]:
    """What neurons do while somebody looks at them, writes their configuration, sends pulses and fires them. Voltages, number of spikes of
    each neuron, and how many blocks were stepped in the quiet part."""
    seen: list[Any] = []
    spikes = run(k, 80)
    before = k.core.block_steps
    spikes += run(k, 60)
    quiet = k.core.block_steps - before
    rng = np.random.default_rng(6)
    for round_ in range(60):
        spikes += run(k, float(rng.uniform(0.1, 9)))
        neuron, kind = int(rng.integers(512)), round_ % 6
        if kind == 0:
            seen += [k.core.voltage(neuron, source) for source in range(4)]
        if kind == 1:
            k.core.row_pulse(k.core.now + int(rng.integers(1, 400)), int(rng.integers(512)), 1, 1.0, int(rng.integers(1, 4)))
        if kind == 2:
            k.core.fire(neuron, k.core.now + int(rng.integers(1, 400)))
        if kind == 3:
            k.cell(neuron, "v_reset", int(rng.integers(600, 800)))
        if kind == 4:
            k.core.set_probe(0, neuron, round_ % 4)
        if kind == 5:
            seen += [k.core.probe(0, k.core.now - int(rng.integers(0, 300)))]
    seen += [k.core.voltage(n, source) for n in range(512) for source in range(4)]
    spikes += run(k, 20)
    seen += [k.core.voltage(n, source) for n in range(512) for source in range(4)]
    return seen, np.bincount([neuron for _, neuron in spikes], minlength=512), [quiet]


@pytest.mark.parametrize("chip", ["typical", "ideal"])
def test_nobody_can_tell_counted_neurons_from_stepped_ones(kit: Callable, chip: str) -> None:
    counted, stepped = restless(kit, True, chip), restless(kit, False, chip)
    (seen, recorded, [quiet]), (expected, spikes, [all_steps]) = story(counted), story(stepped)
    assert seen == expected
    told = counted.core.counted_spikes()
    assert 0.5 * spikes.sum() < told.sum() < spikes.sum()
    assert (recorded + told == spikes).all()
    assert counted.core.counted_spikes().sum() == 0 == stepped.core.counted_spikes().sum()
    assert quiet <= all_steps


def test_restless_neurons_alike_are_not_stepped(kit: Callable) -> None:
    k = kit(1, "ideal")
    k.core.counting = True
    for neuron in range(512):
        k.neuron(neuron, CONFIG, {"refractory_time": 200}, **CELLS)
    run(k, 100)
    before = k.core.steps
    assert run(k, 1000) == []
    assert k.core.steps == before
    assert (k.core.counted_spikes() > 500).all()


@pytest.mark.parametrize("off", [{"enable_synaptic_input_excitatory": 0}, {"i_bias_synin_exc_gm": 0}])
def test_pulses_on_lines_that_drive_nothing_end_no_cycle(kit: Callable, off: dict[str, int]) -> None:
    k = kit(1, "ideal")
    k.core.counting = True
    for neuron in range(256):
        config, cells = ({name: {**all_, **off}[name] for name in all_} for all_ in (CONFIG, CELLS))
        k.neuron(neuron, config, {"refractory_time": 200}, **cells)
    k.shared("syn_i_bias_dac", 500)
    k.core.weights[:] = 60
    run(k, 400)
    rest, before = k.core.voltage(3, 1), k.core.block_steps
    k.core.row_pulse(k.core.now + 10, 0, 0, 1.0, 1)
    run(k, 1)
    assert k.core.voltage(3, 1) < rest
    run(k, 400)
    decay = k.core.block_steps - before
    k.core.row_pulse(k.core.now + 10, 0, 0, 1.0, 2)
    run(k, 400)
    assert k.core.block_steps - before - decay > 3 * decay


@pytest.mark.parametrize(("source", "stepped"), [(0, True), (1, False), (2, False)])
def test_a_restless_neuron_is_stepped_only_if_its_membrane_is_watched(kit: Callable, source: int, stepped: bool) -> None:
    k = kit(1, "ideal")
    k.core.counting = True
    k.neuron(300, CONFIG, {"refractory_time": 200}, **CELLS)
    run(k, 400)
    k.core.set_probe(0, 300, source)
    run(k, 400)
    before = k.core.steps
    run(k, 100)
    assert (k.core.steps > before) is stepped
    assert k.core.counted_spikes()[300] > 100


def test_spikes_that_leave_the_neuron_are_recorded(kit: Callable) -> None:
    k = restless(kit, True)
    k.neuron(3, CONFIG, {"refractory_time": 200, "enable_spike_out": 1}, **CELLS)
    run(k, 400)
    assert {neuron for _, neuron in run(k, 20)} >= {3}


def test_a_restored_core_goes_on_counting(kit: Callable) -> None:
    k, other = restless(kit, True), restless(kit, True)
    run(k, 321.5)
    other.core.resize_arrays({name: array.nbytes for name, array in k.core.arrays().items()})
    for name, array in k.core.arrays().items():
        other.core.arrays()[name][...] = array
    other.core.restored()
    (seen, recorded, _), (expected, spikes, _) = story(other), story(k)
    assert seen == expected
    assert (recorded + other.core.counted_spikes() == spikes + k.core.counted_spikes()).all()
