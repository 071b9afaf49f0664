"""From a fired neuron to its event, its counter and back to a synapse."""

import numpy as np
import pytest

from haldls import (
    CommonNeuronBackendConfig,
    CrossbarNode,
    NeuronBackendConfig,
    NeuronConfig,
    NeuronReset,
    NeuronResetQuad,
    SpikeCounterRead,
    SpikeCounterReset,
)
from hicannx_sim.base.numbers import number

TO_STAMP = sum(number(name) for name in ("neuron_to_crossbar", "crossbar", "crossbar_to_stamp"))


def backend_of(neuron):
    """Enum of backend, reset and counter coordinates: row and column half change places."""
    column, row = neuron & 255, neuron >> 8
    return (column >> 7) << 8 | row << 7 | column & 127


def enable(bench, neuron, address=0, **fields):
    bench.put(NeuronConfig(**{"enable_fire": True, **fields}), neuron)
    bench.put(NeuronBackendConfig(enable_spike_out=fields.get("enable_fire", True), address_out=address, refractory_time=100),
              backend_of(neuron))  # fmt: skip
    for block in range(2):
        bench.put(CommonNeuronBackendConfig(), block)


def fire(bench, neuron, tick):
    bench.put(NeuronReset(), backend_of(neuron), tick=tick)


@pytest.mark.parametrize("neuron", [0, 31, 32, 200, 255, 256 + 17, 511])
def test_label_and_output_of_a_neuron(bench, neuron):
    enable(bench, neuron, address=0xA5)
    fire(bench, neuron, 10_000)
    spikes = bench.spikes(20_000)
    output = (neuron & 255) // 32
    assert spikes["body"].tolist() == [(output % 4) << 14 | output << 8 | 0xA5]
    assert 0 <= spikes["tick"][0] - 10_000 - TO_STAMP <= 50


def test_counter_counts_wraps_and_is_reset(bench):
    enable(bench, 300)
    counter = backend_of(300)
    for n in range(260):
        fire(bench, 300, 10_000 + 5000 * n)
    bench.chip.advance(2_000_000)
    assert bench.get(SpikeCounterRead, counter)[0] == 0x100 | 4
    assert bench.get(SpikeCounterRead, counter + 1)[0] == 0
    bench.put(SpikeCounterReset(), counter, tick=2_000_000)
    assert bench.get(SpikeCounterRead, counter)[0] == 0


def test_spikes_count_whether_they_leave_or_not(bench):
    enable(bench, 300)
    bench.put(NeuronBackendConfig(enable_spike_out=False, refractory_time=100), backend_of(300))
    fire(bench, 300, 10_000)
    assert len(bench.spikes(50_000)) == 0
    assert bench.get(SpikeCounterRead, backend_of(300))[0] == 1


def test_event_registers_only_keep_events_back(bench):
    enable(bench, 300)
    bench.put(CommonNeuronBackendConfig(enable_event_registers=False), 0)
    fire(bench, 300, 10_000)
    assert len(bench.spikes(50_000)) == 0
    assert bench.get(SpikeCounterRead, backend_of(300))[0] == 1


def test_a_neuron_without_fire_is_silent(bench):
    enable(bench, 5, enable_fire=False)
    fire(bench, 5, 10_000)
    assert len(bench.spikes(50_000)) == 0
    assert bench.get(SpikeCounterRead, backend_of(5))[0] == 0


def test_clocks_of_the_block_are_needed(bench):
    enable(bench, 5)
    bench.put(CommonNeuronBackendConfig(enable_clocks=False), 0)
    fire(bench, 5, 10_000)
    assert len(bench.spikes(50_000)) == 0


@pytest.mark.parametrize(("quad", "neurons"), [(0, [0, 2, 4, 6]), (64 + 33, [256 + 9, 256 + 11, 256 + 13, 256 + 15])])
def test_quad_reset_fires_four_neurons(bench, quad, neurons):
    for neuron in range(512):
        enable(bench, neuron, address=neuron & 31 | (neuron >> 8) << 5)
    bench.put(NeuronResetQuad(), quad, tick=10_000)
    spikes = bench.spikes(50_000)
    fired = {(int(body) >> 8 & 7) * 32 + (int(body) & 31) + (int(body) >> 5 & 1) * 256 for body in spikes["body"]}
    assert fired == set(neurons)


def test_neurons_on_one_output_leave_one_after_the_other(bench):
    bench.close_crossbar()
    bench.put(CrossbarNode(mask=0, target=0), 2)  # neuron output 0 -> link output 0
    for neuron in range(32):
        enable(bench, neuron, address=neuron)
        fire(bench, neuron, 10_000)
    spikes = bench.spikes(50_000)
    assert sorted((spikes["body"] & 0xFF).tolist()) == list(range(32))
    assert set(np.diff(spikes["tick"]).tolist()) == {2}
