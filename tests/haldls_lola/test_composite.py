"""What every composed container promises: nested attributes, copies, errors, and that what is written can be read back."""

import copy
import pickle
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from halco import AtomicNeuronOnDLS, DACChannelOnBoard, NeuronColumnOnDLS, RangeError, SynapseOnSynapseRow, SynapseRowOnSynram, SynramOnDLS
from haldls import CapMemCell, NeuronConfig, lola
from haldls.container import container_on
from haldls.errors import ContainerError, CoordinateError, UnknownBackendError
from haldls.layout import get_slot, set_slot
from haldls.lola.table import Composed

COMPOSED = [cls for cls in lola.containers if issubclass(cls, Composed)]
ILLEGAL = (lola.CapMem, lola.Chip, lola.SinglechipFPGA, lola.ChipAndSinglechipFPGA, lola.ChipAndMultichipJboaLeafFPGA)
"""Registers of these can hold what their fields cannot."""
BIJECTIVE = [cls for cls in COMPOSED if cls not in ILLEGAL and cls.layout().n_write == cls.layout().n_read > 0]
names = pytest.mark.parametrize("cls", COMPOSED, ids=lambda cls: cls.__name__)


def scramble(container: Any, seed: int) -> None:
    """Sets all bits that the registers hold to random values: by decoding random words, where that is allowed."""
    layout = container.layout()
    words = np.random.default_rng(seed).integers(0, 1 << 32, layout.n_read, dtype=np.uint32)
    container.decode(words)


@names
def test_stands_on_its_coordinate(cls: Any) -> None:
    assert container_on[cls.coordinate] is cls


@names
def test_copies_are_equal_and_independent(cls: Any) -> None:
    made = cls()
    for other in (cls(made), copy.copy(made), copy.deepcopy(made), pickle.loads(pickle.dumps(made))):
        assert other == made and other is not made
        if cls.fields():
            set_slot(other, 0, get_slot(other, 0) ^ 1)
            assert other != made
    with pytest.raises(TypeError):
        hash(made)


@names
def test_unknown_names_and_backends_are_errors(cls: Any) -> None:
    with pytest.raises(AttributeError):
        cls().no_such_field = 1
    with pytest.raises(TypeError, match="no_such_field"):
        cls(no_such_field=1)
    with pytest.raises(UnknownBackendError, match="JTAGIdCode"):
        cls.layout("JTAGIdCode")


@names
def test_text_names_class_and_fields(cls: Any) -> None:
    text = str(cls())
    assert text.startswith(cls.__name__ + "(")
    for field in cls.fields():
        assert f"\n  {field.name}" in text


@pytest.mark.parametrize("cls", BIJECTIVE, ids=lambda cls: cls.__name__)
def test_what_is_written_can_be_read_back(cls: Any) -> None:
    first, second = cls(), cls()
    scramble(first, 1)
    second.decode(first.encode())
    assert second == first
    assert (second.encode() == first.encode()).all()


def test_nested_attributes_are_views() -> None:
    block = lola.NeuronBlock()
    neuron = block.atomic_neurons[AtomicNeuronOnDLS(5)]
    leak = neuron.leak
    leak.v_leak = 700
    assert block.atomic_neurons[5].leak.v_leak == 700
    assert block.atomic_neurons[6].leak.v_leak == 0
    block.atomic_neurons[6] = neuron
    leak.v_leak = 3
    assert block.atomic_neurons[6].leak.v_leak == 700
    del block, neuron
    assert leak.v_leak == 3  # a view keeps alive what it is a part of


def test_assigning_a_structure_copies_it() -> None:
    first, second = lola.AtomicNeuron(), lola.AtomicNeuron()
    first.leak.i_bias = 5
    second.leak = first.leak
    first.leak.i_bias = 6
    assert second.leak.i_bias == 5
    with pytest.raises(TypeError, match="leak"):
        second.leak = first.reset


def test_values_are_checked() -> None:
    neuron = lola.AtomicNeuron()
    with pytest.raises(RangeError, match="1023 > max"):
        neuron.leak.v_leak = 1023
    neuron.leak.v_leak = CapMemCell.DisableRefresh()
    assert neuron.leak.v_leak == CapMemCell.DisableRefresh()
    with pytest.raises(AttributeError):
        neuron.leak.v_leek = 1
    with pytest.raises(TypeError):
        neuron.threshold.enable = "on"
    with pytest.raises(TypeError):
        neuron.readout.source = lola.AtomicNeuron.EventRouting.AnalogOutputMode.normal
    assert neuron.leak.v_leak == CapMemCell.DisableRefresh()


def test_members_are_indexed_by_their_coordinate_or_integers() -> None:
    neurons = lola.NeuronBlock().atomic_neurons
    assert len(neurons) == neurons.size == 512
    with pytest.raises(TypeError, match="AtomicNeuronOnDLS"):
        neurons[NeuronColumnOnDLS(3)]
    with pytest.raises(IndexError):
        neurons[512]


def test_accesses_refuse_foreign_coordinates_and_lengths() -> None:
    with pytest.raises(CoordinateError, match="SynramOnDLS"):
        lola.SynapseMatrix().write_access(AtomicNeuronOnDLS())
    with pytest.raises(ContainerError, match="34"):
        lola.AtomicNeuron().decode(np.zeros(33, dtype=np.uint32))


