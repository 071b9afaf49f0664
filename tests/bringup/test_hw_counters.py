"""What the chip counts of its events: spikes of each neuron, events at the crossbar's outputs, drops at its inputs."""

from collections.abc import Callable
from typing import Any

import pytest

from dlens_vx_v3 import hal, halco, sta

NEURONS = [0, 31, 200, 300, 511]


@pytest.fixture
def firing(execute: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Neurons that only fire when they are told to; runs builders."""
    builder, neuron, backend = sta.PlaybackProgramBuilder(), hal.NeuronConfig(), hal.NeuronBackendConfig()
    for block in halco.iter_all(halco.CommonNeuronBackendConfigOnDLS):
        builder.write(block, hal.CommonNeuronBackendConfig())
    neuron.enable_fire, backend.enable_spike_out, backend.refractory_time = True, True, hal.NeuronBackendConfig.RefractoryTime(10)
    for number in NEURONS:
        place = halco.AtomicNeuronOnDLS(halco.common.Enum(number))
        builder.write(place.toNeuronConfigOnDLS(), neuron)
        builder.write(place.toNeuronBackendConfigOnDLS(), backend)
    execute(builder)
    return execute


def counters(builder: Any) -> list[Any]:
    places = [halco.AtomicNeuronOnDLS(halco.common.Enum(number)) for number in NEURONS]
    builder.block_until(halco.BarrierOnFPGA(), hal.Barrier.omnibus)
    return [builder.read(place.toSpikeCounterReadOnDLS()) for place in places]


def fire(builder: Any, wait: Callable[[Any, int], None], times: int) -> None:
    for _ in range(times):
        for number in NEURONS:
            builder.write(halco.AtomicNeuronOnDLS(halco.common.Enum(number)).toNeuronResetOnDLS(), hal.NeuronReset())
        wait(builder, 500)


def test_spike_counters(firing: Callable[[Any], Any], wait: Callable[[Any, int], None]) -> None:
    """Three artificial spikes are counted as three; 512 more leave the count and set the overflow until the counter is reset."""
    builder = sta.PlaybackProgramBuilder()
    for number in NEURONS:
        builder.write(halco.AtomicNeuronOnDLS(halco.common.Enum(number)).toSpikeCounterResetOnDLS(), hal.SpikeCounterReset())
    stages = [counters(builder)]
    for times in (3, 512):
        fire(builder, wait, times)
        stages.append(counters(builder))
    for number in NEURONS:
        builder.write(halco.AtomicNeuronOnDLS(halco.common.Enum(number)).toSpikeCounterResetOnDLS(), hal.SpikeCounterReset())
    stages.append(counters(builder))
    firing(builder)
    for tickets, count, overflow in zip(stages, (0, 3, 3, 0), (False, False, True, False), strict=True):
        for ticket in tickets:
            assert (int(ticket.get().count), bool(ticket.get().overflow)) == (count, overflow)


def test_spikes_of_neurons_carry_their_place(firing: Callable[[Any], Any], wait: Callable[[Any, int], None]) -> None:
    """The event output stands in the label, and decides on the link."""
    builder = sta.PlaybackProgramBuilder()
    for output in range(4):  # to the host only, each output over its own link
        for source in (output, output + 4):
            place = halco.CrossbarNodeOnDLS(halco.CrossbarOutputOnDLS(8 + output), halco.CrossbarInputOnDLS(source))
            builder.write(place, hal.CrossbarNode())
    fire(builder, wait, 10)
    wait(builder, 1000)
    labels = sorted(firing(builder).spikes.to_numpy()["label"].tolist())
    outputs = [number % 256 // 32 for number in NEURONS]
    assert labels == sorted([(output % 4) << 14 | output << 8 for output in outputs] * 10)


def test_outputs_and_drops_are_counted(execute: Callable[[Any], Any], wait: Callable[[Any, int], None]) -> None:
    """Bursts of three labels per cycle on one link: what is neither forwarded nor dropped there did not get onto the link."""
    builder, config, packs = sta.PlaybackProgramBuilder(), hal.CrossbarOutputConfig(), 2000
    for node in halco.iter_all(halco.CrossbarNodeOnDLS):
        builder.write(node, hal.CrossbarNode.drop_all)
    place, open_node = halco.CrossbarNodeOnDLS(halco.CrossbarOutputOnDLS(8), halco.CrossbarInputOnDLS(8)), hal.CrossbarNode()
    open_node.enable_drop_counter = True
    builder.write(place, open_node)
    config.enable_event_counter[halco.CrossbarOutputOnDLS(8)] = True
    config.enable_slow[halco.CrossbarL2OutputOnDLS(0)] = True
    builder.write(halco.CrossbarOutputConfigOnDLS(), config)
    builder.block_until(halco.BarrierOnFPGA(), hal.Barrier.omnibus)
    for _ in range(packs):
        builder.write(halco.SpikePack3ToChipOnDLS(), hal.SpikePack3ToChip([halco.SpikeLabel(number) for number in (1, 2, 3)]))
    wait(builder, 20_000)
    passed, other = (builder.read(halco.CrossbarOutputOnDLS(output)) for output in (8, 9))
    dropped = builder.read(halco.CrossbarInputOnDLS(8))
    spikes = execute(builder).spikes
    assert int(other.get().value) == 0 < int(dropped.get().value)
    assert 0.5 * packs < len(spikes) <= int(passed.get().value) <= 3 * packs - int(dropped.get().value)
