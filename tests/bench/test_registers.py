"""Registers as data beside plain numpy doing the same shifts, and what a user waits for: import, a container, a whole chip."""

import subprocess
import sys

import numpy as np
import pytest

from halco import NeuronConfigOnDLS
from haldls import NeuronConfig
from haldls.lola import Chip, SynapseMatrix

ROWS, COLUMNS, QUADS = 256, 256, 64
SHAPE = (ROWS, COLUMNS)
LANES = np.array([24, 16, 8, 0], np.uint32)
FIELDS = ("weights", "labels", "time_calibs", "amp_calibs")


def planes():
    """Random contents: weights, labels and the two calibrations, uint8[256, 256] each."""
    random = np.random.default_rng(1)
    return {name: random.integers(0, 64 if name in ("weights", "labels") else 4, SHAPE, np.uint8) for name in FIELDS}


def matrix_of(contents):
    matrix = SynapseMatrix()
    for name, values in contents.items():
        getattr(matrix, name).from_numpy(values)
    return matrix


def quads_of(values):
    """uint32[rows, quads, 4]: the quads of the even columns come first, those of the odd ones follow."""
    by_parity = values.reshape(ROWS, COLUMNS // 8, 4, 2)
    return np.moveaxis(by_parity, 3, 1).reshape(ROWS, QUADS, 4).astype(np.uint32)


def columns_of(quads):
    """The reverse of `quads_of`, uint8[rows, columns]."""
    return np.moveaxis(quads.reshape(ROWS, 2, COLUMNS // 8, 4), 1, 3).reshape(SHAPE).astype(np.uint8)


def reversed_weights(values):
    """Weights as the memory holds them: the five lower bits in reverse. Its own inverse."""
    made = values & 32
    for bit in range(5):
        made = made | (values >> bit & 1) << (4 - bit)
    return made


def numpy_encode(contents):
    """The words of a synapse matrix, uint32[rows, quads, 2], by shifts alone."""
    weights, labels, times, amplitudes = (quads_of(contents[name]) for name in FIELDS)
    first = np.bitwise_or.reduce((reversed_weights(weights) | times << 6) << LANES, axis=2)
    second = np.bitwise_or.reduce((labels | amplitudes << 6) << LANES, axis=2)
    return np.stack((first, second), axis=2)


def numpy_decode(words):
    """The four planes from the words."""
    first, second = (words[:, :, word, None] >> LANES & 255 for word in range(2))
    parts = reversed_weights(first & 63), second & 63, first >> 6, second >> 6
    return {name: columns_of(part) for name, part in zip(FIELDS, parts, strict=True)}


def flat(words):
    """Words in the order of the container."""
    return np.ascontiguousarray(words).ravel()


@pytest.mark.benchmark(group="SynapseMatrix encode, 65536 synapses")
@pytest.mark.parametrize("way", ["container", "numpy"])
def test_encode_synapses(benchmark, way):
    contents = planes()
    matrix = matrix_of(contents)
    words = benchmark(matrix.encode) if way == "container" else flat(benchmark(numpy_encode, contents))
    np.testing.assert_array_equal(words, matrix.encode())


@pytest.mark.benchmark(group="SynapseMatrix decode, 65536 synapses")
@pytest.mark.parametrize("way", ["container", "numpy"])
def test_decode_synapses(benchmark, way):
    contents, matrix = planes(), SynapseMatrix()
    words = matrix_of(contents).encode()
    if way == "container":
        benchmark(matrix.decode, words)
        found = {name: getattr(matrix, name).to_numpy() for name in FIELDS}
    else:
        found = benchmark(numpy_decode, words.reshape(ROWS, QUADS, 2))
    for name in FIELDS:
        np.testing.assert_array_equal(found[name], contents[name])


@pytest.mark.benchmark(group="whole chip")
@pytest.mark.parametrize("way", ["encode", "construct"])
def test_chip(benchmark, way):
    chip = Chip()
    words = benchmark(chip.encode if way == "encode" else Chip)
    if way == "encode":
        assert len(words) == Chip.layout().n_write > 100_000
    else:
        assert words == chip


@pytest.mark.benchmark(group="one container")
def test_neuron_config(benchmark):
    """Construct, set a flag, a number and an enumeration, encode."""

    def one():
        config = NeuronConfig()
        config.enable_fire = True
        config.membrane_capacitor_size = 63
        config.readout_source = NeuronConfig.ReadoutSource.adaptation
        return config.encode()

    assert benchmark(one).tolist() == [0, 0x60, 0, 0xFC, 4, 0]


@pytest.mark.benchmark(group="one container")
def test_neuron_config_with_addresses(benchmark):
    """Words, addresses and byte enables, as the builder takes them."""
    config, coordinate = NeuronConfig(), NeuronConfigOnDLS(3)
    addresses, _, enables = benchmark(config.write_access, coordinate)
    assert addresses[0] == 0x160002 + 3 * 8 and set(enables) == {15}


@pytest.mark.benchmark(group="cold import")
@pytest.mark.parametrize("modules", ["halco, haldls, haldls.lola", "numpy"])
def test_import_of_registers(benchmark, modules):
    command = [sys.executable, "-c", f"import {modules}"]
    benchmark.pedantic(subprocess.run, args=(command,), kwargs={"check": True}, rounds=5)
