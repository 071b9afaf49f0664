"""Shapes of logical neurons and their places on the chip."""

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from halco import (
    AtomicNeuronOnDLS,
    AtomicNeuronOnLogicalNeuron,
    CompartmentOnLogicalNeuron,
    Coordinate,
    LogicalNeuronCompartments,
    LogicalNeuronOnDLS,
    NeuronColumnOnLogicalNeuron,
    NeuronRowOnLogicalNeuron,
    RangeError,
)

#   column   2 3 4
#   row 0    a a b
#   row 1      a
SHAPE = LogicalNeuronCompartments(
    {
        CompartmentOnLogicalNeuron(1): [AtomicNeuronOnLogicalNeuron(4, 0)],
        CompartmentOnLogicalNeuron(0): [AtomicNeuronOnLogicalNeuron(x, y) for x, y in ((2, 0), (3, 0), (3, 1))],
    }
)


def circuits(shape):
    return {int(index): [(int(c.x()), int(c.y())) for c in some] for index, some in shape.get_compartments().items()}


def test_extent_and_flips():
    assert (SHAPE.get_left_most_column(), SHAPE.get_right_most_column()) == (NeuronColumnOnLogicalNeuron(2), NeuronColumnOnLogicalNeuron(4))
    assert (SHAPE.get_top_most_row(), SHAPE.get_bottom_most_row()) == (NeuronRowOnLogicalNeuron(0), NeuronRowOnLogicalNeuron(1))
    assert circuits(SHAPE.flip_x()) == {0: [(4, 0), (3, 0), (3, 1)], 1: [(2, 0)]}
    assert circuits(SHAPE.flip_y()) == {0: [(2, 1), (3, 1), (3, 0)], 1: [(4, 1)]}
    assert SHAPE.flip_x().flip_x() == SHAPE == SHAPE.flip_y().flip_y() != SHAPE.flip_x()


def test_a_circuit_belongs_to_one_compartment():
    twice = {CompartmentOnLogicalNeuron(index): [AtomicNeuronOnLogicalNeuron(3, 0)] for index in (0, 1)}
    with pytest.raises(RuntimeError, match="more than one"):
        LogicalNeuronCompartments(twice)


@given(st.integers(0, 255), st.integers(0, 1))
def test_placement(column, row):
    if row == 1 or column % 128 > 125:
        with pytest.raises(RuntimeError, match="leaves"):
            LogicalNeuronOnDLS(SHAPE, AtomicNeuronOnDLS(column, row))
        return
    placed = LogicalNeuronOnDLS(SHAPE, AtomicNeuronOnDLS(column, row))
    inside = [(0, 0), (1, 0), (1, 1), (2, 0)]
    assert placed.get_atomic_neurons() == [AtomicNeuronOnDLS(column + x, row + y) for x, y in inside]
    assert list(placed.get_placed_compartments()) == [CompartmentOnLogicalNeuron(0), CompartmentOnLogicalNeuron(1)]


def test_is_a_coordinate_like_others():
    first, second = (LogicalNeuronOnDLS(SHAPE, AtomicNeuronOnDLS(column, 0)) for column in (5, 6))
    assert isinstance(first, Coordinate)
    assert first < second and first != second and len({first, second, LogicalNeuronOnDLS(first)}) == 2
    assert pickle.loads(pickle.dumps(first)) == first and pickle.loads(pickle.dumps(SHAPE)) == SHAPE
    assert repr(LogicalNeuronOnDLS()).split() == ["LogicalNeuronOnDLS(", ")"]
    assert repr(first).splitlines()[:2] == ["LogicalNeuronOnDLS(", "CompartmentOnLogicalNeuron(0)"]
    assert LogicalNeuronOnDLS().get_atomic_neurons() == []


def test_neighbours():
    direction = AtomicNeuronOnLogicalNeuron.Direction
    circuit = AtomicNeuronOnLogicalNeuron(0, 1)
    assert circuit.get_neighbor(direction.right) == AtomicNeuronOnLogicalNeuron(1, 1)
    assert circuit.get_neighbor(direction.opposite_row) == AtomicNeuronOnLogicalNeuron(0, 0)
    with pytest.raises(RangeError):
        circuit.get_neighbor(direction.left)
