"""Dumpers and what they make: pairs instead of words."""

import copy
import pickle

import numpy as np
import pytest

import halco
import haldls
import haldls.lola
from fisch import Backend
from stadls import (
    CoordinateError,
    DumperDone,
    DumperError,
    MergeError,
    NotAContainerError,
    NotReadableError,
    NotWritableError,
    PlaybackProgramBuilder,
    PlaybackProgramBuilderDumper,
    convert_to_builder,
    convert_to_dumper,
)

TIMER, BARRIER = halco.TimerOnDLS(), halco.BarrierOnFPGA()
CELL = halco.CapMemCellOnDLS(7)


def cell(value: int) -> haldls.CapMemCell:
    return haldls.CapMemCell(value)


def filled() -> PlaybackProgramBuilderDumper:
    dumper = PlaybackProgramBuilderDumper()
    dumper.write(TIMER, haldls.Timer())
    dumper.block_until(TIMER, haldls.Timer.Value(100))
    dumper.write(CELL, cell(3))
    dumper.write(halco.NeuronConfigOnDLS(5), haldls.NeuronConfig(enable_fire=True))
    dumper.block_until(BARRIER, haldls.Barrier.omnibus)
    return dumper


def same_by_hand() -> PlaybackProgramBuilder:
    builder = PlaybackProgramBuilder()
    builder.write(TIMER, haldls.Timer())
    builder.block_until(TIMER, haldls.Timer.Value(100))
    builder.write(CELL, cell(3))
    builder.write(halco.NeuronConfigOnDLS(5), haldls.NeuronConfig(enable_fire=True))
    builder.block_until(BARRIER, haldls.Barrier.omnibus)
    return builder


def test_an_empty_dumper() -> None:
    dumper = PlaybackProgramBuilderDumper()
    assert dumper.empty() and dumper.is_write_only() and repr(dumper) == "PlaybackProgramBuilderDumper()"
    done = dumper.done()
    assert done.values == [] and done.tolist() == [] and len(done) == 0


def test_done_hands_out_the_pairs_in_order_and_empties() -> None:
    dumper = filled()
    done = dumper.done()
    assert dumper.empty() and len(dumper.done()) == 0
    assert done.tolist() == [
        (TIMER, haldls.Timer()),
        (TIMER, haldls.Timer.Value(100)),
        (CELL, cell(3)),
        (halco.NeuronConfigOnDLS(5), haldls.NeuronConfig(enable_fire=True)),
        (BARRIER, haldls.Barrier.omnibus),
    ]


def test_containers_are_copied_on_their_way_in_and_out() -> None:
    dumper, config = PlaybackProgramBuilderDumper(), cell(1)
    dumper.write(CELL, config)
    config.value = 2
    done = dumper.done()
    assert done.tolist() == [(CELL, cell(1))]
    done.tolist()[0][1].value = 3
    for _, container in done.values:
        container.value = 4
    assert done.tolist() == [(CELL, cell(1))]


def test_backend_and_reference_are_ignored() -> None:
    dumper = PlaybackProgramBuilderDumper()
    dumper.write(CELL, cell(1), Backend.OmnibusChipOverJTAG)
    dumper.write(CELL, cell(1), cell(1))
    dumper.write(CELL, cell(1), cell(1), Backend.Omnibus)
    assert dumper.done().tolist() == [(CELL, cell(1))] * 3


def test_merge_moves_and_copy_copies() -> None:
    first, second = PlaybackProgramBuilderDumper(), filled()
    first.copy_back(second)
    assert not second.empty()
    first.merge_back(second)
    assert second.empty() and len(first.done()) == 10


def test_copies_are_independent() -> None:
    for way in (copy.copy, copy.deepcopy, lambda dumper: pickle.loads(pickle.dumps(dumper))):
        dumper = filled()
        other = way(dumper)
        assert other == dumper
        other.write(CELL, cell(9))
        assert other != dumper and dumper.done() == filled().done()


def test_values_can_be_set() -> None:
    done = DumperDone()
    done.values = filled().done().tolist()
    assert done == filled().done() and done != DumperDone()
    done.values = []
    assert done == DumperDone()


@pytest.mark.parametrize(
    ("value", "error", "text"),
    [
        ([[CELL, cell(1)]], DumperError, r"Expected tuple\."),
        ([(CELL,)], DumperError, "Expected tuple"),
        ([3], DumperError, "not 3"),
        ([(TIMER, cell(1))], CoordinateError, r"CapMemCell stands on CapMemCellOnDLS, not on TimerOnDLS\(0\)"),
        ([(CELL, 3)], NotAContainerError, "int is not a container"),
    ],
)
def test_values_are_pairs_that_belong_together(value: object, error: type[Exception], text: str) -> None:
    done = filled().done()
    with pytest.raises(error, match=text):
        done.values = value  # type: ignore[assignment]
    assert done == filled().done()


