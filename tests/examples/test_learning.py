"""Examples that train: the digits, with few epochs."""

import importlib.util
import sys
from pathlib import Path

import pytest
from matplotlib.figure import Figure

torch = pytest.importorskip("torch")
torch.set_num_threads(1)
pytest.importorskip("sklearn")
ROOT = Path(__file__).parents[2]


@pytest.fixture
def digits(monkeypatch):
    specification = importlib.util.spec_from_file_location("digits", ROOT / "examples" / "learning" / "digits.py")
    module = importlib.util.module_from_spec(specification)
    monkeypatch.setitem(sys.modules, "digits", module)
    specification.loader.exec_module(module)
    return module


def test_kernels_beside_each_other_are_a_convolution(digits):
    images = torch.randn(3, digits.PADDED, digits.PADDED)
    kernels = torch.randn(digits.KERNELS, digits.SIZE, digits.SIZE)
    wanted = torch.nn.functional.conv2d(images.unsqueeze(1), kernels.unsqueeze(1), stride=digits.STRIDE)  # [image, kernel, y, x]
    found = (images.flatten(1) @ digits.beside(kernels)).reshape(3, digits.PLACES, digits.PLACES, digits.KERNELS)
    assert found.permute(0, 3, 1, 2).allclose(wanted, atol=1e-4)


def test_digits_are_learned(digits, monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(sys, "argv", ["digits.py", "--output", str(tmp_path), "--epochs", "4", "--in-the-loop", "1"])
    draw, found = digits.draw, []
    monkeypatch.setattr(digits, "draw", lambda training, network: found.append(training) or draw(training, network))
    digits.main()
    [training] = found
    assert training.formula[-1] > 80 and training.before > 80 and training.chip[-1] > 85
    assert isinstance(draw(training, digits.Network()), Figure) and (tmp_path / "digits.png").exists()
    page = (tmp_path / "digits.md").read_text("utf-8")
    assert f"| after training in the loop, on the chip | {training.chip[-1]:.1f} % |" in page and "98.0 %" in capsys.readouterr().out
