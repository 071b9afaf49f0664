"""Served chips at addresses nobody else uses."""

import itertools
import os

import pytest

_number = itertools.count()


@pytest.fixture(autouse=True)
def no_environment(monkeypatch):
    for name in ("HICANNX_HWDB", "SLURM_HWDB_YAML", "HICANNX_RUN_TIMEOUT"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def address():
    """A loopback address of this test's own; the next three are free, too."""
    process, number = os.getpid(), next(_number)
    return f"127.{64 + process % 128}.{process // 128 % 256}.{1 + 4 * number % 250}"


@pytest.fixture
def serve(address):
    """Serves a System, by default at `address`, until the end of the test."""
    from hicannx_sim.setup.serve import ServedChip

    served = []

    def start(system, ip=address, **options):
        served.append(ServedChip(ip, system, **options))
        served[-1].start()
        return served[-1]

    yield start
    for chip in served:
        chip.stop()
