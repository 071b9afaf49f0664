"""The common workload where the circuits are linear: leaky integrate-and-fire neurons with exponential currents, equal for all engines.

Small line steps, a degenerated leak and potentials within 0.1 V keep every circuit within some per mille of its linear law. Times are in
us of hardware, potentials in mV, currents in nA, capacitances in pF, so that other engines can take them as ms, mV, pA, pF.
"""

import network as net
import numpy as np
from numpy.typing import NDArray

from hicannx_sim.base.numbers import number

CONFIG = {
    "membrane_capacitor_size": 63, "enable_threshold_comparator": 1, "enable_fire": 1, "enable_leak_degeneration": 1,
    "enable_reset_multiplication": 1, "enable_synaptic_input_excitatory": 1, "enable_synaptic_input_inhibitory": 1,
}  # fmt: skip
BACKEND = {"refractory_time": 250, "reset_holdoff": 15}
CELLS = {
    "v_leak": 690, "i_bias_leak": 320, "v_threshold": 312, "v_reset": 656, "i_bias_reset": 1022,
    "i_bias_synin_exc_tau": 40, "i_bias_synin_inh_tau": 40, "i_bias_synin_exc_gm": 1000, "i_bias_synin_inh_gm": 1000,
    "i_bias_synin_exc_shift": 310, "i_bias_synin_inh_shift": 310,
}  # fmt: skip
DAC = 10
CYCLE_US, COMPARATOR_US = 0.008, number("comparator_delay") * 1e6


def potential(name: str, code: str) -> float:
    """mV."""
    return 1e3 * (number(f"{name}_offset") + number(f"{name}_slope") * CELLS[code])


def parameters() -> dict[str, float]:
    """Of one neuron, with the names of NEST's iaf_psc_exp, and the current of one event per unit of weight."""
    capacitance = (63 + number("membrane_capacitance_intrinsic")) * number("membrane_capacitance_per_code") * 1e12
    leak = number("leak_conductance_per_code") * CELLS["i_bias_leak"] * number("degeneration_conductance") * 1e6
    reset = number("reset_conductance_per_code") * CELLS["i_bias_reset"] * number("conductance_step") * 1e6
    rest = potential("leak", "v_leak")
    line = 1e3 * number("synapse_line_step") * DAC * 1e-3  # mV
    strength = number("synapse_gm") * CELLS["i_bias_synin_exc_gm"] * 1e-3  # nA per mV
    return {
        "C_m": capacitance,
        "tau_m": capacitance / leak,
        "E_L": rest,
        "V_th": potential("threshold", "v_threshold"),
        "V_reset": (reset * potential("reset", "v_reset") + leak * rest) / (reset + leak),  # the leak pulls during a reset as well
        "t_ref": BACKEND["refractory_time"] * CYCLE_US - CYCLE_US + COMPARATOR_US,
        "tau_syn": number("synapse_tau_normal") / CELLS["i_bias_synin_exc_tau"],
        "current_per_weight": line * strength,
    }


def inputs(us: float) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Times in us and sources of the input spikes."""
    step, source = net.input_spikes(us * 1e-3)
    return step * net.STEP_MS, source


def signed_weights() -> NDArray[np.float64]:
    """[source, neuron], inhibitory ones negative."""
    return net.WEIGHTS * np.where(np.arange(net.SOURCES) < net.EXCITATORY, 1.0, -1.0)[:, None]


def exact(us: float, step: float = 0.02) -> NDArray[np.int64]:
    """Spikes of each neuron, by the exact propagator of the linear equations on a fine grid; crossings between its points are seen."""
    p = parameters()
    times, sources = inputs(us)
    arrivals: list[list[int]] = [[] for _ in range(round(us / step) + 1)]
    for index, source in zip(np.rint(times / step).astype(int), sources, strict=True):
        arrivals[min(index, len(arrivals) - 1)].append(int(source))
    jumps = signed_weights() * p["current_per_weight"]
    decay_v, decay_i = np.exp(-step / p["tau_m"]), np.exp(-step / p["tau_syn"])
    into = (decay_i - decay_v) / (1 / p["tau_m"] - 1 / p["tau_syn"]) / p["C_m"]
    v, current, held = np.full(net.NEURONS, p["E_L"]), np.zeros(net.NEURONS), np.zeros(net.NEURONS)
    spikes = np.zeros(net.NEURONS, np.int64)
    for arriving in arrivals:
        current = current + jumps[arriving].sum(axis=0)
        free = held <= 0
        before = v
        v = np.where(free, p["E_L"] + (v - p["E_L"]) * decay_v + current * into, v)
        current = current * decay_i
        held = held - step
        fired = free & (v >= p["V_th"])
        part = (p["V_th"] - before) / np.where(v > before, v - before, 1.0)
        held = np.where(fired, p["t_ref"] - (1 - part) * step, held)
        v = np.where(fired, p["V_reset"], v)
        spikes += fired
    return spikes
