"""The same bytes whatever the instruction set, the slicing of time, the observer and the jumps."""

import hashlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from hicannx_sim.anncore.core import LEVELS
from hicannx_sim.base.numbers import number

US = 500
END = 150 * US
CELLS = {
    "v_leak": 600, "i_bias_leak": 150, "v_exp": 780, "i_bias_exp": 60, "v_threshold": 480, "v_reset": 560, "i_bias_reset": 1022,
    "v_adapt_ref": 500, "v_adapt_leak": 320, "i_bias_adapt_a": 4, "i_bias_adapt_b": 300, "i_bias_adapt_tau": 300, "i_mem_offset": 420,
    "i_bias_synin_exc_tau": 60, "i_bias_synin_exc_gm": 400, "i_bias_synin_exc_shift": 310, "i_bias_synin_inh_tau": 100,
    "i_bias_synin_inh_gm": 300, "i_bias_synin_inh_shift": 330,
}  # fmt: skip
EVENTS = np.random.default_rng(7).integers([0, 0, 1], [END, 512, 4], (400, 3)).tolist()  # tick, row, mode
FIRES = np.random.default_rng(8).integers([0, 0], [END, 512], (60, 2)).tolist()  # tick, neuron


def colourful(kit: Callable) -> Any:
    """Blocks with all combinations of features, some neurons spiking on their own, some only when asked."""
    k = kit(11, "typical", seed=4)
    k.common(clock_scale_adaptation_pulse=5)
    k.shared("syn_i_bias_dac", 500)
    for neuron in range(512):
        block = neuron // 64
        config = {
            "membrane_capacitor_size": 20 + neuron % 44, "enable_threshold_comparator": 1, "enable_fire": 1,
            "enable_reset_multiplication": 1,
            "enable_exponential": block & 1, "enable_adaptation": block >> 1 & 1, "enable_pause": neuron % 3 == 0,
            "enable_synaptic_input_excitatory": 1, "enable_synaptic_input_inhibitory": 1, "enable_membrane_offset": neuron % 5 == 0,
            "enable_bypass_excitatory": neuron % 50 == 0,
        }  # fmt: skip
        k.neuron(neuron, config, {"refractory_time": neuron % 256, "enable_adaptation_pulse": 1}, **CELLS)
    rng = np.random.default_rng(5)
    k.core.weights[:] = rng.integers(0, 64, (512, 256))
    k.core.labels[:] = rng.integers(0, 2, (512, 256))
    for tick, row, mode in EVENTS:
        k.core.row_pulse(tick, row, 1, 1.0, mode)
    for tick, neuron in FIRES:
        k.core.fire(neuron, tick)
    return k


def finish(k: Any, slices: list[int] | None = None) -> tuple[bytes, list[tuple[int, int]]]:
    """All voltages at the end, as bytes, and all spikes."""
    spikes = []
    for until in [*(slices or []), END]:
        while k.core.run(until) <= until - 50 or k.core.n_spikes:
            spikes += k.core.spike_array().tolist()
            k.core.clear_spikes()
    state = np.array([k.core.voltage(n, source) for n in range(512) for source in range(4)])
    return state.tobytes(), spikes


@pytest.fixture(scope="module")
def plain(kit: Callable) -> tuple[bytes, list[tuple[int, int]]]:
    result = finish(colourful(kit))
    assert len(result[1]) > 500
    return result


@pytest.mark.parametrize("level", range(3))
def test_instruction_sets_give_the_same_bytes(kit: Callable, plain: Any, level: int) -> None:
    if level >= len(LEVELS):
        pytest.skip("this machine lacks the instruction set")
    k = colourful(kit)
    k.core.level = level
    assert k.core.level == level
    assert finish(k) == plain


@pytest.mark.parametrize("seed", range(3))
def test_slicing_time_changes_nothing(kit: Callable, plain: Any, seed: int) -> None:
    slices = np.sort(np.random.default_rng(seed).integers(0, END, 300)).tolist()
    assert finish(colourful(kit), slices) == plain


def test_watching_changes_nothing(kit: Callable, plain: Any) -> None:
    k = colourful(kit)
    spikes = []
    for tick in range(0, END + 1, 17):
        k.core.set_probe(tick % 2, tick % 512, tick % 4)
        while k.core.run(tick) <= tick - 50 or k.core.n_spikes:
            spikes += k.core.spike_array().tolist()
            k.core.clear_spikes()
        k.core.probe(tick % 2, tick - 300)
    state, rest = finish(k)
    assert (state, spikes + rest) == plain


