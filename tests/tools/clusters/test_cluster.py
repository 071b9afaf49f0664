"""Setups distributed over processes: the same bytes, and an end for all when one dies."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytest.importorskip("mpi4py", reason="several processes need MPI")
SCRIPT = Path(__file__).with_name("coupled.py")
MPIRUN = shutil.which("mpirun", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}")
needs_mpirun = pytest.mark.skipif(MPIRUN is None, reason="there is no mpirun")
SPIN = {"MPIR_CVAR_POLLS_BEFORE_YIELD": "1"}
"""So that more processes than processors get on with each other."""


def run(*command: str, limit: float = 240) -> subprocess.CompletedProcess[str]:
    cluster = [sys.executable, "-m", "hicannx", "cluster", str(SCRIPT)]
    place = command.index("SCRIPT")
    whole = [*command[:place], *cluster, *command[place + 1 :]]
    return subprocess.run(whole, capture_output=True, text=True, timeout=limit, env=os.environ | SPIN)


@pytest.fixture(scope="module")
def alone() -> str:
    done = run("SCRIPT")
    assert done.returncode == 0, done.stderr
    return done.stdout


@needs_mpirun
@pytest.mark.parametrize("processes", [1, 2, 4])
def test_the_same_bytes_for_any_number_of_processes(alone: str, processes: int) -> None:
    assert MPIRUN is not None
    done = run(MPIRUN, "-n", str(processes), "SCRIPT")
    assert (done.returncode, done.stdout) == (0, alone), done.stderr


@needs_mpirun
def test_an_error_in_one_process_is_told_by_all(alone: str) -> None:
    assert MPIRUN is not None
    done = run(MPIRUN, "-n", "2", "SCRIPT", "fail")
    assert done.returncode != 0
    assert "ended with an error in another process" in done.stderr or "omnibus data without an address" in done.stderr
    assert "the script failed in process" in done.stderr


@needs_mpirun
def test_when_a_process_is_killed_the_others_end(alone: str) -> None:
    """Without the launcher's help: it leaves processes alone when one of them dies."""
    assert MPIRUN is not None
    begin = time.monotonic()
    done = run(MPIRUN, "-disable-auto-cleanup", "-n", "2", "SCRIPT", "die")
    died = float(next(line for line in done.stdout.splitlines() if line.startswith("dies at ")).split()[-1])
    assert done.returncode != 0 and "process 1 of the setup has died, and process 0 ends with it" in done.stderr
    assert begin < died and time.monotonic() - died < 5