def test_squash_keeps_the_last_of_each_coordinate_sorted() -> None:
    done = DumperDone()
    order = [5, 3, 5, 0, 3]
    done.values = [(halco.CapMemCellOnDLS(number), cell(value)) for value, number in enumerate(order)] + [(TIMER, haldls.Timer())]
    done.squash()
    cells = [(int(coordinate), int(container.value)) for coordinate, container in done.tolist() if coordinate != TIMER]
    assert cells == [(0, 3), (3, 4), (5, 2)] and len(done) == 4


def test_equal_numbers_of_different_coordinates_are_not_the_same_place() -> None:
    done = DumperDone()
    done.values = [(halco.NeuronConfigOnDLS(3), haldls.NeuronConfig()), (halco.NeuronBackendConfigOnDLS(3), haldls.NeuronBackendConfig())]
    done.squash()
    assert len(done) == 2


def test_remove_block_until() -> None:
    done = filled().done()
    done.remove_block_until()
    assert [type(container) for _, container in done.tolist()] == [haldls.Timer, haldls.CapMemCell, haldls.NeuronConfig]


def test_the_done_can_be_pickled_and_so_can_its_pairs() -> None:
    done = filled().done()
    assert pickle.loads(pickle.dumps(done)) == done
    assert pickle.loads(pickle.dumps(done.tolist())) == done.tolist()


def test_text_lists_the_pairs() -> None:
    lines = str(filled()).splitlines()
    assert len(lines) == 5 and lines == str(filled().done()).splitlines()
    assert "NeuronConfigOnDLS" in lines[3] and "NeuronConfig(enable_fire=True)" in lines[3]


def test_a_dumper_becomes_a_builder_and_is_empty_then() -> None:
    dumper = filled()
    builder = convert_to_builder(dumper)
    assert dumper.empty() and builder.done() == same_by_hand().done()


def test_what_a_dumper_made_becomes_builders_and_stays() -> None:
    done = filled().done()
    for _ in range(2):
        assert convert_to_builder(done).done() == same_by_hand().done()
    assert len(done) == 5
    dumper = convert_to_dumper(done)
    dumper.write(CELL, cell(8))
    assert len(done) == 5 and len(dumper.done()) == 6


def test_composed_containers_are_kept_whole() -> None:
    dumper, matrix = PlaybackProgramBuilderDumper(), haldls.lola.SynapseMatrix()
    matrix.weights.from_numpy(np.full((256, 256), 7))
    dumper.write(halco.SynramOnDLS(1), matrix)
    builder = PlaybackProgramBuilder()
    builder.write(halco.SynramOnDLS(1), matrix)
    done = dumper.done()
    assert len(done) == 1 and convert_to_builder(done).done() == builder.done()


@pytest.mark.parametrize(
    ("use", "error", "text"),
    [
        (lambda dumper: dumper.read(CELL), NotReadableError, r"Dumper does not support reads\."),
        (lambda dumper: dumper.size_to_fpga(), DumperError, "does not support size_to_fpga"),
        (lambda dumper: dumper.size_from_fpga(), DumperError, "does not support size_from_fpga"),
        (lambda dumper: dumper.write(TIMER, cell(1)), CoordinateError, "not on TimerOnDLS"),
        (lambda dumper: dumper.write(CELL, 3), NotAContainerError, "int"),
        (lambda dumper: dumper.write(TIMER, haldls.Timer.Value(3)), NotAContainerError, "use block_until"),
        (lambda dumper: dumper.write(BARRIER, haldls.Barrier()), NotAContainerError, "use block_until"),
        (lambda dumper: dumper.block_until(CELL, cell(1)), NotAContainerError, "is needed to wait for"),
        (lambda dumper: dumper.block_until(TIMER, haldls.Barrier()), CoordinateError, "Barrier stands on BarrierOnFPGA"),
        (lambda dumper: dumper.block_until(BARRIER, haldls.Timer.Value(1)), CoordinateError, "stands on TimerOnDLS"),
        (lambda dumper: dumper.merge_back(dumper), MergeError, "into itself"),
        (lambda dumper: dumper.merge_back(PlaybackProgramBuilder()), NotAContainerError, "PlaybackProgramBuilderDumper"),
        (lambda dumper: dumper.copy_back(DumperDone()), NotAContainerError, "PlaybackProgramBuilderDumper"),
        (lambda dumper: convert_to_dumper(dumper), NotAContainerError, "DumperDone is needed"),
        (lambda dumper: convert_to_builder(3), NotAContainerError, "DumperDone is needed"),
    ],
)
def test_what_is_refused(use: object, error: type[Exception], text: str) -> None:
    dumper = filled()
    with pytest.raises(error, match=text) as caught:
        use(dumper)  # type: ignore[operator]
    assert isinstance(caught.value, RuntimeError)
    assert dumper.done() == filled().done()


def test_what_can_only_be_read_is_refused_when_it_is_converted() -> None:
    dumper = PlaybackProgramBuilderDumper()
    dumper.write(halco.JTAGIdCodeOnDLS(), haldls.JTAGIdCode())
    with pytest.raises(NotWritableError, match="JTAGIdCode"):
        convert_to_builder(dumper)