def test_stepping_through_quiet_spans_changes_nothing(kit: Callable, plain: Any) -> None:
    k = colourful(kit)
    k.core.jumping = False
    assert finish(k) == plain


@pytest.mark.parametrize("level", range(len(LEVELS)), ids=LEVELS)
def test_a_neighbour_at_a_rail_changes_nothing(kit: Callable, level: int) -> None:
    """Fading near the rails is left out where no neuron of a group needs it; one that does must not show in the others."""
    traces = []
    for driven in (0, 1):
        k = kit()
        k.core.level = level
        usual = {"membrane_capacitor_size": 30, "enable_exponential": 1, "enable_adaptation": 1, "enable_membrane_offset": 1}
        for neuron in range(64):
            k.neuron(neuron, usual, **CELLS)
        k.neuron(5, usual | {"enable_exponential": driven}, **CELLS | {"i_mem_offset": 1000 * driven, "v_leak": 600 + 300 * driven})
        volts = []
        for _ in range(300):
            k.run(0.1)
            volts.append([k.core.voltage(neuron, 0) for neuron in range(64)])
        traces.append(np.array(volts))
    others = np.arange(64) != 5
    assert traces[1][-1, 5] > number("rail_high") - number("rail_width") > traces[0][:, 5].max()
    assert np.ptp(traces[0][:, 0]) > 0.05
    assert traces[0][:, others].tobytes() == traces[1][:, others].tobytes()


def test_result_never_changes(plain: Any) -> None:
    """A fingerprint of state and spikes: changes only when the model is meant to change."""
    state, spikes = plain
    assert len(spikes) == 4773
    assert hashlib.sha256(state + np.array(spikes, np.int64).tobytes()).hexdigest()[:16] == "753f8c03f2f36344"


def test_restless_neurons_never_change(kit: Callable) -> None:
    """All fire as fast as they may, without any input, through all phases within a step; on the way the amplifiers change."""
    k = kit(11, "typical", seed=4)
    k.common()
    config = {
        "membrane_capacitor_size": 63, "enable_threshold_comparator": 1, "enable_fire": 1, "enable_synaptic_input_excitatory": 1,
        "enable_synaptic_input_inhibitory": 1,
    }  # fmt: skip
    for neuron in range(512):
        backend = {"refractory_time": 1 + 7 * neuron % 255, "reset_holdoff": neuron % 16}
        k.neuron(neuron, config | {"enable_pause": neuron % 2}, backend, **CELLS | {"v_threshold": 0})
    spikes = k.run(30)
    for neuron in range(0, 512, 3):
        k.cell(neuron, "i_bias_leak", 900)
        k.cell(neuron, "i_bias_reset", 300)
    spikes += k.run(30)
    state = np.array([k.core.voltage(n, source) for n in range(512) for source in range(4)])
    assert len(spikes) == 63133
    assert hashlib.sha256(state.tobytes() + np.array(spikes, np.int64).tobytes()).hexdigest()[:16] == "19b6b1c6871af91e"


def test_a_forced_reset_is_derived_as_if_everything_had_changed(kit: Callable) -> None:
    """Most of what a neuron is stays as it was when only its block's reset changes; touching it as well must not make a difference."""
    found = []
    for touched in (False, True):
        k, spikes = colourful(kit), []
        for part in range(6):
            k.common(clock_scale_adaptation_pulse=5, force_reset=part % 2)
            if part == 3:
                k.neuron(200, {"enable_fire": 1, "enable_bypass_excitatory": 1, "enable_pause": 1}, {"refractory_time": 3}, **CELLS)
            for neuron in range(512 if touched else 0):
                k.core.touch_neuron(neuron)
            spikes += k.run(25)
        found.append((spikes, hashlib.sha256(b"".join(array.tobytes() for array in k.core.arrays().values())).hexdigest()))
    assert found[0] == found[1] and len(found[0][0]) > 100


def test_connected_lines_are_derived_as_if_everything_had_changed(kit: Callable) -> None:
    """Switches between a column and its synapses or the supply change nothing of a neuron but its lines, with or without a forced reset."""
    found = []
    for touched in (False, True):
        k, spikes = colourful(kit), []
        for part in range(8):
            k.common(clock_scale_adaptation_pulse=5, force_reset=part == 3)
            for neuron in range(512):
                k.core.switch_column(neuron, (15, 3, 7, 2, 11, 1, 12, 3)[(part + neuron % 2) % 8])
                if touched:
                    k.core.touch_neuron(neuron)
            spikes += k.run(20)
        found.append((spikes, hashlib.sha256(b"".join(array.tobytes() for array in k.core.arrays().values())).hexdigest()))
    assert found[0] == found[1] and len(found[0][0]) > 100
