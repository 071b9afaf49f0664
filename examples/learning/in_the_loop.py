"""Two layers of spiking neurons, on a chip or as a formula, and what both give back: what the examples of spiking networks train.

Weights are in units of the chip's, -63 to 63; times in us since the begin of a batch entry, inf for a source that is silent. Potentials
count from rest in units of the distance of the threshold, so that a neuron spikes at 1.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor

from grenade.modules import InputPopulation, Population, Projection, SingleCompartmentNeuron
from grenade.network.spike_times import SpikeTimes
from halco import AtomicNeuronOnDLS, LogicalNeuronOnDLS
from hxtorch.core.experiment import BaseExperiment

LEAK, THRESHOLD = 80, 150
"""Potentials of rest, reset and threshold that the chip is calibrated to [reads of its converters]."""
STRONGEST, WEAK = 63, 20
"""The highest weight, and one whose events make nothing spike."""
PER_US = 125
"""FPGA cycles in a microsecond."""
SLOWEST = 0.05
"""Least slope of a membrane at the threshold that gradients divide by [1/us]."""
STEP = 1.0
"""Step of recorded spikes and voltages [us]."""


@dataclass(frozen=True)
class Shape:
    """Numbers of sources, hidden neurons and readouts; time constants and length of a batch entry [us]."""

    sources: int
    hidden: int
    readouts: int
    runtime: float
    membrane: float = 6.0
    synapse: float = 6.0
    spiking_readouts: bool = False
    refractory: float = 1.0

    @property
    def steps(self) -> int:
        """Points of time at which there are recordings, from 0 on."""
        return int(np.ceil(self.runtime / STEP)) + 1

    def kernel(self, time: Tensor) -> tuple[Tensor, Tensor]:
        """Effect of one event of weight 1 on a membrane after some time [us], its highest value 1; and its derivative."""
        if self.membrane == self.synapse:
            rise = time / self.membrane
            decay = (1 - rise).exp() * (time > 0)
            return rise * decay, (1 - rise) * decay / self.membrane
        slow, fast = (-time / self.membrane).exp(), (-time / self.synapse).exp()
        ratio = self.membrane / self.synapse
        highest = ratio ** (1 / (1 - ratio)) - ratio ** (ratio / (1 - ratio))
        after = (time > 0) / highest
        return (slow - fast) * after, (fast / self.synapse - slow / self.membrane) * after


@dataclass
class Recorded:
    """One batch: spikes and voltages of hidden neurons and readouts [point of time, entry, neuron], times of first spikes [entry, neuron].

    `readout_spikes` is 0 everywhere if the readouts do not spike.
    """

    spikes: Tensor
    voltages: Tensor
    readouts: Tensor
    first: Tensor
    readouts_first: Tensor


class Layers(Protocol):
    """Whatever computes a forward pass. `gain`: height of an event of weight 1 on a membrane."""

    shape: Shape
    gain: float

    def run(self, times: Tensor, into_hidden: Tensor, into_readouts: Tensor) -> Recorded:
        """times: of the sources' spikes [entry, source]; weights: [target, source], are rounded."""


def rounded(weights: Tensor) -> Tensor:
    """As they stand on the chip; gradients pass."""
    return weights + (weights.clamp(-STRONGEST, STRONGEST).round() - weights).detach()


# ---------------------------------------------------------------------------------------------------------------------- on the chip
class _Sources(InputPopulation):
    """Sources with the times of the present batch."""

    times = torch.empty(0, 0)

    def get_spike_times(self) -> SpikeTimes:  # type: ignore[override]  # reads like nested lists
        entries, sources = torch.isfinite(self.times).nonzero(as_tuple=True)
        times = self.times[entries, sources].numpy().astype(np.float32)
        return SpikeTimes(entries.numpy(), sources.numpy(), times, (len(self.times), self.times.shape[1]))


class _Dense(Projection):
    """All to all."""

    weights = torch.empty(0, 0)

    def __init__(self, source: InputPopulation | Population, target: Population, experiment: BaseExperiment) -> None:
        super().__init__(source.size, target.size, experiment)
        self.ends = source, target

    def source_population(self) -> InputPopulation | Population:
        return self.ends[0]

    def target_population(self) -> Population:
        return self.ends[1]

    def get_connections(self) -> Any:
        weights = self.weights.detach().round().numpy().astype(np.int64)
        targets, sources = np.indices(weights.shape)
        return np.stack([sources.ravel(), targets.ravel(), weights.ravel()], axis=1)


