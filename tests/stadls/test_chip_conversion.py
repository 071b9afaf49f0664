"""Dumped writes as one chip."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import halco
import haldls
import haldls.lola as lola
from stadls import DumperDone, NotAContainerError, PlaybackProgramBuilderDumper, convert_to_chip

Pairs = list[tuple[Any, Any]]


def done(*pairs: tuple[Any, Any]) -> DumperDone:
    dumper = PlaybackProgramBuilderDumper()
    for pair in pairs:
        dumper.write(*pair)
    return dumper.done()


def changed_chip(seed: int = 1) -> lola.Chip:
    """A chip in which nearly everything is changed: random words that every field can hold."""
    rng, chip = np.random.default_rng(seed), lola.Chip()
    for block in chip.synapse_blocks:
        block.matrix.weights.from_numpy(rng.integers(0, 64, (256, 256)))
        block.matrix.labels.from_numpy(rng.integers(0, 64, (256, 256)))
    for neuron in chip.neuron_block.atomic_neurons:
        neuron.leak.v_leak = int(rng.integers(0, 1023))
        neuron.refractory_period.refractory_time = int(rng.integers(0, 256))
    return chip


def test_nothing_changes_nothing() -> None:
    assert convert_to_chip(DumperDone()) == lola.Chip()
    chip = changed_chip()
    assert convert_to_chip(DumperDone(), chip) == chip


def test_a_whole_chip_comes_back() -> None:
    chip = changed_chip()
    converted = convert_to_chip(done((halco.ChipOnDLS(), chip)))
    assert converted == chip and converted != lola.Chip() and converted is not chip


def test_the_previous_chip_stays_as_it_is() -> None:
    chip = changed_chip()
    converted = convert_to_chip(done((halco.CapMemCellOnDLS(0), haldls.CapMemCell(77))), chip)
    assert chip == changed_chip() and converted != chip


def test_single_registers_arrive_in_their_place() -> None:
    neuron = halco.NeuronConfigOnDLS(200)
    chip = convert_to_chip(done((neuron, haldls.NeuronConfig(enable_fire=True, enable_leak_degeneration=True))))
    atomic = chip.neuron_block.atomic_neurons[neuron.toAtomicNeuronOnDLS()]
    assert atomic.leak.enable_degeneration and not lola.AtomicNeuron().leak.enable_degeneration
    others = [one for index, one in enumerate(chip.neuron_block.atomic_neurons) if index != int(neuron.toAtomicNeuronOnDLS())]
    assert all(one == lola.AtomicNeuron() or not one.leak.enable_degeneration for one in others)


def test_later_writes_win() -> None:
    cell = halco.CapMemCellOnDLS(5)
    first, second = haldls.CapMemCell(1), haldls.CapMemCell(2)
    assert convert_to_chip(done((cell, first), (cell, second))) == convert_to_chip(done((cell, second)))
    assert convert_to_chip(done((cell, second), (cell, first))) == convert_to_chip(done((cell, first)))


def test_a_composed_write_replaces_single_ones_before_it() -> None:
    quad = halco.SynapseQuadOnDLS(9)
    chip = changed_chip()
    synapses = haldls.SynapseQuad()
    synapses.weights[halco.EntryOnQuad(1)] = 63
    assert convert_to_chip(done((quad, synapses), (halco.ChipOnDLS(), chip))) == chip
    assert convert_to_chip(done((halco.ChipOnDLS(), chip), (quad, synapses))) == convert_to_chip(done((quad, synapses)), chip)


def test_single_bytes_leave_their_neighbours() -> None:
    block = lola.ExternalPPUMemoryBlock(halco.ExternalPPUMemoryBlockSize(5))
    for index in range(5):
        block[index] = 0x10 + index
    where = halco.ExternalPPUMemoryBlockOnFPGA(halco.ExternalPPUMemoryByteOnFPGA(6), halco.ExternalPPUMemoryByteOnFPGA(10))
    byte = haldls.ExternalPPUMemoryByte
    chip = convert_to_chip(
        done((where, block), (halco.ExternalPPUMemoryByteOnFPGA(8), byte(0xAA)), (halco.ExternalPPUMemoryByteOnFPGA(5), byte(1)))
    )
    assert chip.external_ppu_memory.to_numpy()[:12].tolist() == [0, 0, 0, 0, 0, 1, 0x10, 0x11, 0xAA, 0x13, 0x14, 0]


def test_what_is_no_part_of_a_chip_is_announced_and_ignored(caplog: pytest.LogCaptureFixture) -> None:
    pairs = done((halco.EventRecordingConfigOnFPGA(), haldls.EventRecordingConfig()), (halco.NeuronResetOnDLS(3), haldls.NeuronReset()))
    assert convert_to_chip(pairs) == lola.Chip()
    (record,) = caplog.records
    assert record.name == "stadls.convert_to_chip" and record.levelname == "WARNING"
    assert "EventRecordingConfig" in record.getMessage() and "NeuronReset" in record.getMessage()


def test_waits_and_other_backends_do_not_matter(caplog: pytest.LogCaptureFixture) -> None:
    dumper = PlaybackProgramBuilderDumper()
    dumper.write(halco.ShiftRegisterOnBoard(), haldls.ShiftRegister())
    dumper.write(halco.ResetChipOnDLS(), haldls.ResetChip(True))
    dumper.block_until(halco.TimerOnDLS(), haldls.Timer.Value(3))
    dumper.block_until(halco.BarrierOnFPGA(), haldls.Barrier.omnibus)
    dumper.write(halco.SpikeCounterReadOnDLS(), haldls.SpikeCounterRead())
    assert convert_to_chip(dumper.done()) == lola.Chip() and not caplog.records


REGISTERS = [
    haldls.CapMemCell,
    haldls.CapMemBlock,
    haldls.CapMemBlockConfig,
    haldls.ReferenceGeneratorConfig,
    haldls.CommonNeuronBackendConfig,
    haldls.NeuronBackendConfig,
    haldls.NeuronConfig,
    haldls.SynapseDriverConfig,
    haldls.CommonPADIBusConfig,
    haldls.CommonSTPConfig,
    haldls.SynapseQuad,
    haldls.ColumnCorrelationQuad,
    haldls.ColumnCurrentQuad,
    haldls.CommonCorrelationConfig,
    haldls.CADCConfig,
    haldls.CADCChannelConfig,
    haldls.BackgroundSpikeSource,
    haldls.CrossbarNode,
    haldls.CrossbarOutputConfig,
    haldls.SynapseBiasSelection,
    haldls.PadMultiplexerConfig,
    haldls.ReadoutSourceSelection,
    haldls.CurrentDAC,
    haldls.MADCConfig,
    haldls.PPUMemory,
]


def changed(register: Any) -> Any:
    """An instance whose first word differs from the default one in the lowest bit that a field has."""
    words = register().encode()
    for bit in range(32):
        container, other = register(), words.copy()
        other[0] ^= 1 << bit
        try:
            container.decode(other)
        except RuntimeError:
            continue
        if container != register():
            return container
    raise AssertionError(f"{register.__name__} has no bits")


@pytest.mark.parametrize("register", REGISTERS, ids=lambda register: register.__name__)
def test_every_lasting_register_of_the_chip_is_part_of_it(register: Any, caplog: pytest.LogCaptureFixture) -> None:
    """First and last instance: the chip's words are the written ones, all others as before."""
    before = dict(zip(lola.Chip.write_addresses([0])[0].tolist(), lola.Chip().encode().tolist(), strict=True))
    for number in {0, register.coordinate.size - 1}:
        coordinate, container = register.coordinate(number), changed(register)
        addresses, words, _ = container.write_access(coordinate, "Omnibus")
        converted = convert_to_chip(done((coordinate, container)))
        assert not caplog.records and converted != lola.Chip()
        after = dict(zip(before, converted.encode().tolist(), strict=True))
        assert after == before | dict(zip(addresses.tolist(), words.tolist(), strict=True))


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 1022)), max_size=30))
def test_any_sequence_of_writes_is_that_of_a_memory(writes: list[tuple[int, int]]) -> None:
    chip = convert_to_chip(done(*((halco.CapMemCellOnDLS(number), haldls.CapMemCell(value)) for number, value in writes)))
    last = dict(writes)
    expected = convert_to_chip(done(*((halco.CapMemCellOnDLS(number), haldls.CapMemCell(value)) for number, value in last.items())))
    assert chip == expected


@pytest.mark.parametrize("arguments", [(3,), (PlaybackProgramBuilderDumper(),), (DumperDone(), 3), (DumperDone(), lola.AtomicNeuron())])
def test_other_arguments_are_refused(arguments: tuple[Any, ...]) -> None:
    with pytest.raises(NotAContainerError, match="is needed"):
        convert_to_chip(*arguments)
