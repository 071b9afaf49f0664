"""Sweeps on executors that others make: the same table as from processes of this machine, and what is lost is done again."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from hicannx import sweep

HERE = Path(__file__).parent
GRID = {"v_leak": [500, 600, 700, 800], "current": [0, 100, 200, 300]}
MPIRUN = shutil.which("mpirun", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}")


@pytest.fixture(scope="module")
def experiments():
    """The module with experiments, here and in workers."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(HERE))
        patch.setenv("PYTHONPATH", str(HERE))
        import experiments

        yield experiments


@pytest.fixture(scope="module")
def expected(experiments):
    return table(sweep(experiments.shifted, GRID, chips=[3, 4], workers=2))


def table(results):
    return [(one.point, one.value, one.chip, one.seed) for one in results]


@pytest.mark.parametrize("workers", [1, 3])
def test_processes(experiments, expected, workers):
    assert table(sweep(experiments.shifted, GRID, chips=[3, 4], workers=workers)) == expected
    assert len({value["first"] for _, value, _, _ in expected}) > 4


@pytest.fixture(scope="module")
def dask():
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(2, threads_per_worker=1, dashboard_address=None, protocol="tcp") as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client


def test_dask(experiments, expected, dask):
    assert table(sweep(experiments.shifted, GRID, chips=[3, 4], executor=dask.get_executor())) == expected


def test_dask_does_again_what_a_killed_worker_had(experiments, dask, tmp_path):
    results = sweep(experiments.dies_once, {"x": range(6), "folder": [str(tmp_path)]}, executor=dask.get_executor())
    assert results.values == list(range(6)) and (tmp_path / "died").exists()


@pytest.mark.skipif(MPIRUN is None, reason="there is no mpirun")
@pytest.mark.parametrize("processes", [2, 3])
def test_mpi(expected, processes):
    pytest.importorskip("mpi4py")
    command = [MPIRUN, "-n", str(processes), sys.executable, "-m", "mpi4py.futures", str(HERE / "with_mpi.py")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, env=os.environ | {"MPIR_CVAR_POLLS_BEFORE_YIELD": "1"})
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == repr(expected)
