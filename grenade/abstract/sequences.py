"""Sequences of indices with several dimensions: shapes of populations, channels of ports, ends of connections.

A sequence is an array of indices in an order, with a unit for each dimension. Sequences do not change, but for `ListMultiIndexSequence`,
which users fill in. Everything that two sequences do together asks that their units are equal.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import prod
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from grenade.abstract.dimension_units import DimensionUnit
from grenade.abstract.errors import TopologyError
from grenade.abstract.rows import Rows, places, unique

Units = tuple[DimensionUnit | None, ...]


class MultiIndex:
    """One index: a list of numbers, one for each dimension."""

    __slots__ = ("value",)

    def __init__(self, value: Iterable[Any] = ()) -> None:
        self.value = [_number(one) for one in value]

    def __eq__(self, other: object) -> bool:
        return self.value == other.value if isinstance(other, MultiIndex) else NotImplemented

    def __lt__(self, other: MultiIndex) -> bool:
        return self.value < other.value

    def __hash__(self) -> int:
        return hash(tuple(self.value))

    def __repr__(self) -> str:
        return f"MultiIndex({self.value})"


def _number(value: Any) -> int:
    number = int(value)
    if number < 0:
        raise TopologyError(f"an index is 0 or more, not {number}")
    return number


def _units(units: Sequence[DimensionUnit | None] | None, dimensions: int) -> Units:
    if units is None:
        return (None,) * dimensions
    for unit in units:
        if not isinstance(unit, DimensionUnit | None):
            raise TypeError(f"a unit of a dimension or None is needed, not {unit!r}")
    if len(units) != dimensions:
        raise TopologyError(f"indices with {dimensions} dimensions need as many units, not {len(units)}")
    return tuple(units)


class MultiIndexSequence:
    """Base of sequences. `rows` is an int64 array (elements, dimensions) that nobody changes."""

    _rows: Rows
    _dimension_units: Units

    @classmethod
    def of(cls, rows: Rows, units: Units) -> ListMultiIndexSequence:
        """The sequence of the rows of an array, which is not copied."""
        made = ListMultiIndexSequence.__new__(ListMultiIndexSequence)
        made._rows, made._dimension_units = rows, units
        return made

    @property
    def rows(self) -> Rows:
        """The indices, one a row."""
        return self._rows

    def get_dimension_units(self) -> list[DimensionUnit | None]:
        """Units of the dimensions."""
        return list(self._dimension_units)

    @property
    def units(self) -> Units:
        """The same, unchangeable."""
        return self._dimension_units

    def dimensionality(self) -> int:
        """Number of dimensions."""
        return len(self._dimension_units)

    def size(self) -> int:
        """Number of elements."""
        return len(self.rows)

    def get_elements(self) -> list[MultiIndex]:
        """The indices, one after the other."""
        return [MultiIndex(row) for row in self.rows.tolist()]

    def places(self, other: MultiIndexSequence) -> NDArray[np.int64]:
        """For each element of another sequence, where it first stands in this one; -1: it does not."""
        return places(self.rows, other.rows)

    def includes(self, other: MultiIndexSequence) -> bool:
        """Whether the units are the same and all elements of another sequence stand in this one."""
        return self.units == other.units and bool((self.places(other) >= 0).all())

    def is_injective(self) -> bool:
        """Whether no element stands in it twice."""
        return len(unique(self.rows)) == len(self.rows)

    def is_disjunct(self, other: MultiIndexSequence) -> bool:
        """Whether it has no element in common with another sequence."""
        self._check_units(other)
        return not (other.places(self) >= 0).any()

    def subset_restriction(self, other: MultiIndexSequence) -> MultiIndexSequence:
        """Those of its elements that stand in another sequence."""
        self._check_units(other)
        return self.of(self.rows[other.places(self) >= 0], self.units)

    def related_sequence_subset_restriction(self, related: MultiIndexSequence, subset: MultiIndexSequence) -> MultiIndexSequence:
        """Those of its elements whose partners, at the same places of a sequence as long, stand in a third sequence."""
        if self.size() != related.size():
            raise TopologyError(f"a sequence with {self.size()} elements cannot be related to one with {related.size()}")
        related._check_units(subset)
        return self.of(self.rows[subset.places(related) >= 0], self.units)

    def projection(self, dimensions: Iterable[int]) -> MultiIndexSequence:
        """All its elements with some of their dimensions only, in ascending order of dimensions."""
        chosen = sorted(set(dimensions))
        if chosen and not 0 <= chosen[0] <= chosen[-1] < self.dimensionality():
            raise TopologyError(f"a sequence with {self.dimensionality()} dimensions has no dimensions {chosen}")
        return self.of(self.rows[:, chosen], tuple(self.units[one] for one in chosen))

    def distinct_projection(self, dimensions: Iterable[int]) -> MultiIndexSequence:
        """The same, each element once and in ascending order."""
        projection = self.projection(dimensions)
        return self.of(unique(projection.rows), projection.units)

    def cartesian_product(self, other: MultiIndexSequence) -> MultiIndexSequence:
        """Every element followed by every element of another sequence; the dimensions add up."""
        rows = np.hstack([self.rows.repeat(other.size(), axis=0), np.tile(other.rows, (self.size(), 1))])
        return self.of(rows, self.units + other.units)

    def slice(self, indices: Iterable[int]) -> list[MultiIndexSequence]:
        """Parts of it, cut before the elements at the given places."""
        return [self.of(part, self.units) for part in np.split(self.rows, sorted(set(indices)))]

    def copy(self) -> Self:
        """A sequence of its own that is equal."""
        made = type(self).__new__(type(self))
        vars(made).update(vars(self))
        return made

    __copy__ = copy

    def __deepcopy__(self, memo: Any) -> Self:
        return self.copy()

    def _check_units(self, other: MultiIndexSequence) -> None:
        if self.units != other.units:
            raise TopologyError(f"the units of the dimensions differ: {list(self.units)} and {list(other.units)}")

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, MultiIndexSequence):
            return NotImplemented
        return self is other or (self.units == other.units and np.array_equal(self.rows, other.rows))

    __hash__ = None  # type: ignore[assignment]

    def __len__(self) -> int:
        return self.size()

    def __repr__(self) -> str:
        few = ", ".join(str(tuple(row)) for row in self.rows[:8].tolist()) + (", ..." if self.size() > 8 else "")
        return f"{type(self).__name__}({self.size()} elements: {few}; {list(self.units)})"


class ListMultiIndexSequence(MultiIndexSequence):
    """Any indices in any order."""

    def __init__(self, elements: Iterable[MultiIndex] = (), dimension_units: Sequence[DimensionUnit | None] | None = None) -> None:
        values = [element.value for element in elements]
        sizes = {len(value) for value in values}
        if len(sizes) > 1:
            raise TopologyError(f"all indices of a sequence have the same number of dimensions, not {sorted(sizes)}")
        dimensions = sizes.pop() if sizes else len(dimension_units or ())
        self._fill(np.array(values, np.int64).reshape(len(values), dimensions), dimension_units)

    def _fill(self, rows: Rows, units: Sequence[DimensionUnit | None] | None) -> None:
        self._dimension_units, self._rows = _units(units, rows.shape[1]), rows

    def from_numpy(self, points: Any, dimension_units: Sequence[DimensionUnit | None] | None = None) -> None:
        """Fills it from an integer array (elements, dimensions). Raises TopologyError for any other array."""
        given = np.asarray(points)
        if given.ndim != 2:
            raise TopologyError(f"indices come as an array (elements, dimensions), this one has {given.ndim} dimensions")
        if given.dtype.kind not in "iu" or (given < 0).any():
            raise TopologyError(f"indices are integers of 0 or more, these are {given.dtype} from {given.min(initial=0)}")
        self._fill(given.astype(np.int64), dimension_units)

    def set_elements(self, elements: Iterable[MultiIndex]) -> None:
        """Replaces all elements; their units stay."""
        other = ListMultiIndexSequence(elements, self._dimension_units)
        self._rows = other._rows

    def set_dimension_units(self, units: Sequence[DimensionUnit | None]) -> None:
        """Replaces the units."""
        self._dimension_units = _units(units, self._rows.shape[1])


class CuboidMultiIndexSequence(MultiIndexSequence):
    """All indices of a box, the last dimension running fastest.

    `CuboidMultiIndexSequence(shape)`, `(shape, units)`, `(shape, origin)` or `(shape, origin, units)`.
    """

    def __init__(
        self, shape: Iterable[int] = (), origin: Any = None, dimension_units: Sequence[DimensionUnit | None] | None = None
    ) -> None:
        if isinstance(origin, list | tuple) and dimension_units is None:
            origin, dimension_units = None, origin
        self._shape = [_number(one) for one in shape]
        self._origin = MultiIndex([0] * len(self._shape)) if origin is None else origin
        if len(self._origin.value) != len(self._shape):
            raise TopologyError(f"a box with {len(self._shape)} dimensions cannot begin at {self._origin!r}")
        self._dimension_units = _units(dimension_units, len(self._shape))

    @property
    def rows(self) -> Rows:
        if "_rows" not in vars(self):
            inside = np.indices(self._shape, np.int64).reshape(len(self._shape), -1).T
            self._rows = inside + np.array(self._origin.value, np.int64)
        return self._rows

    def size(self) -> int:
        """Number of indices in the box; none if it has no dimensions."""
        return prod(self._shape) if self._shape else 0

    def get_shape(self) -> list[int]:
        """Length in each dimension."""
        return list(self._shape)

    def get_origin(self) -> MultiIndex:
        """The first index."""
        return MultiIndex(self._origin.value)

    def places(self, other: MultiIndexSequence) -> NDArray[np.int64]:
        inside = other.rows - np.array(self._origin.value, np.int64)
        valid = ((inside >= 0) & (inside < np.array(self._shape, np.int64))).all(axis=1)
        found: NDArray[np.int64] = np.full(len(inside), -1, np.int64)
        found[valid] = np.ravel_multi_index(tuple(inside[valid].T), self._shape) if self._shape else 0
        return found

    def is_injective(self) -> bool:
        return True
