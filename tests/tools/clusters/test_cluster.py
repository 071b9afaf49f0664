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
LOOKING = Path(__file__).with_name("looking.py")
NETWORKS = Path(__file__).parents[3] / "examples" / "networks" / "__main__.py"
NOT_TOGETHER = {
    "hicannx.system_of(connection, 1)": "leads to a chip in another process",
    "hicannx.Insight(connection).pause()": "pause: chips that are distributed over processes",
    "hicannx.view(connection, 1)": "use one process",
    "hicannx.multichip_of(connection).snapshot()": "its snapshot needs all of them in one",
}
MPIRUN = shutil.which("mpirun", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}")
needs_mpirun = pytest.mark.skipif(MPIRUN is None, reason="there is no mpirun")
SPIN = {"MPIR_CVAR_POLLS_BEFORE_YIELD": "1"}
"""So that more processes than processors get on with each other."""


def run(*command: str, script: Path = SCRIPT, limit: float = 240) -> subprocess.CompletedProcess[str]:
    cluster = [sys.executable, "-m", "hicannx", "cluster", str(script)]
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
def test_chips_can_be_looked_into_wherever_they_are() -> None:
    """What the functions of `hicannx` say of chips is the same for one process, for two, and for more than there are chips."""
    assert MPIRUN is not None
    alone = run("SCRIPT", script=LOOKING)
    assert alone.returncode == 0, alone.stderr
    for processes in ("2", "3"):
        done = run(MPIRUN, "-n", processes, "SCRIPT", script=LOOKING)
        assert (done.returncode, done.stdout) == (0, alone.stdout), done.stderr


@needs_mpirun
def test_a_network_on_two_processes(tmp_path: Path) -> None:
    """The command of the example, with the pictures and the page that it writes."""
    assert MPIRUN is not None
    options = ("random", "--points", "8,0.8", "--ms", "5", "--output", str(tmp_path))
    done = run(MPIRUN, "-n", "2", "SCRIPT", *options, script=NETWORKS)
    assert done.returncode == 0, done.stderr
    page = (tmp_path / "README.md").read_text()
    assert page.strip() == done.stdout.strip() and "| 0 of" in page
    assert (tmp_path / "random_network.png").stat().st_size > 10_000


@needs_mpirun
def test_what_processes_cannot_do_together(tmp_path: Path) -> None:
    """Each says what to do instead, and none waits for another."""
    assert MPIRUN is not None
    script = tmp_path / "script.py"
    for line, said in NOT_TOGETHER.items():
        script.write_text(f"import hicannx\nconnection = hicannx.connect(serial=[7, 8], setup='jboa').__enter__()\n{line}\n")
        done = run(MPIRUN, "-n", "2", "SCRIPT", script=script)
        assert done.returncode != 0 and said in done.stderr, line


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
