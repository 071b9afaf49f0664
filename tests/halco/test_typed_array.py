"""Arrays indexed by coordinates."""

import copy
import pickle
from array import array

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from halco import (
    ArrayError,
    EntryOnQuad,
    PADIBusOnPADIBusBlock,
    RangeError,
    SpikePackFromFPGAOnDLS,
    SynapseLabel,
    SynapseRowOnSynapseDriver,
    TypedArray,
)


def test_elements_by_coordinate_or_number():
    labels = TypedArray(SynapseLabel, EntryOnQuad)
    labels[EntryOnQuad(2)] = SynapseLabel(7)
    labels[3] = 9
    assert list(labels) == [SynapseLabel(0), SynapseLabel(0), SynapseLabel(7), SynapseLabel(9)]
    assert labels[2] == labels.at(EntryOnQuad(2)) == SynapseLabel(7)
    assert (labels.front(), labels.back()) == (SynapseLabel(0), SynapseLabel(9))
    assert (len(labels), labels.size, labels.max_size, labels.empty, labels.shape) == (4, 4, 4, False, (4,))
    assert repr(labels) == "[SynapseLabel(0), SynapseLabel(0), SynapseLabel(7), SynapseLabel(9)]"
    labels.fill(1)
    assert labels == TypedArray(SynapseLabel, EntryOnQuad, [1] * 4) == [SynapseLabel(1)] * 4


def test_wrong_index_and_wrong_element():
    labels = TypedArray(SynapseLabel, EntryOnQuad)
    with pytest.raises(RangeError, match="EntryOnQuad"):
        labels[4] = 0
    with pytest.raises(TypeError):
        labels[PADIBusOnPADIBusBlock(0)] = 0
    with pytest.raises(RangeError, match="SynapseLabel"):
        labels[0] = 64
    with pytest.raises(TypeError):
        labels[0] = EntryOnQuad(1)
    with pytest.raises(TypeError):
        TypedArray(bool, EntryOnQuad)[0] = "1"
    with pytest.raises(ArrayError):
        TypedArray(bool, EntryOnQuad, [True])


@given(st.lists(st.integers(0, 63), min_size=4, max_size=4))
def test_numpy_and_back(numbers):
    labels = TypedArray(SynapseLabel, EntryOnQuad, numbers)
    assert labels.to_numpy().tolist() == np.asarray(labels).tolist() == numbers
    again = TypedArray(SynapseLabel, EntryOnQuad)
    again.from_numpy(np.array(numbers, dtype=np.uint8))
    assert again == labels
    for copied in (copy.copy(labels), copy.deepcopy(labels), pickle.loads(pickle.dumps(labels))):
        assert copied == labels
        copied[0] = SynapseLabel(63 - numbers[0])
        assert copied != labels


def test_from_numpy_is_all_or_nothing():
    labels = TypedArray(SynapseLabel, EntryOnQuad)
    with pytest.raises(RuntimeError, match=r"Input shape does not match\."):
        labels.from_numpy(np.zeros(3, dtype=int))
    with pytest.raises(RuntimeError, match="1 dimensions"):
        labels.from_numpy(np.zeros((2, 2), dtype=int))
    for wrong in ([1, 2, 3, 64], [1, -1, 3, 4]):
        with pytest.raises(RangeError, match="SynapseLabel"):
            labels.from_numpy(np.array(wrong))
    with pytest.raises(ArrayError):
        labels.from_numpy(np.array([1, 2, 3, np.nan]))
    with pytest.raises(ArrayError):
        labels.from_numpy(np.array(["1", "2", "3", "4"]))
    assert labels.to_numpy().tolist() == [0] * 4
    with pytest.raises(TypeError, match=r"1\.9 at \[0\]"):
        labels.from_numpy(np.array([1.9, 2.0, 3.0, 4.0]))
    with pytest.raises(RangeError, match="64 > max"):
        labels[1:3] = [5, 64]
    with pytest.raises(ArrayError, match="3 values for 2 elements"):
        labels[1:3] = [5, 6, 7]
    assert labels.to_numpy().tolist() == [0] * 4
    labels.from_numpy(np.array([1.0, 2.0, 3.0, 4.0]))
    assert labels.to_numpy().tolist() == [1, 2, 3, 4]


