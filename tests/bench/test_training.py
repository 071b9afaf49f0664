"""One forward pass of the yin-yang network as training in the loop makes it: a batch with new weights, spikes and voltages as arrays.

25 sources, 120 hidden neurons, 3 readouts, batches of 50 with 38 us each; an epoch has 100 of them.
"""

from __future__ import annotations

import numpy as np
import pytest

from grenade import observables
from grenade.hardware import HARDWARE
from grenade.modules import Experiment, InputPopulation, Population, Projection, ProjectionConnection
from grenade.network.spike_times import SpikeTimes
from halco import AtomicNeuronOnDLS, LogicalNeuronOnDLS
from haldls.lola import Chip
from hicannx.calibration.parameters import chip_for

BATCH, SOURCES, HIDDEN, READOUTS = 50, 25, 120, 3
RUNTIME, STEP = 38e-6, 1e-6


class _Experiment(Experiment):
    def calibrated(self, targets: dict[str, object]) -> Chip:
        return chip_for("hxcube0fpga0chip0_1", targets)  # type: ignore[arg-type]


class _Sources(InputPopulation):
    def get_spike_times(self) -> SpikeTimes:
        entries, sources = np.divmod(np.arange(BATCH * SOURCES), SOURCES)
        times = 2 + 24 * np.random.default_rng(1).random(len(entries), np.float32)
        return SpikeTimes(entries, sources, times, (BATCH, SOURCES))


class _Dense(Projection):
    def __init__(self, source: InputPopulation | Population, target: Population, experiment: Experiment, mean: float) -> None:
        super().__init__(source.size, target.size, experiment)
        self.ends, self.random, self.mean = (source, target), np.random.default_rng(2), mean

    def source_population(self) -> InputPopulation | Population:
        return self.ends[0]

    def target_population(self) -> Population:
        return self.ends[1]

    def get_connections(self) -> list[ProjectionConnection]:
        """Other weights each time."""
        weights = np.clip(self.random.normal(self.mean, 17, (self.in_size, self.out_size)), -63, 63).astype(int)
        return [ProjectionConnection(*place, weight) for place, weight in np.ndenumerate(weights)]


@pytest.fixture
def network() -> _Experiment:
    experiment = _Experiment()
    parameters = {"threshold": 150, "tau_mem": 6e-6, "tau_syn": 6e-6, "synapse_dac_bias": 1000}
    places = [LogicalNeuronOnDLS(Population(1, _Experiment()).neuron_structure.compartments, AtomicNeuronOnDLS(i, 1)) for i in range(3)]
    sources = _Sources(SOURCES, experiment)
    hidden = Population(HIDDEN, experiment, enable_cadc_recording=True, **parameters)
    readouts = Population(
        READOUTS, experiment, enable_cadc_recording=True, enable_spike_recording=False, placement_constraint=places, **parameters
    )
    _Dense(sources, hidden, experiment, 17)
    _Dense(hidden, readouts, experiment, 0)
    experiment.observed = hidden, readouts  # type: ignore[attr-defined]
    return experiment


def test_forward_pass_of_a_batch(benchmark: pytest.FixtureRequest, network: _Experiment) -> None:
    hidden, readouts = network.observed  # type: ignore[attr-defined]

    def forward() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        for module in network._of(Projection):
            module.changed_input_data = True
        network.run(RUNTIME)
        recorded = hidden.hw_observables, readouts.hw_observables
        return recorded[0].spikes.dense(RUNTIME, STEP), *(one.cadc.dense(RUNTIME, STEP) for one in recorded)

    HARDWARE.open()
    try:
        forward()
        spikes, hidden_voltages, readout_voltages = benchmark.pedantic(forward, rounds=5)  # type: ignore[attr-defined]
    finally:
        HARDWARE.release()
    points = observables.points(RUNTIME, STEP)
    assert spikes.shape == hidden_voltages.shape == (points, BATCH, HIDDEN) and spikes.sum() > BATCH
    assert readout_voltages.shape == (points, BATCH, READOUTS) and readout_voltages.std() > 1
