"""Handwritten digits with matrix products on the chip: trained on a formula for the chip, then with the chip in the loop.

    python examples/learning/digits.py [--output docs/learning] [--epochs 60] [--in-the-loop 10]

The network is that of the published experiment with MNIST (Weis et al. 2020: convolution, two dense layers, no biases, 5-bit activations,
6-bit weights with a sign, 8-bit results) on scikit-learn's digits of 8 x 8 pixels: 16 kernels of 4 x 4 at 16 places, 128 hidden units, 10
classes. All places of the kernels stand beside each other in one matrix of 100 x 256, so that a whole convolution is one product.

Gradients are those of a linear product with the measured gain, whoever has computed the forward pass. Writes a picture and a table.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import torch
from matplotlib.figure import Figure
from sklearn.datasets import load_digits
from torch import Tensor

import _hxtorch_core as core
import _hxtorch_perceptron as hx
from _hxtorch_perceptron import constants

KERNELS, SIZE, STRIDE, PADDED, PLACES = 16, 4, 2, 10, 4
HIDDEN, CLASSES = 128, 10
SENDS, SHIFTS = (8, 6, 10), (2, 2)
"""How often each layer sends its vectors, and bits that its results lose on their way to the next one."""
TEST, BATCH = 360, 50
PUBLISHED = 98.0
"""Per cent of MNIST's test set, after training in the loop. (facts: experiments 1)"""


class Network(torch.nn.Module):
    """The three layers, weights in units of the chip's, -63 to 63. `mock`: computed by the formula."""

    def __init__(self, mock: bool = True) -> None:
        super().__init__()
        shapes = (KERNELS, SIZE, SIZE), (PLACES**2 * KERNELS, HIDDEN), (HIDDEN, CLASSES)
        self.weights = torch.nn.ParameterList(torch.randn(shape) * 10 for shape in shapes)
        self.mock = mock

    def matrices(self) -> list[Tensor]:
        """What stands on the chip."""
        kernels, *dense = (weight.clamp(-constants.synaptic_weight_max, constants.synaptic_weight_max) for weight in self.weights)
        return [beside(kernels), *dense]

    def forward(self, images: Tensor) -> Tensor:
        values = images
        for number, (matrix, sends) in enumerate(zip(self.matrices(), SENDS, strict=True)):
            if number:
                values = hx.converting_relu(values, SHIFTS[number - 1], self.mock)
            values = hx.matmul(values, matrix, sends, mock=self.mock)
        return values


def beside(kernels: Tensor) -> Tensor:
    """All kernels at all places as one matrix [pixel, place and kernel]."""
    pixels = torch.arange(PADDED**2).reshape(1, 1, PADDED, PADDED).float()
    places = torch.nn.functional.unfold(pixels, SIZE, stride=STRIDE)[0].long()  # [pixel of the kernel, place]
    made = torch.zeros(PADDED**2, PLACES**2, KERNELS)
    made = made.index_put((places, torch.arange(PLACES**2).expand_as(places)), kernels.flatten(1).t().unsqueeze(1))
    return made.flatten(1)


@dataclass
class Data:
    """Images as activations 0 to 31, [image, pixel], and what they show."""

    images: Tensor
    classes: Tensor

    @classmethod
    def digits(cls) -> tuple[Data, Data]:
        """For training, and for tests."""
        pixels, classes = load_digits(return_X_y=True)
        scaled = torch.tensor(pixels).reshape(-1, 8, 8).float() / 16 * constants.input_activation_max
        made = cls(torch.nn.functional.pad(scaled, (1, 1, 1, 1)).flatten(1).round(), torch.tensor(classes))
        order = torch.randperm(len(pixels))
        return made.part(order[TEST:]), made.part(order[:TEST])

    def part(self, numbers: Tensor) -> Data:
        """Some of the images."""
        return Data(self.images[numbers], self.classes[numbers])

    def accuracy(self, network: Network) -> float:
        """Per cent."""
        with torch.no_grad():
            return float((network(self.images).argmax(1) == self.classes).float().mean() * 100)


@dataclass
class Training:
    """Accuracies on the test set [per cent]: after each epoch with the formula, and with the chip; the first one before any."""

    formula: list[float] = field(default_factory=list)
    before: float = 0.0
    chip: list[float] = field(default_factory=list)
    back: float = 0.0
    parameter: hx.MockParameter = field(default_factory=hx.MockParameter)
    seconds: float = 0.0


