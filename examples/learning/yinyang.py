"""The yin-yang task with spiking neurons on a chip in the loop, by surrogate gradients or by the times of first spikes.

    python examples/learning/yinyang.py [--gradients surrogate first-spikes] [--epochs 12] [--output docs/learning]

Points in a disc belong to yin, yang or the dots. Each coordinate, its complement and a constant are spikes whose times tell the value;
every one of these comes from five sources, because one synapse is too weak. There are 120 hidden neurons and three readouts. The forward
pass runs on the chip.

surrogate      readouts do not spike; the highest voltage decides. Gradients pass recorded voltages and spikes (arXiv 2212.12210).
first-spikes   the readout that spikes first decides. Gradients are those of the instant at which a membrane reaches the threshold
               (Goeltz et al. 2021); whoever is silent too often gets larger weights.

Writes a picture and a table.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import torch
from in_the_loop import ChipLayers, FormulaLayers, Layers, Shape, first_spikes, rounded, surrogate
from matplotlib.figure import Figure
from torch import Tensor
from tqdm import tqdm

import _hxtorch_core as core

HIDDEN, CLASSES, COPIES = 120, 3, 5
TRAINING, TEST, BATCH = 5000, 1000, 50
PUBLISHED = {"surrogate": "no number; 95 % is aimed at", "first-spikes": "95.0 +- 0.9 %"}
"""Measured on the chip: Goeltz et al. 2021. (facts: experiments 1)"""


@dataclass
class Task:
    """Points as times of spikes [sample, source] in us, and their classes 0 to 2."""

    times: Tensor
    classes: Tensor
    points: Tensor

    @classmethod
    def drawn(cls, number: int, early: float, late: float, seed: int) -> Task:
        """All classes equally often."""
        points, classes = drawn_points(number, torch.Generator().manual_seed(seed))
        values = torch.cat([points, 1 - points, torch.zeros(number, 1)], dim=1)
        return cls((early + values * (late - early)).repeat(1, COPIES), classes, points)


def drawn_points(number: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Points [number, 2] within 0 to 1 and their classes."""
    points = torch.rand(60 * number, 2, generator=generator)
    points = points[(points - 0.5).norm(dim=1) < 0.5]
    found = classes_of(points)
    chosen = torch.cat([(found == one).nonzero()[: -(-number // CLASSES), 0] for one in range(CLASSES)])
    chosen = chosen[torch.randperm(len(chosen), generator=generator)[:number]]
    return points[chosen], found[chosen]


def classes_of(points: Tensor) -> Tensor:
    """0: yin, 1: yang, 2: dots of radius 0.1. (Kriener et al. 2022)"""
    left, right = ((points - torch.tensor([x, 0.5])).norm(dim=1) for x in (0.25, 0.75))
    dots = (left < 0.1) | (right < 0.1)
    yang = (right <= 0.1) | ((left > 0.1) & (left <= 0.25)) | ((points[:, 1] > 0.5) & (right > 0.25))
    return torch.where(dots, 2, yang.long())


class Surrogate(torch.nn.Module):
    """Highest voltages decide."""

    SHAPE = Shape(sources=5 * COPIES, hidden=HIDDEN, readouts=CLASSES, runtime=38.0)
    TIMES, RATE = (2.0, 26.0), 0.3

    def __init__(self, layers: Layers) -> None:
        super().__init__()
        self.layers = layers
        self.weights = torch.nn.ParameterList([(torch.randn(HIDDEN, 5) * 13 + 13).repeat(1, COPIES), torch.randn(CLASSES, HIDDEN) * 6.4])

    def forward(self, times: Tensor) -> Tensor:
        """Scores [sample, class]."""
        into_hidden, into_readouts = map(rounded, self.weights)
        return surrogate(self.layers, times, into_hidden, into_readouts)[0].amax(dim=0) * 8

    def after_step(self) -> None:
        """Nothing to be done."""


class FirstSpikes(torch.nn.Module):
    """First spikes decide."""

    SHAPE = Shape(5 * COPIES, HIDDEN, CLASSES, runtime=36.0, membrane=12.0, synapse=6.0, spiking_readouts=True, refractory=30.0)
    TIMES, RATE = (1.0, 13.0), 0.3
    SHARP, BUMP, SILENT = 1.2, 0.2, 0.3
    """Differences of times that scores resolve [us]; how much weights grow after a step in which a neuron is silent this often."""

    def __init__(self, layers: Layers) -> None:
        super().__init__()
        self.layers = layers
        self.weights = torch.nn.ParameterList(
            [(torch.randn(HIDDEN, 5) * 13 + 16).repeat(1, COPIES), torch.randn(CLASSES, HIDDEN) * 20 + 10]
        )
        self.silent = [torch.zeros(HIDDEN), torch.zeros(CLASSES)]

    def forward(self, times: Tensor) -> Tensor:
        """Scores [sample, class]."""
        shape, gain, (into_hidden, into_readouts) = self.layers.shape, self.layers.gain, map(rounded, self.weights)
        recorded = self.layers.run(times, into_hidden, into_readouts)
        self.silent = [torch.isinf(one).float().mean(dim=0) for one in (recorded.first, recorded.readouts_first)]
        hidden = first_spikes(shape, gain, times, into_hidden, recorded.first)
        readouts = first_spikes(shape, gain, hidden, into_readouts, recorded.readouts_first)
        return -readouts.clamp(max=shape.runtime) / self.SHARP

    def after_step(self) -> None:
        """Wakes neurons."""
        with torch.no_grad():
            for weights, silent in zip(self.weights, self.silent, strict=True):
                weights += self.BUMP * (silent > self.SILENT)[:, None]


NETWORKS: dict[str, type[Surrogate] | type[FirstSpikes]] = {"first-spikes": FirstSpikes, "surrogate": Surrogate}


@dataclass
class Training:
    """Accuracies on the test set after each epoch [per cent], processor time of an epoch [s], and what was predicted last."""

    accuracies: list[float] = field(default_factory=list)
    losses: list[float] = field(default_factory=list)
    seconds: float = 0.0
    predicted: Tensor = field(default_factory=lambda: torch.empty(0))


def train(network: Surrogate | FirstSpikes, samples: int, tests: int, epochs: int, note: Callable[[str], None]) -> Training:
    """Adam with a falling rate. note: gets a line after each epoch."""
    data, test = Task.drawn(samples, *network.TIMES, seed=42), Task.drawn(tests, *network.TIMES, seed=41)
    optimiser, found, begin = torch.optim.Adam(network.parameters(), network.RATE), Training(), time.process_time()
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, max(epochs, 1), network.RATE / 20)
    for epoch in range(1, epochs + 1):
        losses = []
        for numbers in tqdm(torch.randperm(samples).split(BATCH), desc=f"epoch {epoch}", leave=False):
            optimiser.zero_grad()
            loss = torch.nn.functional.cross_entropy(network(data.times[numbers]), data.classes[numbers])
            loss.backward()
            optimiser.step()
            network.after_step()
            losses.append(loss.item())
        schedule.step()
        with torch.no_grad():
            found.predicted = torch.cat([network(part).argmax(1) for part in test.times.split(BATCH)])
            for weights in network.weights:
                weights.clamp_(-63, 63)
        found.accuracies.append(float((found.predicted == test.classes).float().mean() * 100))
        found.losses.append(sum(losses) / len(losses))
        found.seconds = (time.process_time() - begin) / epoch
        note(f"epoch {epoch}: loss {found.losses[-1]:.3f}, {found.accuracies[-1]:.1f} % of the test set")
    return found


PAGE = """\
# Yin-yang

Made by `python examples/learning/yinyang.py --epochs {number}`: {training} points for training, {test} for tests, {where}.

| gradients | best epoch | last epoch | published | processor time of an epoch |
| --- | --- | --- | --- | --- |
{rows}

| gradients | correct of the test set after each epoch [%] |
| --- | --- |
{epochs}

![Accuracy over epochs, and what was predicted](yinyang.png)
"""


def page(found: dict[str, Training], samples: int, where: str) -> str:
    """What goes beside the picture."""
    rows = [
        f"| {name} | {max(one.accuracies):.1f} % | {one.accuracies[-1]:.1f} % | {PUBLISHED[name]} | {one.seconds:.0f} s |"
        for name, one in found.items()
    ]
    tests = len(next(iter(found.values())).predicted)
    epochs = [f"| {name} | {', '.join(f'{one:.1f}' for one in training.accuracies)} |" for name, training in found.items()]
    number = len(next(iter(found.values())).accuracies)
    return PAGE.format(number=number, training=samples, test=tests, where=where, rows="\n".join(rows), epochs="\n".join(epochs))


def draw(found: dict[str, Training], points: Tensor) -> Figure:
    """Accuracies over epochs, and test points in the colours of what was predicted."""
    figure = Figure(figsize=(4 + 3.5 * len(found), 3.6), layout="constrained")
    curves, *discs = figure.subplots(1, 1 + len(found))
    for (name, one), disc in zip(found.items(), discs, strict=True):
        curves.plot(range(1, len(one.accuracies) + 1), one.accuracies, label=name)
        disc.scatter(*points[: len(one.predicted)].T, c=one.predicted, s=5, cmap="viridis")
        disc.set(title=name, aspect="equal", xticks=[], yticks=[])
    curves.set(xlabel="epoch", ylabel="correct [%]")
    curves.axhline(95, color="grey", linestyle=":", label="published")
    curves.legend()
    return figure


def main() -> None:
    """Trains, and writes picture and table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gradients", nargs="+", choices=NETWORKS, default=list(NETWORKS))
    parser.add_argument("--epochs", type=int, default=12, metavar="N")
    parser.add_argument("--samples", type=int, default=TRAINING, metavar="N", help="points for training")
    parser.add_argument("--tests", type=int, default=TEST, metavar="N", help="points for tests")
    parser.add_argument("--formula", action="store_true", help="without a chip")
    parser.add_argument("--output", type=Path, default=Path("docs/learning"), metavar="DIR")
    options = parser.parse_args()
    if not options.formula:
        core.init_hardware()
    found = {}
    for name in options.gradients:
        torch.manual_seed(0)
        kind = NETWORKS[name]
        layers = FormulaLayers(kind.SHAPE) if options.formula else ChipLayers(kind.SHAPE)
        print(name)
        found[name] = train(kind(layers), options.samples, options.tests, options.epochs, tqdm.write)
    core.release_hardware()
    options.output.mkdir(parents=True, exist_ok=True)
    where = "without a chip" if options.formula else "on an emulated chip calibrated to the time constants of the neurons"
    text = page(found, options.samples, where)
    draw(found, Task.drawn(options.tests, 0, 1, seed=41).points).savefig(options.output / "yinyang.png", dpi=80)
    (options.output / "yinyang.md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
