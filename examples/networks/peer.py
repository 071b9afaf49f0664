"""The same network in NEST, in a process of its own, if there is one."""

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from emulation import Emulation, Spikes
from network import Network, Numbers

DELAY, OUTER_DELAY, STEP = 1.3, 0.2, 0.1
"""us from a neuron's spike, or from an FPGA, to synapses; and step of NEST in ms, of which delays are multiples."""


@dataclass
class Ran:
    """What NEST made of a network, and its processor time for a biological second, and its time by the clock."""

    spikes: Spikes
    seconds: float
    wall: float
    version: str


def python() -> str:
    """The interpreter that is to have NEST."""
    return os.environ.get("PEER_PYTHON", sys.executable)


def is_there() -> bool:
    """Whether it has."""
    return not subprocess.run([python(), "-c", "import nest"], capture_output=True, check=False).returncode


def _delay(us: float, network: Network) -> float:
    return float(max(round(us / network.scale.us_per_ms / STEP), 1) * STEP)


def run(emulation: Emulation, ms: float, times: Numbers | None = None, sources: Numbers | None = None, threads: int = 1) -> Ran:
    """The emulation's neurons, synapses and input in NEST for so many ms."""
    network, placed = emulation.network, np.concatenate([place.synapse for place in emulation.places])
    given = vars(emulation.realised()) | {
        "pre": network.pre[placed],
        "post": network.post[placed],
        "sources": network.sources,
        "refractory": network.cell.refractory,
        "input_times": np.zeros(0) if times is None else times / emulation.cycles_per_ms,
        "input_sources": np.zeros(0, int) if sources is None else sources,
        "delay": _delay(DELAY, network),
        "outer_delay": _delay(OUTER_DELAY, network),
        "ms": ms,
        "seed": 1,
        "threads": threads,
    }
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "given.npz"
        np.savez(path, **given)
        script = Path(__file__).with_name("nest_peer.py")
        done = subprocess.run([python(), str(script), str(path)], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"NEST failed: {done.stderr[-2000:]}")
    said = json.loads(done.stdout.splitlines()[-1])
    spikes = Spikes(np.array(said["times"]), np.array(said["neurons"], np.int64))
    return Ran(spikes, said["run"] / ms * 1000, said["wall"] / ms * 1000, said["version"])
