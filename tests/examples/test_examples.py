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
    """Means over 1024 synapses are those of the equations; each branch sees one order of the pulses, less of it the longer the delay."""
    correlation = example("correlation")
    delays = np.array([-10, -1, 1, 10])
    with correlation.hxcomm.ManagedConnection() as connection:
        stored = correlation.curve(connection, delays)
    causal, acausal = stored.mean(axis=(1, 3)).T
    assert causal[2] == pytest.approx(0.5 * np.exp(-1 / 5), rel=0.15) and acausal[1] == pytest.approx(1.05 * causal[2], rel=0.1)
    assert np.abs([*causal[:2], *acausal[2:]]).max() < 0.02
    assert 0.1 < causal[3] / causal[2] < 0.25 and 0.1 < acausal[0] / acausal[1] < 0.25  # exp(-9 / 5) = 0.17
    assert np.percentile(stored[2, :, 0], 90) > 1.5 * np.percentile(stored[2, :, 0], 10)  # no two synapses are equal
    correlation.draw(delays, stored, tmp_path / "curve.png")
    assert (tmp_path / "curve.png").stat().st_size > 10_000
