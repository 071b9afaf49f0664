"""Grids, mixins and intervals: every way to construct them, what they print, their order, and conversions."""

import itertools
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import halco
from halco import (
    AtomicNeuronOnDLS,
    CapMemBlockOnDLS,
    CapMemCellOnCapMemBlock,
    CapMemCellOnDLS,
    CoordinateError,
    CrossbarInputOnDLS,
    CrossbarNodeOnDLS,
    CrossbarOutputOnDLS,
    Enum,
    NeuronColumnOnDLS,
    NeuronConfigBlockOnDLS,
    NeuronConfigOnDLS,
    NeuronConfigOnNeuronConfigBlock,
    NeuronRowOnDLS,
    PPUMemoryBlockOnDLS,
    PPUMemoryBlockOnPPU,
    PPUMemoryWordOnPPU,
    PPUOnDLS,
    RangeError,
    SynapseQuadOnDLS,
    X,
    Y,
    iter_all,
)

COORDINATES = [
    cls
    for cls in vars(halco).values()
    if isinstance(cls, type) and issubclass(cls, halco.Value) and hasattr(cls, "size")
    if cls.__module__ not in ("halco.kinds", "halco.value")
]
COMPOSED = [cls for cls in COORDINATES if issubclass(cls, (halco.Grid, halco.Mixin)) and not cls.is_interval]


@given(st.integers(0, 255), st.integers(0, 1))
def test_every_way_to_construct_a_grid(column, row):
    expected = AtomicNeuronOnDLS(Enum(256 * row + column))
    x, y = NeuronColumnOnDLS(column), NeuronRowOnDLS(row)
    for arguments in [(x, y), (y, x), (X(column), Y(row)), (Y(row), X(column)), (column, row), (x, row), (column, y), (y, column)]:
        assert AtomicNeuronOnDLS(*arguments) == expected
    for position in (int(expected), expected.toEnum(), np.int64(int(expected)), expected):
        assert AtomicNeuronOnDLS(position) == expected
    assert (expected.x(), expected.y()) == (x, y)


def test_grid_prints_its_axes_and_number():
    assert repr(AtomicNeuronOnDLS(3, 1)) == "AtomicNeuronOnDLS(NeuronColumnOnDLS(3), NeuronRowOnDLS(1); Enum(259))"


def test_a_grid_has_edges():
    with pytest.raises(RangeError, match="NeuronRowOnDLS"):
        AtomicNeuronOnDLS(0, 2)
    with pytest.raises(RangeError, match="512 > max"):
        AtomicNeuronOnDLS(512)
    with pytest.raises(TypeError):
        AtomicNeuronOnDLS(NeuronColumnOnDLS(1), NeuronColumnOnDLS(1))
    with pytest.raises(TypeError):
        AtomicNeuronOnDLS(NeuronColumnOnDLS(1))


def test_sparse_grid_knows_its_nodes():
    nodes = []
    for x, y in itertools.product(range(12), range(20)):
        try:
            nodes.append(CrossbarNodeOnDLS(X(x), Y(y)))
        except CoordinateError as error:
            assert f"CrossbarOutputOnDLS({x})" in str(error)
    assert sorted(nodes) == list(iter_all(CrossbarNodeOnDLS))
    assert len(nodes) == CrossbarNodeOnDLS.size == 76
    node = CrossbarNodeOnDLS(CrossbarInputOnDLS(9), CrossbarOutputOnDLS(9))
    assert (int(node), node.toCrossbarOutputOnDLS(), node.toCrossbarInputOnDLS()) == (41, CrossbarOutputOnDLS(9), CrossbarInputOnDLS(9))
    with pytest.raises(ValueError):
        CrossbarNodeOnDLS(1, 0)


def test_every_way_to_construct_a_mixin():
    local, unit = NeuronConfigOnNeuronConfigBlock(5), NeuronConfigBlockOnDLS(2)
    expected = NeuronConfigOnDLS(Enum(261))
    assert NeuronConfigOnDLS(local, unit) == NeuronConfigOnDLS(5, 2) == NeuronConfigOnDLS(261) == NeuronConfigOnDLS(expected) == expected
    assert NeuronConfigOnDLS(local) == NeuronConfigOnDLS(Enum(5))
    assert expected.split() == (unit, local)
    assert (expected.toNeuronConfigBlockOnDLS(), expected.toNeuronConfigOnNeuronConfigBlock()) == (unit, local)
    assert repr(expected) == "NeuronConfigOnDLS(NeuronConfigOnNeuronConfigBlock(5), NeuronConfigBlockOnDLS(2))"
    for wrong in (unit, NeuronColumnOnDLS(3)):
        with pytest.raises(TypeError):
            NeuronConfigOnDLS(wrong)
    with pytest.raises(TypeError):
        NeuronConfigOnDLS(None, unit)


