"""What two containers, blocks and neurons of several circuits differ in, and what they take."""

from __future__ import annotations

import json

import numpy as np
import pytest

from halco import (
    AtomicNeuronOnLogicalNeuron,
    CompartmentOnLogicalNeuron,
    ExternalPPUDRAMMemoryBlockOnFPGA,
    ExternalPPUDRAMMemoryByteOnFPGA,
    NeuronColumnOnLogicalNeuron,
    NeuronRowOnLogicalNeuron,
)
from haldls import NeuronConfig, PPUMemoryBlock, PPUMemoryWord
from haldls.differences import changes, differences
from haldls.errors import BlockSizeError, ContainerError
from haldls.lola import AtomicNeuron, ExternalPPUDRAMMemoryBlock, LogicalNeuron, MCSafeAtomicNeuron, Morphology


def pair(columns: int = 2) -> LogicalNeuron:
    """A neuron of one compartment, circuits side by side."""
    morphology = Morphology()
    row = NeuronRowOnLogicalNeuron(0)
    circuits = [AtomicNeuronOnLogicalNeuron(NeuronColumnOnLogicalNeuron(column), row) for column in range(columns)]
    morphology.create_compartment(circuits)
    return morphology.done()[1]


# ------------------------------------------------------------------------------------------------------------------- differences
def test_fields_that_differ_are_named_with_both_values() -> None:
    one, other = NeuronConfig(), NeuronConfig()
    other.enable_fire = True
    assert [str(found) for found in differences(one, other)] == ["enable_fire: False -> True"]
    assert not [*differences(one, NeuronConfig())]
    with pytest.raises(TypeError, match="a NeuronConfig has other fields than a AtomicNeuron"):
        [*differences(one, AtomicNeuron())]


def test_what_has_no_fields_differs_as_a_whole() -> None:
    assert [str(found) for found in differences(3, 4)] == ["3 -> 4"] and not [*differences(3, 3)]


def test_blocks_differ_in_size_and_elements() -> None:
    one, other = PPUMemoryBlock(3), PPUMemoryBlock(2)
    other[1] = 7
    assert [str(found) for found in differences(one, other)] == ["size: 3 -> 2", "[1]: 0 -> 7"]
    assert [str(found) for found in changes(other)] == ["[1]: 0 -> 7"]


def test_circuits_of_a_neuron_are_named_by_compartment_and_number() -> None:
    one, other = pair(), pair()
    other[CompartmentOnLogicalNeuron(0), 1].leak.v_leak = 700
    assert [str(found) for found in differences(one, other)] == ["[0, 1].leak.v_leak: 0 -> 700"]
    assert "[0, 1].leak.v_leak: 0 -> 700" in [str(found) for found in changes(other)]
    (whole,) = differences(one, pair(3))
    assert whole.path == "" and whole.one != whole.other


# ------------------------------------------------------------------------------------------------------------------------ blocks
def test_blocks_take_arrays_of_one_dimension() -> None:
    block = PPUMemoryBlock(2)
    with pytest.raises(BlockSizeError, match=r"takes an array of one dimension, not of shape \(1, 2\)"):
        block.from_numpy(np.zeros((1, 2), int))
    with pytest.raises(TypeError, match="PPUMemoryBlock takes the values of words"):
        block.from_numpy([0.5])
    block.from_numpy([PPUMemoryWord(PPUMemoryWord.Value(5)), 6])
    assert block.to_numpy().tolist() == [5, 6]
    block.from_numpy([])
    assert len(block) == 0


def test_slices_take_as_many_items_as_they_hold() -> None:
    block = PPUMemoryBlock(4)
    block[1:3] = [7, PPUMemoryWord(PPUMemoryWord.Value(8))]
    assert block.to_numpy().tolist() == [0, 7, 8, 0] and [int(word.value) for word in block[1:3]] == [7, 8]
    with pytest.raises(BlockSizeError, match="the slice holds 2 words, 3 were given"):
        block[1:3] = [1, 2, 3]
    with pytest.raises(TypeError, match=r"PPUMemoryBlock is indexed by integers, not 1\.5"):
        block[1.5] = 1
    with pytest.raises(IndexError, match="words 4 of a block of 4"):
        block.at(4)
    assert block.to_numpy().tolist() == [0, 7, 8, 0]


