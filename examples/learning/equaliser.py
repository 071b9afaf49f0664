"""An optical link whose receiver is a spiking network: PAM4 symbols from samples that a fibre has mixed, on a chip in the loop.

    python examples/learning/equaliser.py [--epochs 40] [--loop 4] [--output docs/learning]

The link (facts: experiments 5): four levels, 112 GBd, 4 km of fibre at 1270 nm with -5 ps/nm/km, a photodiode that sees the square of the
field, noise, root-raised-cosine filters at both ends. Seven samples around a symbol each become spikes of ten sources; a source spikes the
earlier the nearer the sample is to its own value. There are 40 hidden neurons, and the highest voltage of four readouts decides.

The network learns as a formula; from there it goes on for as long as a formula and on the chip. What counts is the distance in dB of noise
between both at a bit error rate of 2e-3, and that of a linear equaliser. Writes a picture and a table.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from math import pi
from pathlib import Path

import numpy as np
import torch
from in_the_loop import ChipLayers, FormulaLayers, Layers, Shape, rounded, surrogate
from matplotlib.figure import Figure
from torch import Tensor
from tqdm import tqdm

import _hxtorch_core as core

LEVELS = torch.tensor([-3.0, -1.0, 1.0, 3.0])
BITS = torch.tensor([[0, 0], [0, 1], [1, 1], [1, 0]])
"""Of the four levels: neighbours differ in one."""
BAUD, OVERSAMPLING, ROLL_OFF, BIAS = 112e9, 3, 0.2, 2.25
WAVELENGTH, DISPERSION, LENGTH, LIGHT = 1270e-9, -5e-6, 4e3, 299792458.0
TAPS, REFERENCES = 7, 10
RATE = 2e-3
"""Bit error rate at which noise is compared: what forward error correction still mends."""
PUBLISHED = {"linear": 1.5, "chip": 0.2}
"""dB less noise than the network as a formula bears. (facts: experiments 1)"""
TRAINED_AT = -20.0
NOISE = (-22.0, -21.0, -20.0, -19.0, -18.0, -17.0)


def nyquist(number: int) -> Tensor:
    """Root-raised-cosine filter that leaves what is constant as it is, in the order of the Fourier transform."""
    frequency = torch.fft.fftfreq(number).abs() * OVERSAMPLING
    edge = ((frequency - (1 - ROLL_OFF) / 2) / ROLL_OFF).clamp(0, 1)
    return (edge * pi / 2).cos()


def fibre(number: int) -> Tensor:
    """Chromatic dispersion, in the order of the Fourier transform."""
    frequency = torch.fft.fftfreq(number, dtype=torch.float64) * OVERSAMPLING * BAUD
    phase = pi * WAVELENGTH**2 * DISPERSION * LENGTH / LIGHT * frequency**2
    return torch.polar(torch.ones_like(phase), phase).to(torch.complex64)


def received(symbols: Tensor, noise: float, generator: torch.Generator) -> Tensor:
    """Samples around each symbol [symbol, tap]. noise: its power [dB]."""
    field = torch.zeros(len(symbols) * OVERSAMPLING)
    field[::OVERSAMPLING] = LEVELS[symbols]
    sent = torch.fft.ifft(torch.fft.fft(field) * nyquist(len(field))).real + BIAS
    sent = sent / sent.square().mean().sqrt()
    seen = torch.fft.ifft(torch.fft.fft(sent) * fibre(len(sent))).abs().square()
    seen = seen + 10 ** (noise / 20) * torch.randn(seen.shape, generator=generator)
    samples = torch.fft.ifft(torch.fft.fft(seen) * nyquist(len(seen))).real[::OVERSAMPLING]
    return torch.stack([samples.roll(tap - TAPS // 2) for tap in range(TAPS)], dim=1)


@dataclass
class Link:
    """What was sent, and what arrived."""

    symbols: Tensor
    samples: Tensor

    @classmethod
    def used(cls, number: int, noise: float, seed: int) -> Link:
        generator = torch.Generator().manual_seed(seed)
        symbols = torch.randint(len(LEVELS), (number,), generator=generator)
        return cls(symbols, received(symbols, noise, generator))

    def errors(self, decided: Tensor) -> float:
        """Bit error rate."""
        return float((BITS[decided] != BITS[self.symbols]).float().mean())


class Linear:
    """A linear equaliser: least squares, and the level whose normal distribution gives its result most likely."""

    def __init__(self, link: Link) -> None:
        solution = torch.linalg.lstsq(self._inputs(link.samples), LEVELS[link.symbols][:, None])
        self.weights = solution.solution[:, 0]
        results = [self._inputs(link.samples[link.symbols == level]) @ self.weights for level in range(len(LEVELS))]
        self.levels = torch.distributions.Normal(torch.stack([one.mean() for one in results]), torch.stack([one.std() for one in results]))

    def __call__(self, samples: Tensor) -> Tensor:
        likelihoods: Tensor = self.levels.log_prob((self._inputs(samples) @ self.weights)[:, None])
        return likelihoods.argmax(dim=1)

    @staticmethod
    def _inputs(samples: Tensor) -> Tensor:
        return torch.cat([samples, torch.ones(len(samples), 1)], dim=1)


class Network(torch.nn.Module):
    """The demapper."""

    SHAPE = Shape(sources=TAPS * REFERENCES, hidden=40, readouts=len(LEVELS), runtime=30.0)
    EARLY, SLOPE, LATE = 1.0, 40.0, 18.0
    """The spike of a sample at its source's own value, what distances cost, and from when on a source stays silent [us]."""
    LEARNING, AFTERWARDS = 0.5, 0.15
    """Rates at the begin of training, and where that goes on in the loop [weights]."""

    def __init__(self, layers: Layers, link: Link) -> None:
        super().__init__()
        self.layers = layers
        low, high = link.samples.quantile(0.002), link.samples.quantile(0.998)
        self.scale = float(low), float(high - low)
        hidden = self.SHAPE.hidden
        self.weights = torch.nn.ParameterList([torch.randn(hidden, self.SHAPE.sources) * 14 + 4, torch.randn(len(LEVELS), hidden) * 8])

    def encoded(self, samples: Tensor) -> Tensor:
        """Times of spikes [symbol, source] in us."""
        values = (samples - self.scale[0]) / self.scale[1]
        distances = (values[:, :, None] - torch.linspace(0, 1, REFERENCES)).abs().flatten(1)
        times = self.EARLY + self.SLOPE * distances
        return torch.where(times < self.LATE, times, torch.inf)

    def forward(self, samples: Tensor) -> Tensor:
        """Scores [symbol, level]."""
        into_hidden, into_readouts = map(rounded, self.weights)
        return surrogate(self.layers, self.encoded(samples), into_hidden, into_readouts)[0].amax(dim=0) * 10

    def __call__(self, samples: Tensor) -> Tensor:
        scores: Tensor = super().__call__(samples)
        return scores

    def decided(self, samples: Tensor, batch: int = 500) -> Tensor:
        """Levels."""
        with torch.no_grad():
            return torch.cat([self(part).argmax(dim=1) for part in samples.split(batch)])


