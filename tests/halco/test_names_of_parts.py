"""Positions are also constructed with the original's parameter names."""

import pytest

from halco import (
    AtomicNeuronOnDLS,
    CADCSampleRowOnDLS,
    CapMemBlockOnDLS,
    CapMemCellOnCapMemBlock,
    CapMemCellOnDLS,
    CrossbarInputOnDLS,
    CrossbarNodeOnDLS,
    CrossbarOutputOnDLS,
    EntryOnQuad,
    NeuronColumnOnDLS,
    NeuronRowOnDLS,
    SynapseDriverBlockOnDLS,
    SynapseDriverOnDLS,
    SynapseDriverOnSynapseDriverBlock,
    SynapseOnSynapseRow,
    SynapseQuadColumnOnDLS,
    SynapseRowOnSynram,
    SynramOnDLS,
    iter_all,
)


def test_axes_of_grids():
    assert AtomicNeuronOnDLS(x=NeuronColumnOnDLS(3), y=NeuronRowOnDLS(1)) == AtomicNeuronOnDLS(259)
    node = CrossbarNodeOnDLS(y=CrossbarInputOnDLS(8), x=CrossbarOutputOnDLS(0))
    assert node == CrossbarNodeOnDLS(CrossbarOutputOnDLS(0), CrossbarInputOnDLS(8))


def test_parts_of_mixins():
    row = SynapseRowOnSynram(4)
    assert CADCSampleRowOnDLS(block=row, synram=SynramOnDLS.bottom) == CADCSampleRowOnDLS(row, SynramOnDLS.bottom)
    assert CADCSampleRowOnDLS(block=row) == CADCSampleRowOnDLS(row)
    cell = CapMemCellOnCapMemBlock(77)
    assert CapMemCellOnDLS(cell=cell, block=CapMemBlockOnDLS(2)) == CapMemCellOnDLS(cell, CapMemBlockOnDLS(2))
    driver = SynapseDriverOnSynapseDriverBlock(5)
    assert SynapseDriverOnDLS(driver, block=SynapseDriverBlockOnDLS(1)) == SynapseDriverOnDLS(driver, SynapseDriverBlockOnDLS(1))


@pytest.mark.parametrize("names", [{"row": 1}, {"synram": SynramOnDLS(1)}, {"block": None, "x": 1}])
def test_a_name_that_does_not_exist_is_refused(names):
    with pytest.raises(TypeError, match="CADCSampleRowOnDLS"):
        CADCSampleRowOnDLS(**names)


def test_a_part_given_twice_is_refused():
    with pytest.raises(TypeError, match="block"):
        CADCSampleRowOnDLS(SynapseRowOnSynram(1), block=SynapseRowOnSynram(1))


def test_half_a_position_is_refused():
    with pytest.raises(TypeError, match="AtomicNeuronOnDLS"):
        AtomicNeuronOnDLS(x=NeuronColumnOnDLS(3))


def test_synapse_of_entry_and_quad_is_the_inverse_of_its_conversions():
    for synapse in iter_all(SynapseOnSynapseRow):
        assert SynapseOnSynapseRow(synapse.toEntryOnQuad(), synapse.toSynapseQuadColumnOnDLS()) == synapse
    with pytest.raises(OverflowError):
        SynapseOnSynapseRow(EntryOnQuad(1), SynapseQuadColumnOnDLS(0) + 64)
