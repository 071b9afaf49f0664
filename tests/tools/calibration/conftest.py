"""A store of its own for every test."""

import pytest


@pytest.fixture(autouse=True)
def store_folder(tmp_path, monkeypatch):
    folder = tmp_path / "calibrations"
    monkeypatch.setenv("HICANNX_CALIBRATIONS", str(folder))
    return folder
