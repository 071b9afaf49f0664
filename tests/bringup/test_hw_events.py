"""Events on their ways: loopback of packs, background sources, the recording gate with absolute times, serial spikes."""

import random
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from dlens_vx_v3 import hal, halco, sta


@pytest.mark.parametrize("size", [1, 2, 3])
def test_loopback_of_a_fresh_chip(size: int, execute: Callable[[Any], Any], wait: Callable[[Any, int], None]) -> None:
    """After the initialisation the crossbar forwards everything: what the host sends comes back."""
    draw, packs = random.Random(size), 1000
    pack, place = getattr(hal, f"SpikePack{size}ToChip"), getattr(halco, f"SpikePack{size}ToChipOnDLS")()
    labels = [draw.randrange(1, 1 << 16) for _ in range(packs)]
    builder = sta.PlaybackProgramBuilder()
    for label in labels:
        builder.write(place, pack([halco.SpikeLabel(label)] * size))
        wait(builder, 10)
    wait(builder, 1000)
    spikes = execute(builder).spikes.to_numpy()
    assert 0.98 * packs * size < len(spikes) <= packs * size
    assert set(spikes["label"]) <= set(labels)
    assert spikes.dtype == np.dtype([("label", np.uint16), ("fpga_time", np.uint64), ("chip_time", np.uint64)])


@pytest.mark.parametrize(("period", "cycles"), [(1000, 10_000_000), (10_000, 100_000_000)])
def test_background_sources_count(period: int, cycles: int, execute: Callable[[Any], Any], wait: Callable[[Any, int], None]) -> None:
    """Eight regular sources with labels of their own, for 80 and 800 ms. Their clock is twice the FPGA's."""
    builder, labels = sta.PlaybackProgramBuilder(), {}
    for source in halco.iter_all(halco.BackgroundSpikeSourceOnDLS):
        config, label = hal.BackgroundSpikeSource(), halco.SpikeLabel()
        config.period, config.enable, config.enable_random = period, True, False
        config.neuron_label = halco.NeuronLabel(int(source.toEnum()))
        label.neuron_label, label.spl1_address = config.neuron_label, halco.SPL1Address(int(source.toEnum()) % 4)
        labels[int(label)] = source
        builder.write(source, config)
    wait(builder, cycles)
    for source in labels.values():
        builder.write(source, hal.BackgroundSpikeSource())
    builder.block_until(halco.BarrierOnFPGA(), hal.Barrier.omnibus)
    wait(builder, 10_000)
    counts = Counter(execute(builder).spikes.to_numpy()["label"].tolist())
    assert len(labels) == 8
    for label in labels:
        assert counts[label] == pytest.approx(2 * cycles / period, abs=1000)


def test_recording_gate_in_thirds(execute: Callable[[Any], Any]) -> None:
    """Only the middle one of three trains is recorded."""
    builder, gate, train = sta.PlaybackProgramBuilder(), hal.EventRecordingConfig(), 1000
    builder.write(halco.TimerOnDLS(), hal.Timer())
    for third, enabled in enumerate((False, True, False)):
        gate.enable_event_recording = enabled
        builder.write(halco.EventRecordingConfigOnFPGA(), gate)
        builder.block_until(halco.BarrierOnFPGA(), hal.Barrier.omnibus)
        for spike in range(train):
            builder.write(halco.SpikePack1ToChipOnDLS(), hal.SpikePack1ToChip([halco.SpikeLabel(0)]))
            builder.block_until(halco.TimerOnDLS(), hal.Timer.Value(10_000 * third + 10 * spike))
    assert 0.9 * train < len(execute(builder).spikes) <= train


def test_recording_gate_with_absolute_times(connection: Any) -> None:
    """The same with commands that carry their times, and a register that is written and read meanwhile."""
    train, gate, quad = 1000, hal.EventRecordingConfig(), hal.SynapseQuad()
    absolute = sta.AbsoluteTimePlaybackProgramBuilder()
    for spike in range(3 * train):
        pack = hal.SpikePack1ToChip([halco.SpikeLabel(0)])
        absolute.write(hal.Timer.Value(10 * spike), halco.SpikePack1ToChipOnDLS(), pack)
    for third, enabled in enumerate((False, True, False)):
        gate.enable_event_recording = enabled
        absolute.write(hal.Timer.Value(10 * train * third), halco.EventRecordingConfigOnFPGA(), gate)
    quad.weights[halco.EntryOnQuad()] = hal.SynapseQuad.Weight(3)
    absolute.write(hal.Timer.Value(10 * train), halco.SynapseQuadOnDLS(), quad)
    assert absolute.is_write_only()
    ticket = absolute.read(hal.Timer.Value(15 * train), halco.SynapseQuadOnDLS())
    assert not absolute.is_write_only() and not ticket.valid()
    program = absolute.done().done()
    assert not ticket.valid()
    sta.run(connection, [program])
    assert ticket.valid() and ticket.get() == quad and ticket.get_coordinate() == halco.SynapseQuadOnDLS()
    assert 0.9 * train <= len(program.spikes) <= train


ROUTES_OUT = {0: 3, 1: 4, 2: 5}
ROUTES_BACK = {3: 6, 4: 7, 5: 8}


@pytest.mark.parametrize("rx", [False, True])
@pytest.mark.parametrize("tx", [False, True])
def test_serial_spikes(tx: bool, rx: bool, execute: Callable[[Any], Any], wait: Callable[[Any, int], None]) -> None:
    """Host, chip, serial sender, serial receiver, chip: with both ends on, each spike is recorded twice, under two labels."""
    config, builder = hal.SpikeIOConfig(), sta.PlaybackProgramBuilder()
    config.enable_internal_loopback, config.enable_tx, config.enable_rx = True, tx, rx
    builder.write(halco.SpikeIOConfigOnFPGA(), config)
    silent = dict.fromkeys(ROUTES_BACK.values(), int(hal.SpikeIOOutputRoute.SILENT))
    for label, address in (ROUTES_OUT | silent).items():
        route = hal.SpikeIOOutputRoute(halco.SpikeIOAddress(address))
        builder.write(halco.SpikeLabel(label).toSpikeIOOutputRouteOnFPGA(), route)
    for address, label in ROUTES_BACK.items():
        place = halco.SpikeIOAddress(address).toSpikeIOInputRouteOnFPGA()
        builder.write(place, hal.SpikeIOInputRoute(halco.SpikeLabel(label)))
    builder.block_until(halco.BarrierOnFPGA(), hal.Barrier.omnibus)
    execute(builder)
    for label in ROUTES_OUT:
        builder.write(halco.SpikePack1ToChipOnDLS(), hal.SpikePack1ToChip([halco.SpikeLabel(label)]))
        wait(builder, 250)
    wait(builder, 12_500)
    found = sorted(execute(builder).spikes.to_numpy()["label"].tolist())
    assert found == [*ROUTES_OUT, *(ROUTES_BACK.values() if tx and rx else ())]
