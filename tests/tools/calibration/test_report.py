"""The page about calibrations: what it says of every parameter, before and after."""

from pathlib import Path

import numpy as np
import pytest
from matplotlib import image

from hicannx.calibration import report
from hicannx.calibration.errors import CalibrationError
from hicannx.calibration.kinds import KINDS
from hicannx.calibration.making import make
from hicannx.calibration.quantities import quantities
from hicannx.calibration.store import Store
from hicannx.cli import main
from hicannx_sim import VirtualChip

CHIP = VirtualChip(7)


def stored(kind):
    store = Store()
    make(store, KINDS[kind], CHIP)
    return {one.name: one for one in quantities(KINDS[kind], CHIP, store.get(KINDS[kind], CHIP))}


@pytest.mark.parametrize("kind, count", [("spiking", 13), ("spiking2", 13), ("hagen", 11), ("hagen_synin", 3)])
def test_a_calibration_narrows_every_distribution(kind, count):
    found = stored(kind)
    assert len(found) == count
    for one in found.values():
        assert np.std(one.after) < 0.5 * np.std(one.before), one.name
        assert one.before.shape == one.after.shape and one.codes.size in (4, 256, 512, 1024)


def test_targets_are_met():
    for name, one in stored("spiking").items():
        if one.target is not None:
            assert np.median(one.after) == pytest.approx(one.target, rel=0.03, abs=0.5), name


def test_the_page_shows_all_chips_and_failures(tmp_path, capsys):
    assert main(["calibrate", "7", "3", "--kind", "spiking", "--kind", "hagen_synin", "--report", str(tmp_path / "page")]) == 0
    page = (tmp_path / "page" / "index.html").read_text()
    assert str(tmp_path / "page" / "index.html") in capsys.readouterr().out
    assert "chip 7" in page and "chip 3" in page and "time constant of the membrane" in page
    for name in ("spiking", "spiking-failures", "hagen_synin", "hagen_synin-failures"):
        assert f"{name}.png" in page
        picture = image.imread(tmp_path / "page" / f"{name}.png")
        assert picture.shape[1] > 500 and picture.std() > 0.01


def test_where_all_succeed_the_page_says_so(tmp_path):
    assert main(["calibrate", "7", "--kind", "hagen_synin", "--report", str(tmp_path / "page")]) == 0
    assert "Nothing: channels, drivers, quadrants all have codes inside their ranges" in (tmp_path / "page" / "index.html").read_text()
    assert not (tmp_path / "page" / "hagen_synin-failures.png").exists()


def test_without_matplotlib(monkeypatch, tmp_path: Path):
    monkeypatch.setattr(report, "find_spec", lambda name: None)
    with pytest.raises(CalibrationError, match="needs matplotlib"):
        report.write(Store(), [KINDS["spiking"]], [CHIP], tmp_path)