def test_arrays_go_through_numpy() -> None:
    matrix = lola.SynapseMatrix()
    weights = np.random.default_rng(3).integers(0, 64, (256, 256))
    matrix.weights.from_numpy(weights)
    assert (matrix.weights.to_numpy() == weights).all() and matrix.weights.to_numpy().dtype == np.uint8
    assert int(matrix.weights[SynapseRowOnSynram(3)][SynapseOnSynapseRow(9)]) == weights[3, 9]
    matrix.weights[4] = np.arange(256) % 64
    assert (matrix.weights[4].to_numpy() == np.arange(256) % 64).all()
    matrix.labels = weights
    assert matrix.labels == matrix.labels and (np.asarray(matrix.labels) == weights).all()
    assert matrix.labels[0] != matrix.labels[1]


def test_arrays_refuse_wrong_shapes_and_values() -> None:
    row = lola.SynapseRow()
    with pytest.raises(RuntimeError, match="Input shape does not match"):
        row.weights.from_numpy(np.zeros(255, dtype=int))
    with pytest.raises(RangeError, match=r"range overflow: 64 > max\(63\)"):
        row.weights.from_numpy(np.full(256, 64))
    with pytest.raises(RangeError, match="range underflow: -1 < min"):
        row.weights.from_numpy(np.full(256, -1))
    with pytest.raises(TypeError, match=r"SynapseRow\.weights takes an integer"):
        row.weights.from_numpy(np.full(256, np.nan))
    with pytest.raises(RangeError):
        row.weights[0] = 64
    with pytest.raises(TypeError):
        row.weights[SynapseRowOnSynram(0)]
    with pytest.raises(IndexError):
        row.weights[256]
    assert row == lola.SynapseRow()


def test_one_synapse_stands_where_the_facts_say() -> None:
    """Row 2, column 13 of the lower array: quad 33, entry 2, weight bit 5 upright, the five lower ones reversed."""
    matrix = lola.SynapseMatrix()
    matrix.weights[2][13] = 0b100001
    matrix.labels[2][13] = 5
    addresses, words, enables = matrix.write_access(SynramOnDLS.bottom)
    hit = np.flatnonzero(words)
    assert addresses[hit].tolist() == [0x3CF0000 + 2 * 0x80 + 33, 0x3CF0040 + 2 * 0x80 + 33]
    assert words[hit].tolist() == [0b110000 << 8, 5 << 8]
    assert (enables == 0xF).all()


def test_neuron_from_and_to_its_registers() -> None:
    neuron = lola.AtomicNeuron()
    neuron.event_routing = lola.AtomicNeuron.EventRouting.bypass_exc
    neuron.event_routing.analog_output = lola.AtomicNeuron.EventRouting.AnalogOutputMode.strong
    neuron.bayesian.operation = lola.AtomicNeuron.Bayesian.Operation.XNOR
    config, backend = neuron.asNeuronConfig(), neuron.asNeuronBackendConfig()
    assert config.enable_fire and config.enable_strong_fire and config.enable_bypass_excitatory
    assert (backend.enable_bayesian_0, backend.enable_bayesian_1, backend.enable_spike_out) == (False, True, True)
    other = lola.AtomicNeuron()
    other.set_from(config)
    other.set_from(backend)
    assert other == neuron
    with pytest.raises(TypeError):
        other.set_from(CapMemCell())


def test_strong_firing_without_firing_is_off() -> None:
    neuron = lola.AtomicNeuron()
    config = neuron.asNeuronConfig()
    assert isinstance(config, NeuronConfig)
    config.enable_strong_fire = True
    neuron.set_from(config)
    assert neuron == lola.AtomicNeuron()
    assert neuron.event_routing.analog_output == lola.AtomicNeuron.EventRouting.AnalogOutputMode.off


def test_voltages_of_channels_may_be_quantities() -> None:
    """Calibrations give them as quantities, which are arrays without dimension."""
    for voltage in (np.float32(0.1), np.array(0.1), Fraction(1, 10)):
        block = lola.DACChannelBlock()
        block.set_voltage(DACChannelOnBoard.mux_dac_25, voltage)
        assert block.value[DACChannelOnBoard.mux_dac_25] == int(0.1 / 2.5 * 4095)


def test_presets_are_fresh_copies() -> None:
    lola.DACChannelBlock.default_ldo_2.value[0] = 5
    assert lola.DACChannelBlock.default_ldo_2.value[0] == 0
    chip = lola.Chip.default_neuron_bypass
    assert all(neuron.event_routing.enable_bypass_excitatory for neuron in chip.neuron_block.atomic_neurons)
    assert all(extension == 15 for block in chip.synapse_driver_blocks for extension in block.padi_bus.dacen_pulse_extension)
    assert chip != lola.Chip()


def test_the_chip_shares_the_slots_of_its_parts() -> None:
    chip = lola.Chip()
    chip.synapse_blocks[1].matrix.weights[7][8] = 9
    chip.ppu_memory[0].set_word(3, 4)
    matrix = lola.SynapseMatrix()
    matrix.weights[7][8] = 9
    assert chip.synapse_blocks[1].matrix == matrix and chip.synapse_blocks[0].matrix != matrix
    system = lola.ChipAndSinglechipFPGA(chip)
    assert system.chip == chip and system.fpga == lola.SinglechipFPGA()
    assert pickle.loads(pickle.dumps(chip)).ppu_memory[0].get_word(3) == 4
