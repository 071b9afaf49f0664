"""Arrays that are indexed by coordinates: of ranged integers (`halco.TypedArray`) and, here, of real numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from operator import index
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from halco import TypedArray, Value
from halco.typed_array import ArrayIndexError
from hicannx.calibration.values import RealNumber, quantity, real

__all__ = ["IntegerArray", "OptionalArray", "RealArray"]


class IntegerArray(TypedArray):
    """A `TypedArray` whose class says what its elements and its index are. `values` fills it, else all elements are 0."""

    of: ClassVar[type[Value]]
    over_coordinates: ClassVar[tuple[type[Value], ...]]
    row: ClassVar[type[TypedArray]] = TypedArray
    """Class of the rows of an array on two coordinates."""

    def __init__(self, values: Iterable[Any] | None = None) -> None:
        super().__init__(self.of, self.over_coordinates, values)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.to_numpy().tolist(),)

    def __copy__(self) -> Self:
        return type(self)(self)

    def __deepcopy__(self, memo: Any) -> Self:
        return type(self)(self)


class RealArray:
    """Real numbers on one or two coordinates. Elements of two coordinates are rows, which read and write the same memory.

    `values` fills it (nested for rows), else all elements are 0. Wrong types raise TypeError, an index that does not exist raises
    RangeError, another number of elements ValueError; then nothing changes.
    """

    __slots__ = ("_data",)
    of: ClassVar[type] = float
    """Class of the elements: float or a `RealNumber`."""
    over_coordinates: ClassVar[tuple[Any, ...]]
    row: ClassVar[type[RealArray]]
    """Class of the rows of an array on two coordinates."""
    _dtype: ClassVar[Any] = np.float64
    _start: ClassVar[Any] = 0.0
    _data: NDArray[Any]

    def __init__(self, values: Iterable[Any] | None = None) -> None:
        self._data = np.full(self.shape, self._start, dtype=self._dtype)
        if values is not None:
            self._put(values)

    @classmethod
    def _over(cls, data: NDArray[Any]) -> Self:
        made = cls.__new__(cls)
        made._data = data
        return made

    @classmethod
    def _taken(cls, value: Any) -> Any:
        return real(value, cls.of)

    def _shown(self, stored: Any) -> Any:
        return self.of(stored)

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of elements along each coordinate."""
        return tuple(one.size for one in self.over_coordinates)

    @property
    def size(self) -> int:
        """Number of elements, of an array on two coordinates: of rows."""
        return len(self)

    def __len__(self) -> int:
        return self.shape[0]

    def _index(self, key: Any) -> int:
        coordinate = self.over_coordinates[0]
        if type(key) is coordinate:
            return int(key.toEnum())
        if isinstance(key, Value) or not hasattr(key, "__index__"):
            raise TypeError(f"the array is indexed by {coordinate.__name__} or an integer, not {key!r}")
        place = index(key)
        if not -len(self) <= place < len(self):
            raise ArrayIndexError(f"there is no element {place}: there are {len(self)} {coordinate.__name__}")
        return place % len(self)

    def __getitem__(self, key: Any) -> Any:
        place = self._index(key)
        return self._shown(self._data[place]) if self._data.ndim == 1 else self.row._over(self._data[place])

    def __setitem__(self, key: Any, value: Any) -> None:
        place = self._index(key)
        if self._data.ndim == 1:
            self._data[place] = self._taken(value)
        else:
            self.row._over(self._data[place])._put(value)

    def __iter__(self) -> Iterator[Any]:
        return (self[place] for place in range(len(self)))

    def fill(self, value: Any) -> None:
        """Sets all elements (of an array on two coordinates: all rows)."""
        self._put([value] * len(self))

    def _put(self, values: Iterable[Any]) -> None:
        taken = [self._taken(one) for one in values] if self._data.ndim == 1 else [self._row_of(one) for one in values]
        if len(taken) != len(self):
            raise ValueError(f"{len(taken)} values for {len(self)} elements")
        for place, one in enumerate(taken):
            self._data[place] = one

    def _row_of(self, values: Any) -> NDArray[Any]:
        if not isinstance(values, Iterable):
            each = self.over_coordinates[1].__name__
            raise TypeError(f"a row of {self.shape[1]} numbers is needed, one for each {each}, not {values!r}")
        return self.row(values).to_numpy()

    def to_numpy(self) -> NDArray[Any]:
        """A copy as a float array of `shape`."""
        return self._data.copy()

    def from_numpy(self, values: ArrayLike) -> None:
        """Sets all elements from an array of plain numbers of the same shape. Raises TypeError for one with a unit."""
        if hasattr(values, "units"):
            unit = getattr(values.units, "dimensionality", values.units)
            raise TypeError(f"plain numbers are needed, not a quantity in {unit}: its magnitude in the unit of the array is meant")
        array = np.asarray(values)
        if array.shape != self.shape:
            raise ValueError(f"an array of shape {self.shape} is needed, not {array.shape}")
        self._put(array.tolist())

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        return self._data.astype(dtype or self._dtype)

    def as_quantity(self) -> Any:
        """A copy as an array with unit, of the package `quantities`."""
        if not issubclass(self.of, RealNumber):
            raise TypeError(f"{type(self).__name__} has no unit")
        return quantity(self.to_numpy(), self.of.unit)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, RealArray):
            other = other._data
        return np.array_equal(self._data, other) if isinstance(other, list | tuple | np.ndarray) else NotImplemented

    __hash__ = None  # type: ignore[assignment]

    def __copy__(self) -> Self:
        return self._over(self._data.copy())

    def __deepcopy__(self, memo: Any) -> Self:
        return self.__copy__()

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self._data.tolist(),)

    def __repr__(self) -> str:
        return repr(self._data.tolist())


class OptionalArray(RealArray):
    """The same of real numbers any of which may be missing (None)."""

    __slots__ = ()
    _dtype = np.object_
    _start = None

    @classmethod
    def _taken(cls, value: Any) -> Any:
        return None if value is None else real(value, cls.of)

    def _shown(self, stored: Any) -> Any:
        return stored
