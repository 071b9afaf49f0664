"""The published experiments: what they measure is near what was published, and the parameter card follows the tables of numbers."""

import importlib
import sys
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure

from hicannx_sim.base.numbers import number

FOLDER = Path(__file__).parents[2] / "examples" / "published"
FAR = {"inhibitory, weight 288": 0.25, "input at 4, peak after, in 4": 0.25, "input at 4, peak after, in 1": 0.3}
"""How far from the published value, relatively, where it is more than a fifth."""


@pytest.fixture
def example(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.syspath_prepend(str(FOLDER))
    for name in ("result", request.param):
        monkeypatch.delitem(sys.modules, name, raising=False)
    return importlib.import_module(request.param)


@pytest.mark.parametrize("example", ["adex", "chain", "dynamic_range", "plateau", "hagen", "stdp"], indirect=True)
def test_near_the_published_values(example, tmp_path: Path):
    result = example.measure()
    for row in (row for row in result.rows if row.published is not None):
        assert row.measured == pytest.approx(row.published, rel=FAR.get(row.what, 0.2)), row.what
    assert result.table().count("\n") == len(result.rows) + 1
    figure = Figure()
    result.draw(figure)
    figure.savefig(tmp_path / "picture.png")
    assert len(figure.axes) >= 1


def test_the_page_has_the_numbers_of_every_experiment():
    page = (FOLDER.parents[1] / "docs" / "published" / "README.md").read_text("utf-8")
    pictures = {path.stem for path in (FOLDER.parents[1] / "docs" / "published").glob("*.png")}
    assert pictures >= {"adex", "card", "chain", "dynamic_range", "hagen", "plateau", "stdp"}
    assert "| adapting: spikes | 12 | 12 |" in page


@pytest.mark.parametrize("example", ["stdp"], indirect=True)
def test_synapses_tell_the_order_of_pulses(example):
    """The calibration library's hardware test asks for 80 %."""
    orders = [row.measured for row in example.measure().rows if row.what.endswith("synapses in order")]
    assert len(orders) == 2 and min(orders) > 80


@pytest.fixture
def swept(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch):
    """Codes and values of one parameter of the card."""
    monkeypatch.syspath_prepend(str(FOLDER))
    monkeypatch.delitem(sys.modules, "card", raising=False)
    card = importlib.import_module("card")
    (sweep,) = (one for one in card.SWEEPS if one.name == request.param)
    with card.Bench(mode="ideal") as bench:
        return sweep.codes.astype(float), np.array([sweep.measure(bench, int(code)) for code in sweep.codes])


def madc(volts):
    return (volts - number("madc_offset")) / number("madc_lsb")


CAPACITANCE = 67.5 * number("membrane_capacitance_per_code")
LAWS = {
    "leak.v_leak": lambda code: madc(number("leak_offset") + number("leak_slope") * code),
    "reset.v_reset": lambda code: madc(number("reset_offset") + number("reset_slope") * code),
    "threshold.v_threshold": lambda code: madc(number("threshold_offset") + number("threshold_slope") * code),
    "leak.i_bias": lambda code: 1e6 * CAPACITANCE / (number("leak_conductance_per_code") * code),
    "constant_current.i_offset": lambda code: 1e-3 * number("offset_current_per_code") * code / CAPACITANCE,
    "adaptation.v_ref": lambda code: madc(number("adaptation_offset") + number("adaptation_slope") * code),
    "adaptation.i_bias_a": lambda code: number("adaptation_a") / number("adaptation_conductance") * code,
    "adaptation.i_bias_b": lambda code: number("adaptation_jump") * 1.024 / number("madc_lsb") * code,
    "adaptation.i_bias_tau": lambda code: number("adaptation_tau") / code,
}


@pytest.mark.parametrize(("swept", "law"), LAWS.items(), ids=list(LAWS), indirect=["swept"])
def test_codes_follow_their_laws(swept, law):
    codes, values = swept
    assert values == pytest.approx(law(codes), rel=0.06, abs=0.02)


@pytest.mark.parametrize("swept", ["refractory_period.refractory_time"], indirect=True)
def test_a_cycle_of_the_refractory_time_is_8_ns(swept):
    codes, values = swept
    assert values - values[0] == pytest.approx(0.008 * (codes - codes[0]), rel=0.06, abs=0.03)


@pytest.mark.parametrize("swept", ["synapse weight", "excitatory_input.i_bias_gm", "synapse_blocks.i_bias_dac"], indirect=True)
def test_potentials_grow_in_proportion(swept):
    codes, values = swept
    slope = (values @ codes) / (codes @ codes)
    assert values == pytest.approx(slope * codes, rel=0.06, abs=1.5)
