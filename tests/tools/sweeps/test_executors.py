"""Sweeps on executors that others make: the same table as from processes of this machine, and what is lost is done again."""

import os
import shutil
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from hicannx import sweep

HERE = Path(__file__).parent
GRID = {"v_leak": [500, 600, 700, 800], "current": [0, 100, 200, 300]}
MPIRUN = shutil.which("mpirun", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}")
needs_mpirun = pytest.mark.skipif(MPIRUN is None, reason="there is no mpirun")


@pytest.fixture(scope="module")
def experiments():
    """The module with experiments, here and in workers."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(HERE))
        patch.setenv("PYTHONPATH", str(HERE), prepend=os.pathsep)
        import experiments

        yield experiments


@pytest.fixture(scope="module")
def expected(experiments):
    return table(sweep(experiments.shifted, GRID, chips=[3, 4], workers=2))


def table(results):
    return [(one.point, one.value, one.chip, one.seed) for one in results]


@pytest.mark.parametrize("workers", [1, 4])
def test_processes(experiments, expected, workers):
    assert table(sweep(experiments.shifted, GRID, chips=[3, 4], workers=workers)) == expected
    assert len({value["first"] for _, value, _, _ in expected}) > 4


@pytest.fixture
def dask():
    """dask(workers): an executor with so many processes."""
    distributed = pytest.importorskip("distributed")
    with ExitStack() as open_ones:

        def executor(workers):
            cluster = distributed.LocalCluster(workers, threads_per_worker=1, dashboard_address=None, protocol="tcp")
            return open_ones.enter_context(distributed.Client(open_ones.enter_context(cluster))).get_executor()

        yield executor


@pytest.mark.parametrize("workers", [1, 2, 4])
def test_dask(experiments, expected, dask, workers):
    assert table(sweep(experiments.shifted, GRID, chips=[3, 4], executor=dask(workers))) == expected


def test_dask_does_again_what_a_killed_worker_had(experiments, dask, tmp_path):
    results = sweep(experiments.dies_once, {"x": range(6), "folder": [str(tmp_path)]}, executor=dask(2))
    assert results.values == list(range(6)) and (tmp_path / "died").exists()


def over_mpi(processes, *arguments):
    pytest.importorskip("mpi4py")
    command = [MPIRUN, "-n", str(processes), sys.executable, "-m", "mpi4py.futures", str(HERE / "with_mpi.py"), *arguments]
    around = os.environ | {"MPIR_CVAR_POLLS_BEFORE_YIELD": "1"}
    return subprocess.run(command, capture_output=True, text=True, timeout=300, env=around, check=False)


@needs_mpirun
@pytest.mark.parametrize("processes", [2, 3, 5])
def test_mpi(expected, processes):
    """One of them gives the points to the others."""
    done = over_mpi(processes)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == repr(expected)


@needs_mpirun
def test_mpi_goes_on_with_what_was_finished_before_a_worker_was_killed(experiments, tmp_path):
    """Its end is the end of all; the point that it had is done again, and those before it are not."""
    store = tmp_path / "store"
    assert over_mpi(2, str(tmp_path), str(store)).returncode != 0 and (tmp_path / "died").exists()
    before = len(list(tmp_path.glob("point-*")))
    done = over_mpi(2, str(tmp_path), str(store))
    assert (done.returncode, done.stdout.strip()) == (0, "[0, 1, 2, 3, 4, 5]"), done.stderr
    assert before >= 3 and len(list(tmp_path.glob("point-*"))) == 6, "each was finished once"
