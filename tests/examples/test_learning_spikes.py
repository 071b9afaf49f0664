"""Spiking networks that train: gradients beside differences, the link without noise, and a few batches on a chip."""

import importlib
import sys
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
torch.set_num_threads(1)
pytest.importorskip("tqdm")
FOLDER = Path(__file__).parents[2] / "examples" / "learning"
NAMES = ("in_the_loop", "yinyang", "equaliser")


@pytest.fixture
def examples(monkeypatch):
    monkeypatch.syspath_prepend(str(FOLDER))
    for name in NAMES:
        monkeypatch.delitem(sys.modules, name, raising=False)
    yield {name: importlib.import_module(name) for name in NAMES}
    for name in NAMES:
        sys.modules.pop(name, None)


@pytest.fixture
def loop(examples):
    torch.manual_seed(1)
    return examples["in_the_loop"]


# ---------------------------------------------------------------------------------------------------------------------- formula
@pytest.mark.parametrize("times", [(6.0, 6.0), (12.0, 6.0)])
def test_an_event_lifts_a_membrane_to_one(loop, times):
    shape = loop.Shape(1, 1, 1, 30.0, *times)
    at = torch.linspace(-5, 60, 66001)
    effect, rise = shape.kernel(at)
    assert float(effect.max()) == pytest.approx(1, abs=1e-4) and not effect[at <= 0].any()
    assert torch.allclose((effect[2:] - effect[:-2])[6000:] / (at[2:] - at[:-2])[6000:], rise[1:-1][6000:], atol=2e-3)


@pytest.mark.parametrize("times", [(6.0, 6.0), (12.0, 6.0)])
def test_membranes_of_the_formula_follow_the_kernel(loop, times):
    layers = loop.FormulaLayers(loop.Shape(1, 2, 1, 40.0, *times), gain=0.01)
    given = torch.tensor([[5.0], [torch.inf]])
    found = layers.run(given, torch.tensor([[50.0], [-30.0]]), torch.zeros(1, 2))
    wanted = layers.shape.kernel(torch.arange(41.0) - 5)[0]
    assert torch.allclose(found.voltages[:, 0, 0], 0.5 * wanted, atol=1e-4) and torch.allclose(
        found.voltages[:, 0, 1], -0.3 * wanted, atol=1e-4
    )
    assert not found.voltages[:, 1].any() and not found.spikes.any() and torch.isinf(found.first).all()


def crossing(loop, shape, gain, times, weights):
    """First instants at which the kernels' sum reaches 1, on a fine grid [entry, target]."""
    at = torch.arange(0, shape.runtime, 0.001, dtype=torch.float64)
    voltages = torch.einsum("tbn,on->tbo", shape.kernel(at[:, None, None] - times)[0], weights * gain)
    return torch.where(voltages.amax(0) >= 1, at[(voltages >= 1).int().argmax(0)], torch.inf)


def test_gradients_of_first_spikes_are_those_of_their_instants(loop):
    shape, gain = loop.Shape(6, 1, 1, 40.0, 12.0, 6.0), 0.006
    times = torch.tensor([[1.0, 2.0, 4.0, 5.0, 7.0, 30.0]], dtype=torch.float64, requires_grad=True)
    weights = torch.full((1, 6), 48.0, dtype=torch.float64, requires_grad=True)
    recorded = crossing(loop, shape, gain, times.detach(), weights.detach())
    assert 7 < float(recorded) < 25
    found = loop.first_spikes(shape, gain, times, weights, recorded)
    assert torch.equal(found.detach(), recorded)
    found.sum().backward()
    for parameter, gradient, step in ((weights, weights.grad, 1.0), (times, times.grad, 0.2)):
        for index in range(6):
            moved = [parameter.detach().clone(), parameter.detach().clone()]
            moved[0][0, index] += step
            moved[1][0, index] -= step
            pair = [
                crossing(loop, shape, gain, *((times.detach(), one) if parameter is weights else (one, weights.detach()))) for one in moved
            ]
            assert float(gradient[0, index]) == pytest.approx(float(pair[0] - pair[1]) / (2 * step), rel=0.1, abs=2e-3)
    assert float(weights.grad[0, 5]) == float(times.grad[0, 5]) == 0  # came later


def test_silent_neurons_have_no_gradient_and_disturb_none(loop):
    shape = loop.Shape(2, 2, 1, 40.0)
    weights = torch.full((2, 2), 30.0, requires_grad=True)
    found = loop.first_spikes(shape, 0.006, torch.tensor([[1.0, torch.inf]]), weights, torch.tensor([[torch.inf, 9.0]]))
    found[torch.isfinite(found)].sum().backward()
    assert torch.isinf(found[0, 0]) and torch.isfinite(weights.grad).all()
    assert not weights.grad[0].any() and weights.grad[1, 0] < 0 and weights.grad[1, 1] == 0


def test_surrogate_gives_recorded_values_and_gradients_to_all_weights(loop):
    layers = loop.FormulaLayers(loop.Shape(5, 8, 3, 30.0))
    weights = [torch.full((8, 5), 40.0, requires_grad=True), torch.full((3, 8), 20.0, requires_grad=True)]
    times = 1 + 5 * torch.rand(4, 5)
    recorded = layers.run(times, *weights)
    voltages, spikes = loop.surrogate(layers, times, *weights)
    assert torch.allclose(voltages, recorded.readouts, atol=1e-5) and torch.equal(spikes, recorded.spikes) and spikes.any()
    voltages.amax(0).sum().backward()
    assert all(bool((one.grad != 0).any()) for one in weights)


