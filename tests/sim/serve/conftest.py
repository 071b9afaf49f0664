"""Served chips are not to be found by what the environment says."""

import pytest


@pytest.fixture(autouse=True)
def no_environment(monkeypatch):
    for name in ("HICANNX_HWDB", "SLURM_HWDB_YAML", "HICANNX_RUN_TIMEOUT"):
        monkeypatch.delenv(name, raising=False)
