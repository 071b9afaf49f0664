"""What fields take and refuse, for every field of every container and structure."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from every_field import CLASSES, arrays, is_enumeration, is_number, range_of, single_fields

import haldls
from halco import EntryOnQuad, HemisphereOnDLS, PhyConfigFPGAOnDLS, RangeError
from haldls import lola
from haldls.fields import Array
from haldls.lola.members import Numbers

TRUE = (True, 5, -3, 1.0, np.int64(1), np.uint8(200), np.bool_(True), np.float32(0.5), EntryOnQuad(3), Fraction(1, 2))
FALSE = (False, 0, 0.0, None, np.int64(0), np.bool_(False), EntryOnQuad(0))
NO_TRUTH_VALUE = ("1", "", b"1", [1], [], {}, (), object(), np.zeros(2), bool, haldls.CapMemCell(1), np.ma.masked)
NO_INTEGER = (3.7, 3.0, float("nan"), np.float32(3), "3", None, [3], np.array([3]), Fraction(3), 3j, object(), np.bool_(True), np.ma.masked)
NO_MEMBER = (2.9, 1.0, float("nan"), "1", "off", "membrane", None, True, False, np.bool_(True), [1], HemisphereOnDLS(1), np.ma.masked)

by_class = pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__qualname__)


def refuse(container: Any, call: Any, arguments: tuple[Any, ...], error: Any, *texts: str) -> None:
    """Calls what must raise an error with all the texts and leave the container as it was."""
    before = type(container)(container)
    with pytest.raises(error) as caught:
        call(*arguments)
    assert all(text in str(caught.value) for text in texts), str(caught.value)
    assert len(str(caught.value)) < 1000
    assert container == before


@by_class
def test_flags_are_whatever_python_calls_true(cls: Any) -> None:
    container = cls()
    for field in single_fields(cls):
        if field.type is not bool:
            continue
        for values, meant in ((TRUE, True), (FALSE, False)):
            for value in values:
                setattr(container, field.name, not meant)
                setattr(container, field.name, value)
                assert getattr(container, field.name) is meant
        for value in NO_TRUTH_VALUE:
            refuse(container, setattr, (container, field.name, value), TypeError, f"{cls.__qualname__}.{field.name}")
        assert getattr(cls(**{field.name: np.int64(1)}), field.name) is True


@by_class
def test_arrays_of_flags_are_whatever_python_calls_true(cls: Any) -> None:
    container = cls()
    for field in arrays(cls):
        if field.type is not bool or isinstance(field, Numbers):
            continue
        pattern = [number % 3 == 0 for number in range(field.count)]
        mixed = [(TRUE if flag else FALSE)[number % 7] for number, flag in enumerate(pattern)]
        for assigned in (
            mixed,
            tuple(mixed),
            [np.int64(flag) for flag in pattern],
            np.array(pattern),
            np.array(pattern, dtype=float) * 0.5,
        ):
            setattr(container, field.name, [False] * field.count)
            setattr(container, field.name, assigned)
            assert list(getattr(container, field.name)) == pattern
        array = getattr(container, field.name)
        for value, meant in ((5, True), (None, False), (np.uint8(1), True), (0.0, False)):
            array[0] = value
            assert array[0] is meant
            array.fill(value)
            assert list(array) == [meant] * field.count
        place = f"{cls.__qualname__}.{field.name}"
        for value in NO_TRUTH_VALUE:
            refuse(container, array.__setitem__, (0, value), TypeError, place)
            refuse(container, array.fill, (value,), TypeError, place)
            refuse(container, setattr, (container, field.name, [True] * (field.count - 1) + [value]), TypeError, place)
        refuse(container, array.from_numpy, (np.array(["1"] * field.count),), TypeError, place)


@by_class
def test_numbers_take_integers_in_range_and_nothing_else(cls: Any) -> None:
    container = cls()
    for field in single_fields(cls):
        if not is_number(field) or field.allowed is not None:
            continue
        low, high = range_of(field)
        for value in (low, high):
            for given in (value, np.int64(value)):
                setattr(container, field.name, given)
                assert int(getattr(container, field.name)) == value
        if low <= 1 <= high:
            setattr(container, field.name, True)  # an integer, as the original's bindings have it
            assert int(getattr(container, field.name)) == 1
        place = f"{cls.__qualname__}.{field.name}"
        for value in NO_INTEGER:
            refuse(container, setattr, (container, field.name, value), TypeError, place, str(low), str(high))
        if high < 2**63 - 1:
            beyond = high + 1 + isinstance(field.type, tuple)
            text = f"range overflow: {beyond} > max({high})"
            refuse(container, setattr, (container, field.name, beyond), RangeError, text, place)
            refuse(container, setattr, (container, field.name, 10**40), RangeError, "range overflow", place)
            refuse(container, setattr, (container, field.name, low - 1), RangeError, "range underflow", place)


@by_class
def test_arrays_of_numbers_are_taken_whole_or_not_at_all(cls: Any) -> None:
    container = cls()
    for field in arrays(cls):
        if not is_number(field):
            continue
        low, high = range_of(field)
        shape = getattr(field, "shape", (field.count,))
        array, place = getattr(container, field.name), f"{cls.__qualname__}.{field.name}"
        for dtype in (np.int64, np.uint64, np.float64, object):
            setattr(container, field.name, np.full(shape, min(high, 2**53), dtype=dtype))
            assert (getattr(container, field.name).to_numpy() == min(high, 2**53)).all()
        for wrong in (3.7, np.nan, np.inf, -np.inf):
            values = np.full(shape, float(low))
            values[-1] = wrong
            refuse(container, setattr, (container, field.name, values), TypeError, place)
            refuse(container, array.from_numpy, (values,), TypeError, place)
        for kind in ("U1", "S1", complex, "datetime64[s]"):
            refuse(container, array.from_numpy, (np.zeros(shape, dtype=kind),), TypeError, place)
        refuse(container, array.from_numpy, (np.full(shape, None),), TypeError, place)
        if high < 2**62:
            beyond = high + 1 + isinstance(field.type, tuple)
            refuse(container, array.from_numpy, (np.full(shape, beyond),), RangeError, f"{beyond} > max({high})", place)
            refuse(container, array.from_numpy, (np.full(shape, 2**64 - 1, dtype=np.uint64),), RangeError, "range overflow", place)
        refuse(container, array.from_numpy, (np.zeros((*shape, 1), dtype=int),), RuntimeError, "shape", place)
        refuse(container, array.from_numpy, (np.zeros(shape[0] + 1, dtype=int),), RuntimeError, "shape", place)
        refuse(container, setattr, (container, field.name, [low] * (shape[0] + 1)), ValueError, place)
        for wrong in (5, "abcd", None, {0: 1}, 3.5):
            refuse(container, setattr, (container, field.name, wrong), TypeError, place)
        if len(shape) == 1:
            for wrong in NO_INTEGER:
                refuse(container, array.__setitem__, (0, wrong), TypeError, place)
                refuse(container, array.fill, (wrong,), TypeError, place)
                refuse(container, setattr, (container, field.name, [high] * (shape[0] - 1) + [wrong]), TypeError, place)


@by_class
def test_masked_elements_have_no_value(cls: Any) -> None:
    container = cls()
    for field in arrays(cls):
        shape = getattr(field, "shape", (field.count,))
        array, place = getattr(container, field.name), f"{cls.__qualname__}.{field.name}"
        for dtype in (int, object) if is_enumeration(field) else (int, float, object):
            values = np.ma.masked_array(np.full(shape, 1, dtype), mask=np.zeros(shape, bool))
            values[(shape[0] - 1, *[0] * (len(shape) - 1))] = np.ma.masked
            refuse(container, setattr, (container, field.name, values), TypeError, place, "masked")
            refuse(container, array.__setitem__, (slice(None), values), TypeError, place, "masked")
            if hasattr(array, "from_numpy"):
                refuse(container, array.from_numpy, (values,), TypeError, place, "masked")
        if not is_number(field) or range_of(field)[0] <= 1 <= range_of(field)[1]:
            setattr(container, field.name, np.ma.masked_array(np.ones(shape, int), mask=np.zeros(shape, bool)))
            assert (np.asarray(list(getattr(container, field.name))).astype(int) == 1).all()


@by_class
def test_enumerations_take_members_and_their_integers(cls: Any) -> None:
    for field in single_fields(cls) + arrays(cls):
        if not is_enumeration(field):
            continue
        container, place = cls(), f"{cls.__qualname__}.{field.name}"

        count = field.count if isinstance(field, Array) else 0
        for member in field.type:
            for given in (member, int(member), np.uint8(int(member))):
                setattr(container, field.name, [given] * count if count else given)
                value = getattr(container, field.name)
                assert (value[0] if isinstance(field, Array) else value) is member
        for wrong in NO_MEMBER:
            refuse(
                container, setattr, (container, field.name, [wrong] * count if count else wrong), TypeError, place, *field.type.__members__
            )
        for wrong in (max(field.type) + 1, -1, 10**30):
            refuse(
                container,
                setattr,
                (container, field.name, [wrong] * count if count else wrong),
                (RangeError, TypeError),
                place,
                *field.type.__members__,
            )


def test_there_are_enumerations_flags_and_numbers_to_go_over() -> None:
    every = [field for cls in CLASSES for field in single_fields(cls) + arrays(cls)]
    assert sum(map(is_enumeration, every)) >= 19
    assert sum(field.type is bool for field in every) > 200 and sum(map(is_number, every)) > 150


@by_class
def test_assigning_what_is_no_part_names_the_field(cls: Any) -> None:
    container = cls()
    for field in cls.fields():
        if field in single_fields(cls) + arrays(cls) or field.readonly:
            continue
        wrongs = (None, 5, "x", object(), haldls.CapMemCell(3), [None], [5] * 3)
        for wrong in wrongs:
            if type(wrong) is not field.type:
                refuse(container, setattr, (container, field.name, wrong), (TypeError, ValueError), f"{cls.__qualname__}.{field.name}")


def test_setters_of_single_elements() -> None:
    common = haldls.CommonPhyConfigFPGA()
    common.set_enable_phy(PhyConfigFPGAOnDLS(0), np.uint8(1))
    assert common.get_enable_phy(PhyConfigFPGAOnDLS(0)) is True
    refuse(common, common.set_enable_phy, (PhyConfigFPGAOnDLS(0), "on"), TypeError, "CommonPhyConfigFPGA.enable_phy")
    refuse(common, common.set_enable_phy, (HemisphereOnDLS(0), True), TypeError, "PhyConfigFPGAOnDLS")
    refuse(common, common.set_enable_phy, (-1, True), IndexError, "enable_phy[-1]")


def test_examples_of_each_kind() -> None:
    mux = haldls.ReadoutSourceSelection.SourceMultiplexer()
    mux.neuron_odd[HemisphereOnDLS(1)] = np.int64(301 % 2)
    assert list(mux.neuron_odd) == [False, True]
    neuron = lola.AtomicNeuron()
    neuron.leak.enable_division = 1.0
    assert neuron.leak.enable_division is True
    driver = haldls.SynapseDriverConfig()
    with pytest.raises(TypeError, match=r"SynapseDriverConfig.row_mode_top .*disabled, excitatory, inhibitory.*not 2\.9"):
        driver.row_mode_top = 2.9
    with pytest.raises(TypeError, match=re.escape("not 'membrane'")):
        neuron.readout.source = "membrane"
    matrix = lola.SynapseMatrix()
    with pytest.raises(TypeError, match=r"SynapseMatrix.weights .*3\.7 at \[0, 0\]"):
        matrix.weights.from_numpy(np.full((256, 256), 3.7))
    with pytest.raises(RuntimeError, match=r"SynapseMatrix.weights is of shape \(256, 256\), the input of \(256,\)"):
        matrix.weights.from_numpy(np.full(256, 3))


def test_parts_may_be_exchanged_among_themselves() -> None:
    driver = lola.SynapseDriverBlock()
    for number, one in enumerate(driver.synapse_drivers):
        one.enable_address_out = number % 2
    driver.synapse_drivers = reversed(list(driver.synapse_drivers))
    assert [one.enable_address_out for one in driver.synapse_drivers] == [number % 2 == 0 for number in range(len(driver.synapse_drivers))]