def train(network: Network, epochs: int, rate: float, options: argparse.Namespace, note: Callable[[str], None]) -> float:
    """Adam with a falling rate, other symbols in each epoch. Returns the processor time of an epoch [s]."""
    optimiser, begin = torch.optim.Adam(network.parameters(), rate), time.process_time()
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, max(epochs, 1), rate / 20)
    for epoch in range(1, epochs + 1):
        losses, wrong, link = [], [], Link.used(options.symbols, TRAINED_AT, seed=1000 + epoch)
        for numbers in tqdm(torch.randperm(len(link.symbols)).split(options.batch), desc=f"epoch {epoch}", leave=False):
            optimiser.zero_grad()
            scores = network(link.samples[numbers])
            loss = torch.nn.functional.cross_entropy(scores, link.symbols[numbers])
            loss.backward()
            optimiser.step()
            losses.append(loss.item())
            wrong.append(Link(link.symbols[numbers], scores).errors(scores.argmax(dim=1)))
        schedule.step()
        note(f"epoch {epoch}: loss {np.mean(losses):.3f}, bit error rate {np.mean(wrong):.1e}")
    return (time.process_time() - begin) / max(epochs, 1)


@dataclass
class Curve:
    """Bit error rates at `NOISE`."""

    rates: list[float] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def bearable(self) -> float:
        """Noise at which the bit error rate is `RATE` [dB], on a parabola through the logarithms of all rates; nan beyond `NOISE`.

        A rate weighs as much as its statistical error permits, with the square root of the number of errors.
        """
        wrong = np.array(self.rates) > 0
        if wrong.sum() < 3:
            return np.nan
        noise, rates = np.array(NOISE)[wrong], np.array(self.rates)[wrong]
        curve = np.polynomial.Polynomial.fit(noise, np.log10(rates / RATE), 2, w=np.sqrt(rates))
        real = [float(root.real) for root in curve.roots() if root.imag == 0 and curve.deriv()(root.real) > 0]
        return next((root for root in real if NOISE[0] <= root <= NOISE[-1]), np.nan)


