"""The examples for the PPUs do what they promise."""

import importlib
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from hicannx.ppu import CompilerNotFoundError, find_compiler

FOLDER = Path(__file__).parents[2] / "examples" / "ppu"


@pytest.fixture
def example(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ModuleType:
    """The script that a test asks for, to be run in a folder of its own."""
    try:
        find_compiler()
    except CompilerNotFoundError as error:
        pytest.skip(str(error))
    monkeypatch.syspath_prepend(str(FOLDER))
    monkeypatch.chdir(tmp_path)
    monkeypatch.delitem(sys.modules, request.param, raising=False)
    return importlib.import_module(request.param)


@pytest.mark.parametrize("example", ["hello"], indirect=True)
def test_hello(example: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    example.main()
    lines = capsys.readouterr().out.splitlines()
    assert [line.partition(" PPU")[0] for line in lines if line.startswith("Hello")] == ["Hello from the top", "Hello from the bottom"]
    assert lines.count("return code 0") == 2


@pytest.mark.parametrize("example", ["homeostasis"], indirect=True)
def test_every_neuron_comes_to_fire_at_the_target_rate(example: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    spikes, weights = example.main()
    first, last = spikes[0].astype(float), example.settled(spikes)
    assert spikes.shape == (example.EPOCHS, 256)
    assert first.std() > 8 and (first < example.TARGET / 2).any() and (first > 2 * example.TARGET).any()  # no two weights are equal
    assert np.abs(last - example.TARGET).max() < 0.15 * example.TARGET  # 13 epochs of 20 spikes: 6 % by chance alone
    assert last.mean() == pytest.approx(example.TARGET, rel=0.02)
    assert weights.shape == (2, 8, 256)
    change = np.diff(weights.mean(axis=1), axis=0)[0]
    assert change[first > 40].max() < 0 < change[first < 10].min()
    assert Path("homeostasis.png").stat().st_size > 20_000
    said = capsys.readouterr()
    assert "epoch 30: " in said.out and "hicannx: " not in said.err  # nothing to explain


@pytest.mark.parametrize("example", ["recorder"], indirect=True)
def test_recording_at_fixed_times(example: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    times, membranes, weights = example.main()
    assert "hicannx: " not in capsys.readouterr().err
    assert membranes.shape == weights.shape == (example.SAMPLES, 256)
    assert times[0] == pytest.approx(example.START, abs=0.5)
    assert np.abs(np.diff(times) - example.PERIOD).max() <= 0.1  # the interrupt comes at the end of an instruction
    before, after = times < example.CHANGE - example.PERIOD, times > example.CHANGE + example.PERIOD
    assert (weights[before] == 20).all() and (weights[after] == np.arange(256) // 4).all()
    spread = membranes.std(axis=1)
    assert spread[: example.RESET_AT].min() > 2 * spread[example.RESET_AT + 2]  # all together after the reset, and only then
    assert spread[-20:].min() > 2 * spread[example.RESET_AT + 2]
    assert Path("recorder.png").stat().st_size > 20_000
