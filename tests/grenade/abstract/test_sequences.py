"""Sequences of indices: the operations by which shapes, channels and connections are put together."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grenade.abstract.rows import places
from pygrenade_common import (
    CellOnPopulationDimensionUnit,
    CompartmentOnNeuronDimensionUnit,
    CuboidMultiIndexSequence,
    ListMultiIndexSequence,
    MultiIndex,
)

CELL, COMPARTMENT = CellOnPopulationDimensionUnit(), CompartmentOnNeuronDimensionUnit()


def of(*rows, units=None):
    return ListMultiIndexSequence([MultiIndex(row) for row in rows], units)


def rows(sequence):
    return [tuple(element.value) for element in sequence.get_elements()]


def test_a_box_runs_its_last_dimension_fastest():
    box = CuboidMultiIndexSequence([2, 3], MultiIndex([4, 0]))
    assert rows(box) == [(4, 0), (4, 1), (4, 2), (5, 0), (5, 1), (5, 2)]
    assert box.size() == 6 and box.dimensionality() == 2 and box.is_injective()
    assert rows(CuboidMultiIndexSequence([2], [CELL])) == [(0,), (1,)]
    assert CuboidMultiIndexSequence([2]) == of([0], [1])


def test_products_and_projections():
    product = CuboidMultiIndexSequence([2], [CELL]).cartesian_product(of([7], units=[COMPARTMENT]))
    assert rows(product) == [(0, 7), (1, 7)] and product.get_dimension_units() == [CELL, COMPARTMENT]
    pairs = of([3, 1], [0, 1], [3, 2])
    assert rows(pairs.projection({0})) == [(3,), (0,), (3,)]
    assert rows(pairs.distinct_projection({0})) == [(0,), (3,)] and rows(pairs.distinct_projection([1])) == [(1,), (2,)]


def test_restrictions_keep_the_order_and_what_stands_twice():
    sequence = of([5], [2], [5], [9])
    assert rows(sequence.subset_restriction(of([9], [5]))) == [(5,), (5,), (9,)]
    assert rows(CuboidMultiIndexSequence([4]).related_sequence_subset_restriction(sequence, of([5]))) == [(0,), (2,)]
    assert [rows(part) for part in sequence.slice({1, 3})] == [[(5,)], [(2,), (5,)], [(9,)]]
    assert not sequence.is_injective() and sequence.is_disjunct(of([1]))


def test_units_have_to_be_the_same():
    cells, compartments = of([1], units=[CELL]), of([1], units=[COMPARTMENT])
    assert cells != compartments and not cells.includes(compartments) and cells.includes(of([1], units=[CellOnPopulationDimensionUnit()]))
    with pytest.raises(ValueError, match="units of the dimensions differ"):
        cells.subset_restriction(compartments)


@pytest.mark.parametrize(
    "points, text",
    [(np.zeros(3, int), "has 1 dimensions"), (np.zeros((2, 2)), "float64"), (np.array([[-1, 0]]), "from -1")],
)
def test_arrays_that_are_no_indices_are_refused_and_change_nothing(points, text):
    sequence = of([1, 2])
    with pytest.raises(RuntimeError, match=text):
        sequence.from_numpy(points, [CELL, CELL])
    assert rows(sequence) == [(1, 2)]


def test_indices_of_different_length_are_refused():
    with pytest.raises(ValueError, match=r"\[1, 2\]"):
        of([1], [1, 2])
    with pytest.raises(ValueError, match="need as many units"):
        of([1, 2], units=[CELL])
    with pytest.raises(ValueError, match="cannot begin at"):
        CuboidMultiIndexSequence([1], MultiIndex([1, 2]))


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2**62)), max_size=8),
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2**62)), max_size=8),
)
def test_places_are_where_a_row_stands_first(have, wanted):
    found = places(np.array(have, np.int64).reshape(-1, 2), np.array(wanted, np.int64).reshape(-1, 2))
    assert found.tolist() == [have.index(row) if row in have else -1 for row in wanted]


@given(st.lists(st.integers(0, 3), min_size=1, max_size=3), st.lists(st.integers(0, 4), min_size=3, max_size=3))
def test_a_box_finds_its_elements_as_a_list_does(shape, index):
    box, wanted = CuboidMultiIndexSequence(shape), of(index[: len(shape)])
    listed = ListMultiIndexSequence(box.get_elements(), box.get_dimension_units())
    assert box.places(wanted).tolist() == listed.places(wanted).tolist()
