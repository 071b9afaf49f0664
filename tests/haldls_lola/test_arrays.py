"""Array attributes behave as lists of a fixed length that belong to their container: every one of them, of every container."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from every_field import CLASSES

import haldls
from halco import ADCOnBoard, EntryOnQuad, PADIBusOnPADIBusBlock, SynapseOnSynapseRow, SynapseRowOnSynram
from haldls import lola
from haldls.fields import Array, View
from haldls.lola.members import Members, Numbers

ANYTHING: list[Any] = [
    None,
    5,
    0,
    True,
    1.5,
    "text",
    b"",
    {},
    set(),
    object(),
    [],
    (),
    [None],
    {0: 0},
    np.zeros(0),
    np.zeros((3, 3)),
    "1" * 4,
]
ANYTHING += [EntryOnQuad(1), haldls.CapMemCell(), EntryOnQuad, lambda: 0, np.array(["x"]), [np.zeros(2)] * 4, float("nan")]

COUNTED = (haldls.SpikePack1ToChip, haldls.SpikePack2ToChip, haldls.SpikePack3ToChip)
"""Their labels are just counted: no coordinate stands for them."""

by_class = pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__qualname__)


def arrays_of(container: Any) -> Iterator[tuple[str, Any]]:
    """All array attributes of a container by their name, rows of matrices included."""
    for field in container.fields():
        if isinstance(field, (Array, Numbers, Members)):
            array = getattr(container, field.name)
            yield field.name, array
            if isinstance(array[0], View):
                yield f"{field.name}[-1]", array[-1]


@by_class
def test_comparison_with_anything(cls: Any) -> None:
    for name, array in arrays_of(cls()):
        for other in ANYTHING:
            assert (array == other) is False and (array != other) is True, (name, other)
            assert isinstance(other, np.ndarray) or (other == array) is False, (name, other)
        assert None not in array and object() not in array and "x" not in array
        assert array == array and array == list(array) and array == tuple(array) and array != list(array)[1:]
        assert array[0] in array
        with pytest.raises(TypeError, match="unhashable"):
            hash(array)


@by_class
def test_indices_and_slices_are_those_of_a_list(cls: Any) -> None:
    for name, array in arrays_of(cls()):
        plain = list(array)
        assert len(plain) == len(array) == array.size == array.max_size and not array.empty
        for chosen in (slice(None), slice(1, 3), slice(-2, None), slice(None, None, -1), slice(9, 3)):
            assert array[chosen] == plain[chosen], name
        for index in (0, -1, len(plain) - 1, -len(plain), np.int64(0), np.int8(-1)):
            assert array[index] == plain[index]
        assert (array.front(), array.back(), array.at(0)) == (plain[0], plain[-1], plain[0])
        assert list(reversed(array)) == plain[::-1]
        for wrong in (len(plain), -len(plain) - 1, 10**30):
            with pytest.raises(IndexError, match=name.partition("[")[0]):
                array[wrong]
            with pytest.raises(IndexError, match=name.partition("[")[0]):
                array[wrong] = plain[0]
        for wrong in (1.0, "0", None, [0], (0, 0), np.zeros(2), 0j, *([] if cls in COUNTED else [ADCOnBoard(0)])):
            with pytest.raises(TypeError, match=f"{name.partition('[')[0]} is indexed by"):
                array[wrong]
            with pytest.raises(TypeError, match=f"{name.partition('[')[0]} is indexed by"):
                array[wrong] = plain[0]
        array[-1] = plain[0]
        array[:2] = plain[:2]
        array[::-1] = plain
        array[:] = plain[::-1]
        with pytest.raises(ValueError, match=name.partition("[")[0]):
            array[:] = plain[1:]


@by_class
def test_copies_and_pickles_are_independent(cls: Any) -> None:
    container = cls()
    before = cls(container)
    for name, array in arrays_of(container):
        for again in (copy.copy(array), copy.deepcopy(array), pickle.loads(pickle.dumps(array))):
            assert again == array and type(again) is type(array) and again is not array, name
            assert [again] == [array] and again[0] == array[0]
            if isinstance(array, View) and hasattr(again, "to_numpy"):
                assert (again.to_numpy() == array.to_numpy()).all() and (np.asarray(again) == array.to_numpy()).all()
                changed = again.to_numpy()
                changed[...] = changed.max() == 0
                again.from_numpy(changed)
            assert container == before


def test_what_is_set_in_a_slice_is_set_in_the_container() -> None:
    bus = haldls.CommonPADIBusConfig()
    bus.enable_spl1[1:3] = [0, np.int64(7)]
    assert list(bus.enable_spl1) == [bus.enable_spl1.front(), False, True, bus.enable_spl1.back()]
    matrix = lola.SynapseMatrix()
    matrix.weights[2:4] = np.full((2, 256), 9)
    matrix.weights[-1][-3:] = [1, 2, 3]
    assert matrix.weights.to_numpy().sum() == 2 * 256 * 9 + 6
    with pytest.raises(OverflowError, match=r"SynapseMatrix\.weights"):
        matrix.weights[0:2] = [[1] * 256, [64] * 256]
    assert matrix.weights.to_numpy().sum() == 2 * 256 * 9 + 6
    matrix.weights.fill(5)
    assert matrix.weights == np.full((256, 256), 5) and matrix.weights[0] == [5] * 256
    assert np.asarray(matrix.weights[SynapseRowOnSynram(3)]).shape == (256,)
    assert int(matrix.weights[SynapseRowOnSynram(3)][SynapseOnSynapseRow(7)]) == 5
    crossbar = lola.Crossbar()
    crossbar.nodes[2:4] = [haldls.CrossbarNode(target=3), haldls.CrossbarNode(target=4)]
    assert [int(node.target) for node in crossbar.nodes[1:5]] == [0, 3, 4, 0]


def test_examples_of_comparison() -> None:
    bus, row = haldls.CommonPADIBusConfig(), lola.SynapseRow()
    assert (bus.enable_spl1 == None, row.weights == 5, row.weights != None) == (False, False, True)  # noqa: E711
    assert bus.enable_spl1 != bus and bus != bus.enable_spl1
    assert bus.enable_spl1 == np.array([True] * 4) or bus.enable_spl1 == np.array([False] * 4)
    assert (bus.enable_spl1[PADIBusOnPADIBusBlock(1)], bus.enable_spl1 == [1, 1, 1, 1]) in ((True, True), (False, False))


@by_class
def test_containers_and_structures(cls: Any) -> None:
    original = cls()
    for again in (cls(original), copy.copy(original), copy.deepcopy(original), pickle.loads(pickle.dumps(original))):
        assert again == original and (again != original) is False and type(again) is cls
    for other in ANYTHING:
        if type(other) is not cls and not isinstance(other, np.ndarray):  # numpy compares each element with whatever there is
            assert (original == other) is False and (original != other) is True
    with pytest.raises(TypeError, match="unhashable"):
        hash(original)
    with pytest.raises(TypeError):
        original < original  # noqa: B015


def test_pickles_are_read_by_another_process(tmp_path: Any) -> None:
    objects: list[Any] = [cls() for cls in CLASSES if cls not in (lola.Chip, lola.ChipAndSinglechipFPGA, lola.ChipAndMultichipJboaLeafFPGA)]
    matrix = lola.SynapseMatrix()
    matrix.weights[3].fill(7)
    objects += [matrix.weights, matrix.weights[3], lola.NeuronBlock().atomic_neurons, haldls.SynapseQuad().labels, lola.LogicalNeuron()]
    objects += [haldls.PPUMemoryBlock(3), lola.ExternalPPUMemoryBlock(5), EntryOnQuad(2), haldls.CapMemCell.Value(3)]
    (tmp_path / "objects").write_bytes(pickle.dumps(objects))
    program = "import pickle, sys; sys.stdout.buffer.write(pickle.dumps(pickle.load(open(sys.argv[1], 'rb'))))"
    done = subprocess.run([sys.executable, "-c", program, tmp_path / "objects"], capture_output=True, check=True)
    assert pickle.loads(done.stdout) == objects


def test_nothing_can_be_deleted() -> None:
    quad = haldls.SynapseQuad()
    with pytest.raises(TypeError, match=r"SynapseQuad\.weights has 4 elements"):
        del quad.weights[0]
    with pytest.raises(AttributeError, match=r"SynapseQuad\.weights cannot be deleted"):
        del quad.weights
    assert quad == haldls.SynapseQuad()
