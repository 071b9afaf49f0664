"""The cortical microcircuit on 61 chips, 7713 neurons and 3 million synapses: seconds for a biological second, with NEST's beside them."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

NETWORKS = Path(__file__).parents[2] / "examples" / "networks"
MS = 1000.0


@pytest.mark.benchmark(group="the cortical microcircuit, by the clock")
def test_on_two_processes(benchmark, tmp_path):
    """The documented command. `a second [s]` is without setting up."""
    pytest.importorskip("mpi4py")
    launcher = shutil.which("mpirun") or pytest.skip("there is no mpirun")
    script = [str(NETWORKS / "__main__.py"), "microcircuit", "--ms", str(MS), "--output", str(tmp_path)]
    command = [launcher, "-n", "2", sys.executable, "-m", "hicannx", "cluster", *script]
    said = benchmark.pedantic(lambda: subprocess.run(command, check=True, capture_output=True, text=True, env=os.environ).stdout, rounds=3)
    found = re.search(r"a second took (\S+) s, in 2 processes", said)
    assert found is not None and " | 0 of " in said
    benchmark.extra_info["a second [s]"] = float(found[1])


@pytest.mark.benchmark(group="the cortical microcircuit, by the clock")
def test_in_this_process_beside_nest(benchmark, scripts_in):
    """NEST with one thread and with two, if PEER_PYTHON names an interpreter that has it."""
    scripts_in(NETWORKS)
    import emulation
    import mapper
    import microcircuit
    import peer

    network = microcircuit.network()
    with emulation.Emulation(network, mapper.place(network)) as chips:
        chips.boot()
        benchmark.pedantic(chips.run, (MS,), rounds=3)
        benchmark.extra_info["a second [s]"] = round(chips.wall / MS * 1000, 2)
        for threads in (1, 2) if peer.is_there() else ():
            ran = peer.run(chips, MS, threads=threads)
            benchmark.extra_info[f"NEST {ran.version}, {threads} threads: a second [s]"] = round(ran.wall, 2)
