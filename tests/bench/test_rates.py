"""Rates of the common workload where the circuits are linear: as the exact solution's, and as those of other engines if they are there.

PEER_PYTHON names an interpreter that has them, if this one does not.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import linear
import network as net
import numpy as np
import pytest
import test_network as workload

from hicannx_sim.anncore.core import AnalogCore
from hicannx_sim.base.virtual_chip import VirtualChip

HERE = Path(__file__).parent
US = 400.0


@pytest.fixture(scope="module")
def counted() -> np.ndarray:
    """Spikes of each neuron on a chip without mismatch."""
    core = AnalogCore(VirtualChip(1, "ideal"))
    workload.configure(core, linear.CONFIG, linear.BACKEND, linear.CELLS, linear.DAC)
    core.run(150_000)  # from power-up to rest
    times, sources = linear.inputs(US)
    modes = np.where(sources < net.EXCITATORY, 1, 2)
    core.row_pulses(core.now + np.repeat(np.rint(times * 500).astype(np.int64), 2), np.stack([sources, sources + 256], 1).ravel(), 0, 1.0,
                    np.repeat(modes, 2))  # fmt: skip
    return np.bincount(core.collect(core.now + round(US * 500))["neuron"], minlength=net.NEURONS)


def agree(ours: np.ndarray, theirs: Any) -> None:
    """Mean rate within 1 %, and no neuron far from its own."""
    theirs = np.asarray(theirs)
    assert ours.mean() == pytest.approx(theirs.mean(), rel=0.01)
    assert np.abs(ours - theirs).max() <= 2 and np.corrcoef(ours, theirs)[0, 1] > 0.9


def test_as_the_exact_solution(counted: np.ndarray) -> None:
    assert counted.mean() > 8 and counted.std() > 0.5
    agree(counted, linear.exact(US))


@pytest.mark.parametrize("engine", ["nest", "brian2"])
def test_as_another_engine(engine: str, counted: np.ndarray, tmp_path: Path) -> None:
    python = os.environ.get("PEER_PYTHON", sys.executable)
    if subprocess.run([python, "-c", f"import {engine}"], capture_output=True, check=False).returncode:
        pytest.skip(f"{engine} is not installed")
    times, sources = linear.inputs(US)
    given = {"us": US, "times": times, "sources": sources, "weights": linear.signed_weights()}
    np.savez(tmp_path / "given.npz", parameters=json.dumps(linear.parameters()), **given)
    command = [python, str(HERE / "linear_peer.py"), engine, str(tmp_path / "given.npz")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    agree(counted, json.loads(done.stdout.splitlines()[-1]))
