"""What is written can be read back, over both ways to the chip."""

import random
from collections.abc import Callable
from typing import Any

import pytest

from dlens_vx_v3 import hal, halco, lola, sta

BACKENDS = [hal.Backend.Omnibus, hal.Backend.OmnibusChipOverJTAG]


def neuron(draw: random.Random) -> Any:
    config = hal.NeuronConfig()
    for name in ("enable_fire", "enable_adaptation", "enable_leak_multiplication", "connect_soma", "enable_capacitor_merge"):
        if hasattr(config, name):
            setattr(config, name, draw.random() < 0.5)
    config.membrane_capacitor_size = draw.randrange(64)
    return config


def cell(draw: random.Random) -> Any:
    return hal.CapMemCell(hal.CapMemCell.Value(draw.randrange(1023)))


def quad(draw: random.Random) -> Any:
    config = hal.SynapseQuad()
    for entry in halco.iter_all(halco.EntryOnQuad):
        config.weights[entry], config.labels[entry] = draw.randrange(64), draw.randrange(64)
    return config


CASES = {
    "NeuronConfig": (halco.NeuronConfigOnDLS, neuron),
    "CapMemCell": (halco.CapMemCellOnDLS, cell),
    "SynapseQuad": (halco.SynapseQuadOnDLS, quad),
}


@pytest.mark.parametrize("backend", BACKENDS, ids=lambda backend: backend.name)
@pytest.mark.parametrize("name", CASES)
def test_read_back(name: str, backend: Any, execute: Callable[[Any], Any]) -> None:
    coordinate_class, make = CASES[name]
    draw = random.Random(f"{name} {backend.name}")
    places = [coordinate_class(halco.common.Enum(index)) for index in draw.sample(range(coordinate_class.size), 40)]
    written = [make(draw) for _ in places]
    builder = sta.PlaybackProgramBuilder()
    for place, config in zip(places, written, strict=True):
        builder.write(place, config, backend)
    builder.block_until(halco.BarrierOnFPGA(), hal.Barrier.omnibus if backend == hal.Backend.Omnibus else hal.Barrier.jtag)
    tickets = [builder.read(place, backend) for place in places]
    execute(builder)
    assert len({str(config) for config in written}) > 10
    for config, ticket in zip(written, tickets, strict=True):
        assert ticket.get() == config


def test_what_one_way_writes_the_other_reads(execute: Callable[[Any], Any]) -> None:
    place, config = halco.NeuronConfigOnDLS(halco.common.Enum(300)), neuron(random.Random(1))
    config.enable_fire = True
    builder = sta.PlaybackProgramBuilder()
    builder.write(place, config, hal.Backend.OmnibusChipOverJTAG)
    builder.block_until(halco.BarrierOnFPGA(), hal.Barrier.jtag)
    ticket = builder.read(place, hal.Backend.Omnibus)
    execute(builder)
    assert ticket.get() == config


def test_differential_write_changes_what_differs(execute: Callable[[Any], Any]) -> None:
    place, before = halco.NeuronConfigOnDLS(halco.common.Enum(7)), neuron(random.Random(2))
    after = hal.NeuronConfig(before)
    after.enable_fire = not before.enable_fire
    builder = sta.PlaybackProgramBuilder()
    builder.write(place, before)
    builder.write(place, after, before)
    ticket = builder.read(place)
    execute(builder)
    assert ticket.get() == after


def test_configuration_survives_the_end_of_a_program(execute: Callable[[Any], Any]) -> None:
    place, config = halco.SynapseQuadOnDLS(halco.common.Enum(1234)), quad(random.Random(3))
    builder = sta.PlaybackProgramBuilder()
    builder.write(place, config)
    execute(builder)
    ticket = builder.read(place)
    execute(builder)
    assert ticket.get() == config


def test_neighbours_stay(execute: Callable[[Any], Any]) -> None:
    draw = random.Random(4)
    first, second = (halco.SynapseQuadOnDLS(halco.common.Enum(index)) for index in (500, 501))
    kept = quad(draw)
    builder = sta.PlaybackProgramBuilder()
    builder.write(second, kept)
    builder.write(first, quad(draw))
    ticket = builder.read(second)
    execute(builder)
    assert ticket.get() == kept


def test_atomic_neuron_read_back(execute: Callable[[Any], Any]) -> None:
    place, config = halco.AtomicNeuronOnDLS(halco.common.Enum(260)), lola.AtomicNeuron()
    config.leak.v_leak, config.leak.i_bias = 500, 300
    config.threshold.enable, config.threshold.v_threshold = True, 600
    config.refractory_period.refractory_time = 77
    builder = sta.PlaybackProgramBuilder()
    builder.write(place, config)
    ticket = builder.read(place)
    execute(builder)
    assert ticket.get() == config
