"""The scripts that users meet first do what they promise."""

import importlib.util
import re
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[2]


def example(name):
    specification = importlib.util.spec_from_file_location(name, ROOT / "examples" / f"{name}.py")
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@pytest.fixture
def first_light():
    return example("first_light")


def measured(table):
    """Rows of the printed table: name -> (measured, published or None)."""
    rows = re.findall(r"^(\S.*?)\s{2,}(-?[\d.]+)(?: +(-?[\d.]+))?(?: [a-zA-Z/]+)? *$", table, re.MULTILINE)
    return {name: (float(value), float(published) if published else None) for name, value, published in rows}


def test_first_light_without_mismatch_meets_the_published_numbers(first_light, monkeypatch, tmp_path, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HICANNX_MODE", "ideal")
    first_light.main()
    rows = measured(capsys.readouterr().out)
    assert len(rows) == 10
    compared = {name: pair for name, pair in rows.items() if pair[1] is not None and name != "noise"}  # an ideal chip has none
    assert len(compared) == 8
    for name, (value, published) in compared.items():
        assert value == pytest.approx(published, rel=0.1), name
    assert rows["spikes at the host"][0] >= 1


def test_first_light_on_a_typical_chip_draws_its_picture(first_light, monkeypatch, tmp_path, capsys):
    monkeypatch.chdir(tmp_path)
    first_light.main()
    rows = measured(capsys.readouterr().out)
    assert rows["noise"][0] == pytest.approx(1.9, abs=0.8)
    assert rows["rest at v_leak 700"][0] == pytest.approx(375, abs=100)  # mismatch of leak and converter
    assert (tmp_path / "first_light.png").stat().st_size > 20_000


def test_script_of_the_readme(capsys):
    source = re.search(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)[1]
    namespace = {}
    exec(source, namespace)
    times = namespace["program"].spikes.to_numpy()["chip_time"]
    assert 40 < len(times) < 200  # a saw-tooth of some 13 us for 1 ms
    assert np.diff(times).std() < 10
    assert str(times[0]) in capsys.readouterr().out


def test_the_curve_of_the_correlation_sensors(monkeypatch, tmp_path):
    """Causal sensors are as they were calibrated: 1.5 LSB, 30 us; each branch sees one order of the pulses; no two synapses are equal."""
    correlation = example("correlation")
    delays = np.array([-31, -1, 1, 31])
    with correlation.hxcomm.ManagedConnection() as connection:
        stored = correlation.curve(connection, delays)
    causal, acausal = stored.mean(axis=(1, 3)).T
    assert causal[2] == pytest.approx(1.5 * np.exp(-1 / 30), rel=0.1) and acausal[1] == pytest.approx(1.05 * causal[2], rel=0.3)
    assert np.abs([*causal[:2], *acausal[2:]]).max() < 0.02
    assert causal[3] / causal[2] == pytest.approx(np.exp(-1), rel=0.1) and acausal[0] / acausal[1] == pytest.approx(np.exp(-1), rel=0.2)
    spread = [np.percentile(branch, 90) / np.percentile(branch, 10) for branch in (stored[2, :, 0], stored[1, :, 1])]
    assert 1.2 < spread[0] < 1.7 and spread[1] > 2  # the calibration bits of the synapses are for the causal sensors
    correlation.draw(delays, stored, tmp_path / "curve.png")
    assert (tmp_path / "curve.png").stat().st_size > 10_000