def test_mixin_offers_what_its_local_part_offers():
    cell = CapMemCellOnDLS(CapMemCellOnCapMemBlock(128, 7), CapMemBlockOnDLS(3))
    assert (int(cell.x()), int(cell.y()), cell.isShared()) == (128, 7, True)
    assert NeuronConfigOnDLS(130).toCapMemColumnOnCapMemBlock() == halco.CapMemColumnOnCapMemBlock(2)
    with pytest.raises(AttributeError, match="neither CapMemCellOnDLS nor CapMemCellOnCapMemBlock has toNothing"):
        _ = cell.toNothing


def test_plain_value_of_a_mixin_is_that_of_its_local_part():
    assert (NeuronConfigOnDLS(130).value(), int(NeuronConfigOnDLS(130)), NeuronConfigOnDLS(130).toEnum().value()) == (2, 130, 130)
    assert CapMemCellOnDLS(4000).value() == 4000


def test_mixin_of_two_blocks_from_side_and_hemisphere():
    assert CapMemBlockOnDLS(halco.CapMemBlockOnHemisphere.right, halco.HemisphereOnDLS.bottom) == CapMemBlockOnDLS(3)


@pytest.mark.parametrize("cls", COMPOSED, ids=lambda cls: cls.__name__)
def test_components_put_the_number_together(cls):
    picks = np.unique(np.linspace(0, cls.size - 1, 200).astype(np.int64))
    parts = cls.components(picks)
    for index in range(0, len(picks), 17):
        assert tuple(int(part[index]) for part in parts) == cls.components(int(picks[index]))
    leaves = [cls(int(number)) for number in picks]
    if issubclass(cls, halco.Grid):
        assert parts[0].tolist() == [int(leaf.x()) for leaf in leaves]
    else:
        inner = len(cls.local_type.components(0))
        assert [int(leaf.split()[1]) for leaf in leaves] == [number % cls.local_type.size for number in picks]
        assert len(parts) == inner + len(cls.mixed_in_type.components(0))


def test_components_of_a_quad():
    quad = SynapseQuadOnDLS(halco.SynapseQuadOnSynram(7, 200), halco.SynramOnDLS.bottom)
    assert SynapseQuadOnDLS.components(int(quad)) == (7, 200, 1)


@pytest.mark.parametrize("cls", [cls for cls in COORDINATES if not cls.is_interval], ids=lambda cls: cls.__name__)
def test_numbers_survive_pickling_and_enums(cls):
    for number in {cls.min, cls.max}:
        position = cls(number)
        assert pickle.loads(pickle.dumps(position)) == position
        assert cls(position.toEnum()) == cls(position) == position
        assert int(position) == int(position.toEnum()) == number
    if cls.min != cls.max:
        assert cls(cls.min) < cls(cls.max) and cls(cls.max) >= cls(cls.min) and cls(cls.min) != cls(cls.max)
        assert len({cls(cls.min), cls(cls.max), cls(cls.max)}) == 2


@pytest.mark.parametrize("cls", [cls for cls in COORDINATES if cls.size < 5000], ids=lambda cls: cls.__name__)
def test_iterating_gives_every_position_once(cls):
    positions = list(iter_all(cls))
    assert [int(position) for position in positions] == list(range(cls.min, cls.max + 1))
    assert all(type(position) is cls for position in positions)


def test_iterating_over_several_gives_all_combinations():
    pairs = list(iter_all(NeuronRowOnDLS, halco.PADIBusOnPADIBusBlock))
    assert pairs == list(itertools.product(iter_all(NeuronRowOnDLS), iter_all(halco.PADIBusOnPADIBusBlock)))
    with pytest.raises(TypeError, match="OmnibusAddress"):
        iter_all(halco.OmnibusAddress)


def test_interval():
    block = PPUMemoryBlockOnPPU(PPUMemoryWordOnPPU(16), PPUMemoryWordOnPPU(19))
    assert (block.toMin(), block.toMax(), block.length()) == (PPUMemoryWordOnPPU(16), PPUMemoryWordOnPPU(19), 4)
    assert block.toPPUMemoryBlockSize() == halco.PPUMemoryBlockSize(4)
    assert list(block) == [PPUMemoryWordOnPPU(word) for word in range(16, 20)]
    assert block.contains(PPUMemoryWordOnPPU(19)) and not block.contains(PPUMemoryWordOnPPU(20))
    assert repr(block) == "PPUMemoryBlockOnPPU([PPUMemoryWordOnPPU(16), PPUMemoryWordOnPPU(19)])"
    assert int(block.toEnum()) == 4096 * 16 + 19
    assert PPUMemoryBlockOnPPU(16, 19) < PPUMemoryBlockOnPPU(16, 20) < PPUMemoryBlockOnPPU(17, 17)
    with pytest.raises(IndexError):
        _ = block[4]
    with pytest.raises(RuntimeError, match="min 3 > max 1"):
        PPUMemoryBlockOnPPU(3, 1)