def train(network: Network, data: Data, test: Data, epochs: int, rate: float, note: Callable[[float], None]) -> None:
    """Adam with a falling rate and decaying weights. note: gets the accuracy after each epoch."""
    optimiser = torch.optim.AdamW(network.parameters(), rate, weight_decay=0.005)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, max(epochs, 1))
    for _ in range(epochs):
        for numbers in torch.randperm(len(data.images)).split(BATCH):
            batch = data.part(numbers)
            optimiser.zero_grad()
            torch.nn.functional.cross_entropy(network(batch.images) / 8, batch.classes).backward()
            optimiser.step()
        schedule.step()
        note(test.accuracy(network))


def experiment(epochs: int, in_the_loop: int) -> tuple[Training, Network]:
    """First the formula with the chip's own gain and noise, then the chip."""
    torch.manual_seed(0)
    data, test = Data.digits()
    network, found = Network(), Training()
    core.init_hardware(ann=True)
    found.parameter = hx.measure_mock_parameter()
    hx.set_mock_parameter(found.parameter)
    train(network, data, test, epochs, 0.5, found.formula.append)
    network.mock = False
    found.before, begin = test.accuracy(network), time.process_time()
    train(network, data, test, in_the_loop, 0.2, found.chip.append)
    found.seconds = (time.process_time() - begin) / max(in_the_loop, 1)
    core.release_hardware()
    network.mock = True
    found.back = test.accuracy(network)
    return found, network


def table(found: Training) -> str:
    """Markdown."""
    rows = [
        ("trained and tested with the formula", found.formula[-1]),
        ("the same weights on the chip", found.before),
        ("after training in the loop, on the chip", found.chip[-1]),
        ("the same weights with the formula", found.back),
    ]
    lines = ["| | correct of the test set |", "| --- | --- |", *(f"| {what} | {value:.1f} % |" for what, value in rows)]
    return "\n".join([*lines, f"| published: MNIST on the chip after training in the loop | {PUBLISHED:.1f} % |"])


def page(found: Training) -> str:
    """What goes beside the picture."""
    parameter = found.parameter
    return f"""\
# Digits

Made by `python examples/learning/digits.py`: scikit-learn's digits, a convolution and two dense layers as matrix products on an emulated
chip after the default calibration. Measured there: gain {parameter.gain:.4f} LSB for each unit of activation times weight, noise
{parameter.noise_std:.1f} LSB. {TEST} images are tested, so one image is {100 / TEST:.1f} %.

{table(found)}

![Accuracy](digits.png)

An epoch with the chip in the loop takes {found.seconds:.0f} s of processor time.
"""


def draw(found: Training, network: Network) -> Figure:
    """Accuracy over epochs, and the kernels."""
    figure = Figure(figsize=(10, 4), layout="constrained")
    curves, kernels = figure.subplots(1, 2, width_ratios=(2, 1))
    before = len(found.formula)
    curves.plot(range(1, before + 1), found.formula, label="formula")
    curves.plot(range(before, before + len(found.chip) + 1), [found.before, *found.chip], "o-", label="chip in the loop")
    curves.set(xlabel="epoch", ylabel="correct [%]", ylim=(80, 100))
    curves.legend()
    shown = network.weights[0].detach().reshape(4, 4, SIZE, SIZE).permute(0, 2, 1, 3).reshape(4 * SIZE, 4 * SIZE).numpy()
    image = kernels.imshow(shown, cmap="RdBu_r", vmin=-63, vmax=63)
    kernels.set(title="kernels", xticks=[], yticks=[])
    figure.colorbar(image, ax=kernels, label="weight")
    return figure


def main() -> None:
    """Trains, and writes picture and table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", type=Path, default=Path("docs/learning"), metavar="DIR")
    parser.add_argument("--epochs", type=int, default=60, metavar="N", help="with the formula")
    parser.add_argument("--in-the-loop", type=int, default=10, metavar="N", help="epochs with the chip")
    options = parser.parse_args()
    found, network = experiment(options.epochs, options.in_the_loop)
    options.output.mkdir(parents=True, exist_ok=True)
    draw(found, network).savefig(options.output / "digits.png", dpi=80)
    (options.output / "digits.md").write_text(page(found), encoding="utf-8")
    print(table(found))


if __name__ == "__main__":
    main()