# ---------------------------------------------------------------------------------------------------------------------- tasks
def test_classes_of_the_disc(examples):
    points = torch.tensor([[0.25, 0.5], [0.75, 0.5], [0.5, 0.9], [0.5, 0.1], [0.4, 0.5], [0.6, 0.55]])
    assert examples["yinyang"].classes_of(points).tolist() == [2, 2, 1, 0, 1, 0]


def test_classes_are_drawn_equally_often(examples):
    task = examples["yinyang"].Task.drawn(300, 2.0, 26.0, seed=1)
    assert task.classes.bincount().tolist() == [100, 100, 100] and task.times.shape == (300, 25)
    assert task.times.min() >= 2 and task.times.max() <= 26 and torch.allclose(task.times[:, 0] + task.times[:, 2], torch.tensor(28.0))


def test_link_without_dispersion_and_noise_gives_squares_of_what_was_sent(examples, monkeypatch):
    equaliser = examples["equaliser"]
    monkeypatch.setattr(equaliser, "LENGTH", 0.0)
    link = equaliser.Link.used(2000, -200.0, seed=1)
    centres = link.samples[:, equaliser.TAPS // 2]
    means = torch.stack([centres[link.symbols == one].mean() for one in range(4)])
    assert (means.diff() > 0).all() and link.errors(equaliser.Linear(link)(link.samples)) == 0


def test_linear_equaliser_and_its_noise(examples):
    equaliser = examples["equaliser"]
    link = equaliser.Link.used(10000, equaliser.TRAINED_AT, seed=1)
    curve = equaliser.measured(equaliser.Linear(link), 10000, lambda line: None)
    assert curve.rates[0] < 2e-3 < curve.rates[3] < 1e-2 < 2 * curve.rates[-1] and -21.5 < curve.bearable < -19.5


@pytest.mark.parametrize("seed", range(5))
def test_bearable_noise_is_where_the_rates_cross_the_limit(examples, seed):
    equaliser = examples["equaliser"]
    exact = 10 ** np.polyval([-0.01, 0.35, 0], np.array(equaliser.NOISE) + 19.3) * equaliser.RATE
    assert equaliser.Curve(list(exact)).bearable == pytest.approx(-19.3, abs=1e-6)
    counted = np.random.default_rng(seed).poisson(exact * 40000) / 40000
    assert equaliser.Curve(list(counted)).bearable == pytest.approx(-19.3, abs=0.4)


@pytest.mark.parametrize("rates", [[0.1] * 6, [0.0] * 6, [1e-3] * 6])
def test_noise_beyond_the_measured_powers_is_not_known(examples, rates):
    assert examples["equaliser"].decibels(examples["equaliser"].Curve(rates).bearable) == "not reached"


# ---------------------------------------------------------------------------------------------------------------------- on a chip
def test_chip_does_what_the_formula_does(loop):
    core = importlib.import_module("_hxtorch_core")
    core.init_hardware()
    try:
        layers = loop.ChipLayers(loop.Shape(10, 16, 3, 30.0))
        assert 0.003 < layers.gain < 0.008
        times = torch.full((4, 10), torch.inf)
        times[:2] = 2 + 4 * torch.rand(2, 10)
        weights = torch.full((16, 10), 12.0), torch.full((3, 16), 10.0)
        quiet = layers.run(times, *weights)
        wanted = loop.FormulaLayers(layers.shape, layers.gain).run(times, *weights)
        assert torch.isinf(quiet.first).all() and (quiet.voltages - wanted.voltages).abs().mean() < 0.05
        loud = layers.run(times, torch.full((16, 10), 60.0), weights[1])
        assert torch.isfinite(loud.first[:2]).all() and torch.isinf(loud.first[2:]).all()
        assert torch.equal(loud.spikes.sum(0) > 0, torch.isfinite(loud.first)) and loud.readouts[:, :2].amax(0).min() > 0.1
    finally:
        core.release_hardware()


@pytest.mark.parametrize(("name", "least"), [("first-spikes", 60), ("surrogate", 45)])
def test_yinyang_is_learned(examples, monkeypatch, tmp_path, capsys, name, least):
    yinyang, found = examples["yinyang"], []
    arguments = ["--epochs", "1", "--samples", "1200" if name == "first-spikes" else "600", "--tests", "100"]
    monkeypatch.setattr(sys, "argv", ["yinyang.py", "--gradients", name, *arguments, "--output", str(tmp_path)])
    train = yinyang.train
    monkeypatch.setattr(yinyang, "train", lambda *given: found.append(train(*given)) or found[-1])
    yinyang.main()
    [training] = found
    assert training.accuracies[-1] > least and (tmp_path / "yinyang.png").exists()
    assert f"{training.accuracies[-1]:.1f} %" in (tmp_path / "yinyang.md").read_text("utf-8")
    assert yinyang.PUBLISHED[name] in capsys.readouterr().out


def test_equaliser_is_learned(examples, monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(examples["equaliser"], "NOISE", (-30.0, -25.0, -20.0))
    arguments = ["--epochs", "6", "--loop", "1", "--symbols", "600", "--tests", "200", "--batch", "20"]
    monkeypatch.setattr(sys, "argv", ["equaliser.py", *arguments, "--output", str(tmp_path)])
    examples["equaliser"].main()
    text = (tmp_path / "equaliser.md").read_text("utf-8")
    assert (tmp_path / "equaliser.png").exists() and "| chip |" in text and "+0.2 dB" in text
    lines = capsys.readouterr().out.splitlines()
    chip = lines[lines.index("chip") :]
    rates = [float(line.split()[-1]) for line in chip if "dB: bit error rate" in line]
    assert len(rates) == 3 and rates[0] < 0.1  # 0.5 by chance