def test_parts_of_blocks_are_blocks_of_the_same_kind() -> None:
    block = PPUMemoryBlock(4)
    block.set_subblock(2, PPUMemoryBlock(2))
    for wrong in ([1, 2], ExternalPPUDRAMMemoryBlock(2)):
        with pytest.raises(TypeError, match="a PPUMemoryBlock is needed"):
            block.set_subblock(0, wrong)
    with pytest.raises(ContainerError, match="these 3 bytes are not the state of a PPUMemoryBlock"):
        block.__setstate__(b"\0\0\0")
    assert len(block) == 4


# --------------------------------------------------------------------------------------------------------------- logical neurons
def test_logical_neurons_are_made_by_morphologies_or_from_others() -> None:
    for wrong in (3, AtomicNeuron()):
        with pytest.raises(TypeError, match=r"a LogicalNeuron is made by Morphology\.done, or from another one"):
            LogicalNeuron(wrong)
        with pytest.raises(TypeError, match=r"an MCSafeAtomicNeuron\.Multicompartment is made from that of an AtomicNeuron"):
            MCSafeAtomicNeuron.Multicompartment(wrong)
    neuron = pair()
    for index in (0, (0,), (0, "one")):
        with pytest.raises(TypeError, match="a logical neuron is indexed by a CompartmentOnLogicalNeuron and the number of a circuit"):
            neuron[index]


def stored(**changed: object) -> bytes:
    return json.dumps({**json.loads(pair().__getstate__()), **changed}).encode()


@pytest.mark.parametrize(
    "state, text",
    [
        (stored(joints=[["no_switch", [0, 0], [0, 1]]]), "the joints of a LogicalNeuron connect two of its circuits"),
        (stored(joints=[["connect_right", [0, 0], [0, 5]]]), "the joints of a LogicalNeuron connect two of its circuits"),
        (stored(joints=[["connect_right", [0, 0.5], [0, 1]]]), "a joint of a LogicalNeuron is a switch and two circuits"),
        (stored(compartments={"0": [0] * 513}), "a LogicalNeuron has at most 512 circuits"),
    ],
)
def test_stored_neurons_that_cannot_be(state: bytes, text: str) -> None:
    made = pair()
    with pytest.raises(ContainerError, match=text):
        made.__setstate__(state)
    assert made == pair()


def test_circuits_of_a_morphology_are_those_something_was_said_about() -> None:
    morphology, row = Morphology(), NeuronRowOnLogicalNeuron(0)
    first, other = (AtomicNeuronOnLogicalNeuron(NeuronColumnOnLogicalNeuron(column), row) for column in (3, 4))
    morphology.connect_to_soma(first)
    assert morphology[first].connect_soma
    with pytest.raises(IndexError, match=r"AtomicNeuronOnLogicalNeuron\(.*\) is not part of the morphology"):
        morphology[other]
    assert morphology == morphology and morphology != Morphology() and morphology != 3


def test_bytes_of_external_memory() -> None:
    block = ExternalPPUDRAMMemoryBlock(5)
    block.from_numpy([1, 2, 3, 4, 5])
    assert block.encode().tolist() == [0x01020304, 0x05000000], "the first byte is the most significant one"
    byte = ExternalPPUDRAMMemoryByteOnFPGA
    where = ExternalPPUDRAMMemoryBlockOnFPGA(byte(2), byte(6))
    assert block.encode(where).tolist() == [0x0102, 0x03040500]
    with pytest.raises(ContainerError, match=r"container size\(5\) and .* size do not match"):
        block.encode(ExternalPPUDRAMMemoryBlockOnFPGA(byte(2), byte(7)))