class ChipLayers:
    """The layers on the chip whose connection is open, calibrated to their time constants."""

    def __init__(self, shape: Shape) -> None:
        self.shape, self.experiment = shape, BaseExperiment()
        gain: float = ChipLayers(replace(shape, spiking_readouts=False)).gain if shape.spiking_readouts else 0.0
        common: dict[str, Any] = {
            "leak": LEAK, "reset": LEAK, "threshold": THRESHOLD, "synapse_dac_bias": 1000, "i_synin_gm": 500,
            "tau_mem": shape.membrane * 1e-6, "tau_syn": shape.synapse * 1e-6, "refractory_time": shape.refractory * 1e-6,
        }  # fmt: skip
        sampled = not shape.spiking_readouts
        self.sources = _Sources(shape.sources, self.experiment)
        self.hidden = Population(shape.hidden, self.experiment, enable_cadc_recording=sampled, **common)
        out = common if shape.spiking_readouts else {**common, "threshold": 255}
        places = [LogicalNeuronOnDLS(SingleCompartmentNeuron().compartments, AtomicNeuronOnDLS(n, 1)) for n in range(shape.readouts)]
        recordings: dict[str, Any] = {"enable_cadc_recording": sampled, "enable_spike_recording": shape.spiking_readouts}
        self.readouts = Population(shape.readouts, self.experiment, placement_constraint=places, **recordings, **out)
        self.projections = _Dense(self.sources, self.hidden, self.experiment), _Dense(self.hidden, self.readouts, self.experiment)
        self.gain: float = gain or self._measured_gain()

    def run(self, times: Tensor, into_hidden: Tensor, into_readouts: Tensor) -> Recorded:
        """See `Layers`."""
        for projection, weights in zip(self.projections, (into_hidden, into_readouts), strict=True):
            projection.weights, projection.changed_input_data = weights, True
        self.sources.times = times
        self.experiment.run(self.shape.runtime * 1e-6)
        hidden, readouts = self.hidden.hw_observables, self.readouts.hw_observables
        return Recorded(self._spikes(hidden), self._voltages(hidden), self._voltages(readouts), self._first(hidden), self._first(readouts))

    def _spikes(self, recorded: Any) -> Tensor:
        return torch.from_numpy(recorded.spikes.dense(self.shape.runtime * 1e-6, STEP * 1e-6)).float()

    def _voltages(self, recorded: Any) -> Tensor:
        """From rest on, which is where the first sample is."""
        if recorded.cadc is None:
            return torch.zeros(0)
        samples = torch.from_numpy(recorded.cadc.dense(self.shape.runtime * 1e-6, STEP * 1e-6))
        return (samples - samples[0]) / (THRESHOLD - LEAK)

    @staticmethod
    def _first(recorded: Any) -> Tensor:
        """First spike of each neuron [us]."""
        if recorded.spikes is None:
            return torch.zeros(0)
        found, spikes = np.full(recorded.spikes.shape, np.inf, np.float32), recorded.spikes
        np.minimum.at(found, (spikes.entries, spikes.neurons), spikes.times / np.float32(PER_US))
        return torch.from_numpy(found)

    def _measured_gain(self) -> float:
        """Mean height of a membrane after one event of a weight at which nothing spikes."""
        times = torch.full((self.shape.sources, self.shape.sources), torch.inf)
        times.fill_diagonal_(5.0)
        into_hidden = torch.full((self.shape.hidden, self.shape.sources), float(WEAK))
        found = self.run(times, into_hidden, torch.zeros(self.shape.readouts, self.shape.hidden))
        return float(found.voltages.amax(dim=0).mean() / WEAK)


