"""NEST or Brian2 on the linear workload: python linear_peer.py nest|brian2 FILE (npz of `linear`); prints the spikes of each neuron.

Run as a script, so that an engine stays out of the test process and may live in an environment of its own.
"""

import json
import sys
from typing import Any

import numpy as np

STEP = 0.01
NAMES = ("C_m", "tau_m", "E_L", "V_th", "V_reset", "t_ref")


def nest(p: dict[str, float], us: float, times: Any, sources: Any, weights: Any) -> Any:
    import nest as engine

    engine.set_verbosity("M_ERROR")
    engine.ResetKernel()
    engine.resolution = STEP
    own = {name: p[name] for name in NAMES}
    inside = {"V_m": p["E_L"], "tau_syn_ex": p["tau_syn"], "tau_syn_in": p["tau_syn"]}
    neurons = engine.Create("iaf_psc_exp", weights.shape[1], own | inside)
    generators = engine.Create("spike_generator", len(weights), [{"spike_times": times[sources == one]} for one in range(len(weights))])
    engine.Connect(generators, neurons, "all_to_all", {"weight": weights.T * p["current_per_weight"], "delay": STEP})
    recorder = engine.Create("spike_recorder")
    engine.Connect(neurons, recorder)
    engine.Simulate(us)
    return np.bincount(np.asarray(recorder.events["senders"]) - min(neurons.tolist()), minlength=weights.shape[1])


def brian2(p: dict[str, float], us: float, times: Any, sources: Any, weights: Any) -> Any:
    import brian2 as b2

    b2.defaultclock.dt = STEP * b2.ms
    equations = """dv/dt = ((E_L - v) / tau_m + I / C_m) : volt (unless refractory)
                   dI/dt = -I / tau_syn : amp"""
    units = {"C_m": b2.pF, "tau_m": b2.ms, "E_L": b2.mV, "V_th": b2.mV, "V_reset": b2.mV, "t_ref": b2.ms, "tau_syn": b2.ms}
    space = {name: p[name] * unit for name, unit in units.items()}
    neurons = b2.NeuronGroup(
        weights.shape[1], equations, threshold="v > V_th", reset="v = V_reset", refractory="t_ref", method="exact", namespace=space
    )
    neurons.v = space["E_L"]
    stimulus = b2.SpikeGeneratorGroup(len(weights), sources, times * b2.ms)
    synapses = b2.Synapses(stimulus, neurons, "weight : amp", on_pre="I_post += weight", namespace=space)
    synapses.connect()
    synapses.weight = weights.ravel() * p["current_per_weight"] * b2.pA
    spikes = b2.SpikeMonitor(neurons, record=False)
    b2.Network(neurons, stimulus, synapses, spikes).run(us * b2.ms)
    return np.asarray(spikes.count)


if __name__ == "__main__":
    given = np.load(sys.argv[2])
    counted = {"nest": nest, "brian2": brian2}[sys.argv[1]](
        json.loads(str(given["parameters"])), float(given["us"]), given["times"], given["sources"], given["weights"]
    )
    print(json.dumps(np.asarray(counted).tolist()))
