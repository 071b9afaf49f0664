"""Brian2 (C++ standalone) on the common workload: prints median CPU seconds per biological second and the mean output rate.

Run as a script, so that its import and its compiler stay out of the test process: python brian2_peer.py [biological seconds] [repeats]
"""

import json
import resource
import statistics
import sys
import tempfile

import brian2 as b2
import network as net

EQUATIONS = """
dv/dt = (gL*(EL - v) + gL*DeltaT*exp(clip((v - VT)/DeltaT, -100, 12)) - w + I + bias) / C : volt (unless refractory)
dw/dt = (a*(v - EL) - w) / tau_w : amp
dI/dt = -I / tau_syn : amp
"""
UNITS = {
    "C": b2.pF, "gL": b2.nS, "EL": b2.mV, "VT": b2.mV, "DeltaT": b2.mV, "tau_w": b2.ms, "a": b2.nS, "b": b2.pA, "Vr": b2.mV,
    "tau_syn": b2.ms, "Vpeak": b2.mV, "tref": b2.ms,
}  # fmt: skip
COMPILER = ["-w", "-O3", "-ffast-math", "-fno-finite-math-only", "-march=native", "-std=c++11"]


def user_cpu() -> float:
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime


def main(seconds: float, repeats: int) -> dict[str, float]:
    folder = tempfile.mkdtemp()
    b2.set_device("cpp_standalone", build_on_run=False, directory=folder)
    b2.prefs.codegen.cpp.extra_compile_args_gcc = COMPILER
    b2.defaultclock.dt = net.STEP_MS * b2.ms
    space = {("jump" if name == "b" else name): value * UNITS[name] for name, value in net.ADEX.items()} | {"bias": net.BIAS_PA * b2.pA}
    neurons = b2.NeuronGroup(
        net.NEURONS, EQUATIONS, threshold="v > Vpeak", reset="v = Vr; w += jump", refractory=space["tref"], method="euler", namespace=space
    )
    neurons.v = space["EL"]
    step, source = net.input_spikes(seconds)
    stimulus = b2.SpikeGeneratorGroup(net.SOURCES, source, step * net.STEP_MS * b2.ms, sorted=True)
    synapses = b2.Synapses(stimulus, neurons, "weight : amp", on_pre="I_post += weight", namespace=space)
    synapses.connect()
    synapses.weight = net.weight_currents().ravel() * b2.pA
    spikes = b2.SpikeMonitor(neurons, record=False)
    network = b2.Network(neurons, stimulus, synapses, spikes)
    network.run(seconds * b2.second)
    b2.device.build(directory=folder, compile=True, run=False)
    used = []
    for _ in range(repeats):
        before = user_cpu()
        b2.device.run(folder, with_output=False, run_args=[])
        used.append(user_cpu() - before)
    return {"cpu_per_second": statistics.median(used) / seconds, "rate": float(spikes.num_spikes) / net.NEURONS / seconds}


if __name__ == "__main__":
    print(json.dumps(main(float((sys.argv[1:] or ["5"])[0]), int((sys.argv[2:] or ["3"])[0]))))
