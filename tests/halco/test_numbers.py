"""Ranged numbers: ranges and their errors, arithmetic, comparison, and that types do not mix."""

import copy
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import halco
from halco import Enum, NeuronColumnOnDLS, PPUMemoryBlockSize, RangeError, SynapseLabel, SynapseRowOnSynram, X


def test_range_is_known_to_the_class():
    assert (SynapseLabel.min, SynapseLabel.max, SynapseLabel.size, SynapseLabel.begin, SynapseLabel.end, SynapseLabel.lowest) == (
        0,
        63,
        64,
        0,
        64,
        0,
    )
    assert (PPUMemoryBlockSize.min, PPUMemoryBlockSize.max, PPUMemoryBlockSize.size, PPUMemoryBlockSize.end) == (1, 4096, 4096, 4097)
    assert int(PPUMemoryBlockSize()) == 1


@given(st.integers())
def test_construction_succeeds_exactly_inside_the_range(number):
    if 0 <= number <= 63:
        assert SynapseLabel(number).value() == number
        return
    with pytest.raises(RangeError, match=r"range (overflow|underflow)"):
        SynapseLabel(number)


def test_range_error_is_what_scripts_expect():
    with pytest.raises(OverflowError, match=r"range overflow: 64 > max\(63\)"):
        SynapseLabel(64)
    with pytest.raises(RuntimeError, match=r"range underflow: 0 < min\(1\)"):
        PPUMemoryBlockSize(0)
    for error in (TypeError, RangeError):
        with pytest.raises(error, match=r"range underflow: -1 < min\(0\)"):
            SynapseLabel(-1)


@given(st.integers(0, 63), st.integers(0, 63))
def test_arithmetic_keeps_type_and_range(a, b):
    left, right = SynapseLabel(a), SynapseLabel(b)
    if a + b <= 63:
        assert type(left + right) is SynapseLabel
        assert left + right == left + b == a + right == SynapseLabel(a + b)
    else:
        with pytest.raises(RangeError):
            left + right
    if b:
        assert (int(left / right), int(left % right)) == divmod(a, b)
    assert (left < right, left == right, left >= b) == (a < b, a == b, a >= b)


def test_types_do_not_mix():
    assert SynapseLabel(3) != NeuronColumnOnDLS(3)
    assert len({SynapseLabel(3), NeuronColumnOnDLS(3), SynapseLabel(3)}) == 2
    with pytest.raises(TypeError):
        SynapseLabel(3) + NeuronColumnOnDLS(3)
    with pytest.raises(TypeError):
        _ = SynapseLabel(3) < NeuronColumnOnDLS(3)


@pytest.mark.parametrize("wrong", ["3", 3.0, int, np.arange(2)])
def test_only_integers_are_numbers(wrong):
    with pytest.raises(TypeError):
        SynapseLabel(wrong)


def test_integers_of_numpy_and_indexing():
    assert SynapseLabel(np.uint8(5)) == SynapseLabel(5)
    assert np.arange(64)[SynapseLabel(5)] == 5
    assert hex(SynapseLabel(63)) == "0x3f"
    assert not SynapseLabel(0) and SynapseLabel(1)


def test_in_place_arithmetic_makes_a_new_number():
    first = second = SynapseLabel(3)
    second += 1
    assert (int(first), int(second)) == (3, 4)


@pytest.mark.parametrize("number", [SynapseLabel(5), X(2**40), Enum(7), halco.AtomicNeuronOnDLS.enum_type(9), halco.Parity.odd])
def test_copies_and_pickles_are_equal(number):
    for again in (copy.copy(number), copy.deepcopy(number), pickle.loads(pickle.dumps(number))):
        assert again == number and type(again) is type(number)


def test_enum_of_a_number():
    assert SynapseRowOnSynram(7).toEnum() == Enum(7)
    assert PPUMemoryBlockSize(5).toEnum() == Enum(5)
    assert repr(Enum(7)) == "Enum(7)"
    with pytest.raises(RangeError):
        Enum(-1)


def test_numbers_that_python_does_not_show():
    with pytest.raises(RangeError, match=r"range overflow: a huge int > max\(511\) \(NeuronConfigOnDLS\)"):
        halco.NeuronConfigOnDLS(10**5000)
    with pytest.raises(RangeError, match=r"range underflow: a huge int < min\(0\)"):
        halco.NeuronConfigOnDLS(-(10**5000))