def test_indices_and_slices_are_those_of_a_list():
    labels = TypedArray(SynapseLabel, EntryOnQuad, [1, 2, 3, 4])
    numbers = [SynapseLabel(number) for number in (1, 2, 3, 4)]
    assert labels[-1] == numbers[-1] and labels[1:3] == numbers[1:3] and labels[::-2] == numbers[::-2]
    labels[-4], labels[2:] = 9, [7, 8]
    assert labels.to_numpy().tolist() == [9, 2, 7, 8]
    for wrong in (4, -5):
        with pytest.raises(IndexError, match="4 elements"):
            labels[wrong]
    with pytest.raises(TypeError, match=r"indexed by EntryOnQuad, an integer or a slice, not 1\.0"):
        labels[1.0]


def test_comparison_with_anything():
    labels = TypedArray(SynapseLabel, EntryOnQuad, [1, 2, 3, 4])
    assert labels == (1, 2, 3, 4) and labels == np.array([1, 2, 3, 4])
    for other in (None, 5, "1234", {}, [1, 2, 3], np.zeros((4, 2)), [np.zeros(2)] * 4, object()):
        assert (labels == other) is False and (labels != other) is True
    assert SynapseLabel(2) in labels and None not in labels


def test_flags_are_whatever_python_calls_true():
    flags = TypedArray(bool, EntryOnQuad)
    for value in (True, 5, -3, 1.0, np.int64(1), np.bool_(True), EntryOnQuad(2)):
        flags.fill(False)
        flags[1] = value
        assert list(flags) == [False, True, False, False]
    for value in (0, 0.0, None, np.uint8(0), EntryOnQuad(0)):
        flags.fill(True)
        flags[1] = value
        assert list(flags) == [True, False, True, True]
    for wrong in ("1", b"1", [1], {}, np.zeros(2), int):
        with pytest.raises(TypeError, match="True or False"):
            flags[1] = wrong


def test_booleans_and_integers():
    flags = TypedArray(bool, EntryOnQuad, [True, False, True, False])
    assert flags.to_numpy().dtype == bool and flags[0] is True
    flags.from_numpy(np.array([0, 1, 0, 1]))
    assert list(flags) == [False, True, False, True]
    assert list(TypedArray(int, EntryOnQuad, [-5, 0, 2**40, 1])) == [-5, 0, 2**40, 1]


def test_matrix():
    matrix = TypedArray(SynapseLabel, (SynapseRowOnSynapseDriver, EntryOnQuad))
    matrix[SynapseRowOnSynapseDriver.bottom][EntryOnQuad(3)] = 5
    matrix[0] = [1, 2, 3, 4]
    assert matrix.to_numpy().tolist() == [[1, 2, 3, 4], [0, 0, 0, 5]]
    assert matrix.shape == (2, 4) and len(matrix) == 2
    again = TypedArray(SynapseLabel, (SynapseRowOnSynapseDriver, EntryOnQuad))
    again.from_numpy(matrix.to_numpy())
    assert again == matrix == pickle.loads(pickle.dumps(matrix))
    with pytest.raises(ArrayError):
        again.from_numpy(np.zeros((4, 2), dtype=int))


def test_over_foreign_memory():
    memory = array("q", [0] * 4)
    labels = TypedArray.over(SynapseLabel, EntryOnQuad, memory)
    labels[1] = 6
    memory[2] = 7
    assert (memory.tolist(), labels[2]) == ([0, 6, 7, 0], SynapseLabel(7))
    with pytest.raises(ArrayError):
        TypedArray.over(SynapseLabel, EntryOnQuad, array("q", [0] * 3))


def test_index_that_does_not_start_at_zero():
    packs = TypedArray(int, SpikePackFromFPGAOnDLS, [10, 20, 30])
    assert (packs[1], packs[SpikePackFromFPGAOnDLS(3)], packs.size) == (10, 30, 3)
    with pytest.raises(RangeError):
        _ = packs[0]