# ---------------------------------------------------------------------------------------------------------------------- as a formula
class FormulaLayers:
    """The same layers without a chip: neurons that integrate in steps and differ in nothing."""

    PARTS = 4
    """Steps of the integration in a step of the recordings."""

    def __init__(self, shape: Shape, gain: float = 0.006) -> None:
        self.shape, self.gain = shape, gain

    def run(self, times: Tensor, into_hidden: Tensor, into_readouts: Tensor) -> Recorded:
        """See `Layers`."""
        steps = (self.shape.steps - 1) * self.PARTS + 1
        events = binned(times, steps, STEP / self.PARTS)
        spikes, voltages = self._layer(events @ into_hidden.detach().round().T, 1.0)
        readout_spikes, readouts = self._layer(spikes @ into_readouts.detach().round().T, 1.0 if self.shape.spiking_readouts else torch.inf)
        coarse = spikes[1:].unflatten(0, (-1, self.PARTS)).amax(1)
        recorded = torch.cat([spikes[:1], coarse]), voltages[:: self.PARTS], readouts[:: self.PARTS]
        return Recorded(*recorded, self._first(spikes), self._first(readout_spikes))

    def _layer(self, currents: Tensor, threshold: float) -> tuple[Tensor, Tensor]:
        """Spikes and voltages at all steps. currents: what arrives, in units of weights."""
        step, shape = STEP / self.PARTS, self.shape
        decay, fall = np.exp(-step / shape.membrane), np.exp(-step / shape.synapse)
        unit = float(shape.kernel(torch.tensor(step))[0]) * self.gain
        voltage, current, held = (torch.zeros_like(currents[0]) for _ in range(3))
        spikes, voltages = torch.zeros_like(currents), torch.zeros_like(currents)
        for number, arriving in enumerate(currents):
            voltage = voltage * decay + current * unit
            current = current * fall + arriving
            voltage = torch.where(held > 0, 0.0, voltage)
            spikes[number] = (voltage >= threshold).float()
            held = torch.where(spikes[number] > 0, shape.refractory, held - step)
            voltages[number] = voltage
            voltage = torch.where(spikes[number] > 0, 0.0, voltage)
        return spikes, voltages

    def _first(self, spikes: Tensor) -> Tensor:
        times = spikes.argmax(dim=0) * (STEP / self.PARTS)
        return torch.where(spikes.amax(dim=0) > 0, times, torch.inf)


def binned(times: Tensor, steps: int, step: float = STEP) -> Tensor:
    """1 at the step [step, entry, source] that is nearest to each time."""
    found = torch.zeros(steps, *times.shape)
    entries, sources = torch.isfinite(times).nonzero(as_tuple=True)
    points = (times[entries, sources] / step).round().long()
    on = points < steps
    found[points[on], entries[on], sources[on]] = 1.0
    return found


# ---------------------------------------------------------------------------------------------------------------------- gradients
def filtered(shape: Shape, events: Tensor, gain: float) -> Tensor:
    """Voltages [step, entry, target] that weighted events [step, entry, target] make on membranes which never spike."""
    points = torch.arange(len(events)) * STEP
    kernel = shape.kernel(points[:, None] - points)[0] * gain
    return torch.einsum("st,tbn->sbn", kernel, events)


def measured(formula: Tensor, value: Tensor) -> Tensor:
    """The measured value with the gradient of the formula."""
    return formula + (value - formula).detach()


class Spike(torch.autograd.Function):
    """A recorded spike; its gradient that of a steep function of the distance from the threshold (SuperSpike)."""

    STEEPNESS = 10.0

    @staticmethod
    def forward(context: Any, voltages: Tensor, spikes: Tensor) -> Tensor:  # type: ignore[override]
        context.save_for_backward(voltages)
        return spikes.clone()

    @staticmethod
    def backward(context: Any, gradient: Tensor) -> tuple[Tensor, None]:  # type: ignore[override]
        (voltages,) = context.saved_tensors
        return gradient / (1 + Spike.STEEPNESS * (voltages - 1).abs()) ** 2, None


def surrogate(layers: Layers, times: Tensor, into_hidden: Tensor, into_readouts: Tensor) -> tuple[Tensor, Tensor]:
    """Voltages of the readouts and spikes of the hidden neurons, with gradients by surrogates."""
    recorded, shape = layers.run(times, into_hidden, into_readouts), layers.shape
    events = binned(times, shape.steps) @ into_hidden.T
    voltages = measured(filtered(shape, events, layers.gain), recorded.voltages[: shape.steps])
    spikes: Tensor = Spike.apply(voltages, recorded.spikes[: shape.steps])
    return measured(filtered(shape, spikes @ into_readouts.T, layers.gain), recorded.readouts[: shape.steps]), spikes


def first_spikes(shape: Shape, gain: float, times: Tensor, weights: Tensor, recorded: Tensor) -> Tensor:
    """Recorded times of first spikes [entry, target] with the gradient of the instant at which the formula reaches the threshold."""
    spiking = torch.isfinite(recorded)
    at = torch.where(spiking, recorded, 0.0)
    heard = torch.isfinite(times)
    since = at[:, :, None] - torch.where(heard, times, 0.0)[:, None, :]
    since = torch.where(heard[:, None, :], since, -1.0)
    effect, rise = (part * gain * weights for part in shape.kernel(since))
    slope = rise.sum(dim=2).detach().clamp(min=SLOWEST)
    voltage = effect.sum(dim=2)
    return torch.where(spiking, recorded.nan_to_num(posinf=0.0) - (voltage - voltage.detach()) / slope, torch.inf)