def measured(decide: Callable[[Tensor], Tensor], symbols: int, note: Callable[[str], None]) -> Curve:
    """Over all powers of noise."""
    curve = Curve()
    for number, noise in enumerate(NOISE):
        link = Link.used(symbols, noise, seed=100 + number)
        curve.rates.append(link.errors(decide(link.samples)))
        note(f"{noise:.0f} dB: bit error rate {curve.rates[-1]:.1e}")
    return curve


PAGE = """\
# Equaliser

Made by `python examples/learning/equaliser.py`: levels of an optical link recognised by 40 spiking neurons, as a formula and on an emulated
chip, beside a linear equaliser. Noise is what the photodiode adds; {symbols} symbols at each power, the same for all. Both networks
began with the weights that {epochs} epochs as a formula gave, and went on for {loop} of {number} symbols.

| receiver | noise at a bit error rate of {rate:.0e} | less than the formula | published | processor time of an epoch |
| --- | --- | --- | --- | --- |
{rows}

![Bit error rates over noise](equaliser.png)
"""


def page(found: dict[str, Curve], **numbers: int) -> str:
    """What goes beside the picture."""
    best, published = found["formula"].bearable, {name: f"{value:+.1f} dB" for name, value in PUBLISHED.items()}
    rows = [
        f"| {name} | {decibels(one.bearable)} | {decibels(best - one.bearable, '+')} | {published.get(name, '')} | {one.seconds:.0f} s |"
        for name, one in found.items()
    ]
    return PAGE.format(**numbers, rate=RATE, rows="\n".join(rows))


def decibels(value: float, sign: str = "") -> str:
    """For the table. What lies beyond the measured powers of noise is not known."""
    return f"{value:{sign}.2f} dB" if np.isfinite(value) else "not reached"


def draw(found: dict[str, Curve]) -> Figure:
    """Bit error rates over noise."""
    figure = Figure(figsize=(6, 4), layout="constrained")
    axes = figure.subplots()
    for name, one in found.items():
        axes.semilogy(NOISE, np.maximum(one.rates, 1e-5), "o-", label=name)
    axes.axhline(RATE, color="grey", linestyle=":")
    axes.set(xlabel="power of the noise [dB]", ylabel="bit error rate")
    axes.legend()
    return figure


def learned(options: argparse.Namespace, link: Link) -> dict[str, Curve]:
    """The networks, trained and measured."""
    core.init_hardware()
    try:
        chip = ChipLayers(Network.SHAPE)
        formula = FormulaLayers(Network.SHAPE, chip.gain)
        torch.manual_seed(0)
        begin, found = Network(formula, link), {}
        train(begin, options.epochs, begin.LEARNING, options, tqdm.write)
        receivers: dict[str, Layers] = {"formula": formula, "chip": chip}
        for name, layers in receivers.items():
            print(name)
            network = Network(layers, link)
            network.load_state_dict(begin.state_dict())
            seconds = train(network, options.loop, network.AFTERWARDS, options, tqdm.write)
            found[name] = replace(measured(network.decided, options.tests, tqdm.write), seconds=seconds)
        return found
    finally:
        core.release_hardware()


def main() -> None:
    """Trains, and writes picture and table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--epochs", type=int, default=40, metavar="N", help="as a formula")
    parser.add_argument("--loop", type=int, default=4, metavar="N", help="epochs that follow, with the chip in the loop")
    parser.add_argument("--symbols", type=int, default=10000, metavar="N", help="in an epoch")
    parser.add_argument("--tests", type=int, default=20000, metavar="N", help="symbols at each power of noise")
    parser.add_argument("--batch", type=int, default=100, metavar="N")
    parser.add_argument("--output", type=Path, default=Path("docs/learning"), metavar="DIR")
    options = parser.parse_args()
    link = Link.used(max(options.symbols, 10000), TRAINED_AT, seed=1)
    found = {"linear": measured(Linear(link), options.tests, tqdm.write), **learned(options, link)}
    text = page(found, symbols=options.tests, epochs=options.epochs, loop=options.loop, number=options.symbols)
    options.output.mkdir(parents=True, exist_ok=True)
    draw(found).savefig(options.output / "equaliser.png", dpi=80)
    (options.output / "equaliser.md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