def test_interval_from_a_number_counts_from_its_start():
    assert PPUMemoryBlockOnPPU(Enum(4096 * 16 + 3)) == PPUMemoryBlockOnPPU(16, 19)
    with pytest.raises(RangeError):
        PPUMemoryBlockOnPPU(Enum(4096 * 4095 + 1))


@given(st.integers(0, 4095), st.integers(0, 4095), st.integers(0, 1))
def test_interval_in_a_unit(first, second, unit):
    low, high = sorted((first, second))
    inner = PPUMemoryBlockOnPPU(low, high)
    block = PPUMemoryBlockOnDLS(inner, PPUOnDLS(unit))
    assert (block.toPPUMemoryBlockOnPPU(), block.toPPUOnDLS(), block.toMin(), block.length()) == (
        inner,
        PPUOnDLS(unit),
        inner.toMin(),
        high - low + 1,
    )
    assert PPUMemoryBlockOnDLS.is_interval and PPUMemoryBlockOnDLS.bound_type is PPUMemoryWordOnPPU
    assert pickle.loads(pickle.dumps(block)) == block and pickle.loads(pickle.dumps(inner)) == inner
    assert PPUMemoryBlockOnDLS(Enum(unit * 4096**2 + 4096 * low + high - low)) == block


def test_iterating_over_intervals_skips_what_does_not_exist():
    blocks = list(itertools.islice(iter_all(PPUMemoryBlockOnPPU), 4096 + 4095 + 1))
    assert len(set(blocks)) == len(blocks) == 8192
    assert blocks[4096] == PPUMemoryBlockOnPPU(1, 1) and blocks[-1] == PPUMemoryBlockOnPPU(2, 2)


@pytest.mark.parametrize("position", [AtomicNeuronOnDLS(3), NeuronConfigOnDLS(3), PPUMemoryBlockOnPPU(3, 4)])
def test_positions_made_of_parts_have_no_arithmetic(position):
    with pytest.raises(TypeError):
        position + 1
    with pytest.raises(TypeError):
        2 * position


def test_ranged_enum():
    assert AtomicNeuronOnDLS.enum_type is halco.EnumRanged_512_ is NeuronConfigOnDLS.enum_type
    assert AtomicNeuronOnDLS(7).toEnum() == Enum(7) and AtomicNeuronOnDLS(7).toEnum() != Enum(8)
    assert AtomicNeuronOnDLS(halco.EnumRanged_512_(7)) == AtomicNeuronOnDLS(7)
    assert repr(halco.EnumRanged_512_(7)) == "Enum(7)"
    with pytest.raises(RangeError):
        halco.EnumRanged_512_(512)
    with pytest.raises(AttributeError):
        _ = halco.EnumRanged_many_


def test_optional_and_missing_counterparts():
    assert CrossbarOutputOnDLS(8).toPADIBusOnDLS() is None
    assert CrossbarOutputOnDLS.convert(halco.PADIBusOnDLS, np.arange(12)).tolist() == [*range(8), -1, -1, -1, -1]
    with pytest.raises(CoordinateError, match="DACChannelOnDAC"):
        halco.DACChannelOnBoard.v_reset.toVDDOnBoard()
    assert halco.DACChannelOnBoard.vdd12_pll.toVDDOnBoard() == halco.VDDOnBoard.vdd12_pll


def test_conversion_through_the_class():
    assert AtomicNeuronOnDLS.toSynramOnDLS(AtomicNeuronOnDLS(300)) == halco.SynramOnDLS.bottom


def test_coordinate_is_only_a_base():
    with pytest.raises(TypeError, match="abstract"):
        halco.Coordinate()
    assert isinstance(halco.TimerOnDLS(), halco.Coordinate) and not isinstance(NeuronColumnOnDLS(), halco.Coordinate)
    subclass = type("Mine", (AtomicNeuronOnDLS,), {})
    assert repr(subclass(3, 1)).startswith("Mine(") and subclass(3, 1) != AtomicNeuronOnDLS(3, 1)


@pytest.mark.parametrize("wrong", [NeuronColumnOnDLS(3), "NeuronColumnOnDLS", 3, None, int])
def test_only_classes_with_a_size_are_iterated(wrong):
    with pytest.raises(TypeError, match="cannot be iterated"):
        list(iter_all(wrong))
