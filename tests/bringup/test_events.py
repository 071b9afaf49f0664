"""Spikes from the host through the crossbar and back."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from dlens_vx_v3 import hal, halco, sta

HOST_INPUT, HOST_OUTPUT = 8, 8  # first of the four links between host and crossbar in both directions


def loop_back(builder: Any) -> None:
    """Forwards everything from the host on each of the four links back to the host, and nothing else."""
    for node in halco.iter_all(halco.CrossbarNodeOnDLS):
        builder.write(node, hal.CrossbarNode.drop_all)
    for link in range(4):
        node = halco.CrossbarNodeOnDLS(halco.CrossbarOutputOnDLS(HOST_OUTPUT + link), halco.CrossbarInputOnDLS(HOST_INPUT + link))
        builder.write(node, hal.CrossbarNode())
    builder.block_until(halco.BarrierOnFPGA(), hal.Barrier.omnibus)


def labels_of(number: int, spl1: int = 0) -> list[int]:
    """Different labels on one link."""
    return [spl1 << 14 | (index * 37) & 0x3FFF for index in range(number)]


def send(builder: Any, size: int, labels: list[int], period: int) -> None:
    """Packs of `size` labels, one every `period` FPGA cycles, and time for the last ones to come back."""
    pack = getattr(hal, f"SpikePack{size}ToChip")
    coordinate = getattr(halco, f"SpikePack{size}ToChipOnDLS")()
    builder.write(halco.TimerOnDLS(), hal.Timer())
    for index in range(0, len(labels), size):
        builder.block_until(halco.TimerOnDLS(), hal.Timer.Value(period * (index // size + 1)))
        builder.write(coordinate, pack([halco.SpikeLabel(label) for label in labels[index : index + size]]))
    builder.block_until(halco.TimerOnDLS(), hal.Timer.Value(period * len(labels) + 10_000))


@pytest.mark.parametrize("size", [1, 2, 3])
def test_loopback(size: int, execute: Callable[[Any], Any]) -> None:
    builder, labels = sta.PlaybackProgramBuilder(), labels_of(300)
    loop_back(builder)
    send(builder, size, labels, 100)
    spikes = execute(builder).spikes.to_numpy()
    assert len(spikes) >= 0.9 * len(labels)
    assert set(spikes["label"]) <= set(labels)


def test_order_and_time(execute: Callable[[Any], Any]) -> None:
    builder, labels = sta.PlaybackProgramBuilder(), labels_of(100)
    loop_back(builder)
    send(builder, 1, labels, 250)
    spikes = np.sort(execute(builder).spikes.to_numpy(), order="chip_time")
    assert spikes["label"].tolist() == labels
    assert (np.abs(np.diff(spikes["chip_time"].astype(np.int64)) - 250) <= 10).all()
    delay = spikes["fpga_time"].astype(np.int64) - spikes["chip_time"].astype(np.int64)
    assert (delay >= 0).all() and (delay < 128).all()


@pytest.mark.parametrize("spl1", range(4))
def test_each_link_has_its_own_address(spl1: int, execute: Callable[[Any], Any]) -> None:
    builder, labels = sta.PlaybackProgramBuilder(), labels_of(20, spl1)
    loop_back(builder)
    send(builder, 1, labels, 100)
    assert execute(builder).spikes.to_numpy()["label"].tolist() == labels


@pytest.mark.in_vain
def test_a_closed_crossbar_lets_nothing_through(execute: Callable[[Any], Any]) -> None:
    builder = sta.PlaybackProgramBuilder()
    for node in halco.iter_all(halco.CrossbarNodeOnDLS):
        builder.write(node, hal.CrossbarNode.drop_all)
    builder.block_until(halco.BarrierOnFPGA(), hal.Barrier.omnibus)
    send(builder, 1, labels_of(50), 100)
    assert not len(execute(builder).spikes)


def test_nothing_is_recorded_while_recording_is_off(execute: Callable[[Any], Any]) -> None:
    builder, recording = sta.PlaybackProgramBuilder(), hal.EventRecordingConfig()
    loop_back(builder)
    counts = []
    for enabled in (False, True):
        recording.enable_event_recording = enabled
        builder.write(halco.EventRecordingConfigOnFPGA(), recording)
        builder.block_until(halco.BarrierOnFPGA(), hal.Barrier.omnibus)
        send(builder, 1, labels_of(50), 100)
        counts.append(len(execute(builder).spikes))
    assert counts == [0, 50]


def test_pack_counts_add_up(execute: Callable[[Any], Any]) -> None:
    builder = sta.PlaybackProgramBuilder()
    loop_back(builder)
    send(builder, 3, labels_of(90), 100)
    program = execute(builder)
    assert int(np.dot(program.spikes_pack_counts, [1, 2, 3])) == len(program.spikes)


def test_commands_with_absolute_times(execute: Callable[[Any], Any]) -> None:
    """Recording is switched on for the middle third of a spike train: only that third comes back."""
    setup = sta.PlaybackProgramBuilder()
    loop_back(setup)
    execute(setup)
    builder, period, third = sta.AbsoluteTimePlaybackProgramBuilder(), 500, 100
    recording, labels = hal.EventRecordingConfig(), labels_of(3 * third)
    for index, label in enumerate(labels):
        time = hal.Timer.Value(10_000 + period * index)
        builder.write(time, halco.SpikePack1ToChipOnDLS(), hal.SpikePack1ToChip([halco.SpikeLabel(label)]))
    for enabled, index in ((False, 0), (True, third), (False, 2 * third)):
        recording.enable_event_recording = enabled
        builder.write(hal.Timer.Value(10_000 + period * index - period // 2), halco.EventRecordingConfigOnFPGA(), recording)
    ticket = builder.read(hal.Timer.Value(10_000 + period * 4 * third), halco.SynapseQuadOnDLS())
    spikes = execute(builder.done()).spikes.to_numpy()
    assert ticket.valid()
    assert set(spikes["label"]) <= set(labels[third : 2 * third]) and len(spikes) >= 0.9 * third
