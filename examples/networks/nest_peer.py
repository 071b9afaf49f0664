"""A network in NEST, with the neurons and synapses that chips have: rates and times as JSON.

Run by `python examples/networks`, with the interpreter that PEER_PYTHON names if this one has no NEST:

    python examples/networks/nest_peer.py given.npz
"""

import json
import sys
import time
from itertools import pairwise
from typing import Any

import nest
import numpy as np

STEP, CAPACITANCE = 0.1, 250.0
NAMES = {
    "rest": "E_L",
    "reset": "V_reset",
    "threshold": "V_th",
    "tau_m": "tau_m",
    "tau_excitatory": "tau_syn_ex",
    "tau_inhibitory": "tau_syn_in",
}
"""Ours, and NEST's."""


def main(path: str) -> dict[str, object]:
    """`path`: arrays of an Emulation, see peer.py."""
    given = dict(np.load(path))
    nest.ResetKernel()
    nest.resolution, nest.local_num_threads, nest.rng_seed = STEP, int(given["threads"]), 1 + int(given["seed"])
    begin = time.process_time()
    cells = neurons(given)
    cells.V_m = given["rest"]
    connect(given)
    recorder = nest.Create("spike_recorder")
    nest.Connect(cells, recorder)
    built, clock = time.process_time(), time.perf_counter()
    nest.Simulate(float(given["ms"]))
    ran, wall = time.process_time(), time.perf_counter() - clock
    events = recorder.events
    return {
        "times": np.asarray(events["times"]).round(1).tolist(),
        "neurons": (np.asarray(events["senders"]) - 1).tolist(),
        "build": built - begin,
        "run": ran - built,
        "wall": wall,
        "version": nest.__version__,
    }


def neurons(given: dict[str, np.ndarray]) -> Any:
    """One for each of the network; they come first."""
    values = {theirs: given[ours] for ours, theirs in NAMES.items()}
    return nest.Create("iaf_psc_exp", len(given["rest"]), values | {"C_m": CAPACITANCE, "t_ref": float(given["refractory"])})


def connect(given: dict[str, np.ndarray]) -> None:
    """Synapses, and sources, which come right after the neurons and send what the FPGAs sent."""
    n, sources = len(given["rest"]), int(given["sources"])
    if sources > n:
        generators = nest.Create("spike_generator", sources - n)
        order = np.argsort(given["input_sources"], kind="stable")
        bounds = np.searchsorted(given["input_sources"][order], np.arange(n, sources + 1))
        times = np.maximum(np.rint(given["input_times"][order] / STEP), 1) * STEP
        generators.set([{"spike_times": np.sort(times[a:b]), "allow_offgrid_times": True} for a, b in pairwise(bounds)])
    weights = given["amplitude"] * CAPACITANCE
    delays = np.where(given["pre"] < n, float(given["delay"]), float(given["outer_delay"]))
    nest.Connect(given["pre"] + 1, given["post"] + 1, "one_to_one", {"weight": weights, "delay": delays, "synapse_model": "static_synapse"})


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1])))
