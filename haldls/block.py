"""Memory in a row of as many words or bytes as one likes: what `PPUMemoryBlock` and the blocks of the FPGA's memories have in common."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, ClassVar, Self, SupportsIndex, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from halco.typed_array import same_elements, unmasked, whole_numbers
from halco.value import shown
from haldls.container import Container
from haldls.errors import BlockSizeError, ContainerError


class Block(Container):
    """Some items in a row, as many as the coordinate's interval holds. Indexed as a list; what is taken out is a copy.

    The number of items differs from one instance to the next, which no table of fields can say. A subclass declares
    `Item` (the container of a single one), `Size`, `default_size`, `dtype` and `unit`, the name of the items.
    """

    __slots__ = ("_values",)
    _values: NDArray[Any]
    Item: ClassVar[Any]
    Size: ClassVar[Any]
    default_size: ClassVar[int]
    dtype: ClassVar[Any]
    unit: ClassVar[str]

    def __init__(self, size: Any = ...) -> None:
        """`size` items of 0, or a copy of another block."""
        if type(size) is type(self):
            self._values = size._values.copy()
        else:
            self._values = np.zeros(self.default_size if size is ... else int(self.Size(size)), dtype=self.dtype)

    def size(self) -> Any:
        """Number of items."""
        return self.Size(len(self._values))

    def __len__(self) -> int:
        return len(self._values)

    def __iter__(self) -> Iterator[Any]:
        return map(self.Item, self._values.tolist())

    def to_numpy(self) -> NDArray[Any]:
        """A copy of the items' values."""
        return self._values.copy()

    def from_numpy(self, values: ArrayLike) -> None:
        """Takes the items' values; the block becomes as long as they are many. Raises TypeError or RangeError for what fits none."""
        taken = np.asanyarray(values)
        if taken.ndim != 1:
            raise BlockSizeError(f"{type(self).__name__} takes an array of one dimension, not of shape {taken.shape}")
        if len(taken):
            self.Size(len(taken))
        self._values = self._checked(taken)

    def _checked(self, values: NDArray[Any]) -> NDArray[Any]:
        if values.dtype.kind == "O":
            return np.array([self._number(value) for value in values], dtype=self.dtype)
        try:
            whole = whole_numbers(unmasked(values), False)
        except TypeError as error:
            raise TypeError(f"{type(self).__name__} takes the values of {self.unit}: {error}") from None
        for extreme in (whole.min(), whole.max()) if len(whole) else ():
            self._number(int(extreme))
        return whole.astype(self.dtype)

    def _number(self, value: Any) -> int:
        return int((value if isinstance(value, self.Item) else self.Item(value)).value)

    def _set_all(self, values: Iterable[Any]) -> None:
        numbers = [self._number(value) for value in values]
        if len(numbers) != len(self):
            raise BlockSizeError(f"the block holds {len(self)} {self.unit}, {len(numbers)} were given")
        self._values = np.array(numbers, dtype=self.dtype)

    def at(self, index: SupportsIndex) -> Any:
        """The item at `index`. Raises IndexError outside the block."""
        return self.Item(int(self._values[self._place(index)]))

    def _place(self, index: Any) -> int:
        """Raises TypeError for what is no integer, IndexError outside the block."""
        if not hasattr(type(index), "__index__"):
            raise TypeError(f"{type(self).__name__} is indexed by integers, not {shown(index)}")
        number = int(index.__index__())
        if not -len(self) <= number < len(self):
            raise IndexError(f"{self.unit} {number} of a block of {len(self)}")
        return number

    def __getitem__(self, index: Any) -> Any:
        return [self.Item(value) for value in self._values[index].tolist()] if isinstance(index, slice) else self.at(index)

    def __setitem__(self, index: Any, value: Any) -> None:
        if not isinstance(index, slice):
            self._values[self._place(index)] = self._number(value)
            return
        numbers = [self._number(one) for one in value]
        if len(numbers) != len(self._values[index]):
            raise BlockSizeError(f"the slice holds {len(self._values[index])} {self.unit}, {len(numbers)} were given")
        self._values[index] = numbers

    def get_subblock(self, begin: int, length: Any) -> Self:
        """A copy of `length` items from `begin` on. Raises BlockSizeError if they are not all inside."""
        return part_of(self._values, begin, length, type(self))

    def set_subblock(self, begin: int, subblock: Self) -> None:
        """Sets the items from `begin` on. Raises BlockSizeError if they are not all inside."""
        if type(subblock) is not type(self):
            raise TypeError(f"a {type(self).__name__} is needed, not {shown(subblock)}")
        place = inside(len(self), begin, len(subblock), self.unit)
        self._values[place] = subblock._values

    def __eq__(self, other: object) -> bool:
        if isinstance(other, (list, tuple)):
            return same_elements(list(self), other)
        return np.array_equal(self._values, other._values) if isinstance(other, Block) and type(other) is type(self) else NotImplemented

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __copy__(self) -> Self:
        return type(self)(self)

    def __deepcopy__(self, memo: Any) -> Self:
        return type(self)(self)

    def __getstate__(self) -> bytes:
        return self._values.astype(np.dtype(self.dtype).newbyteorder("<")).tobytes()

    def __setstate__(self, state: bytes) -> None:
        stored = np.dtype(self.dtype).newbyteorder("<")
        if len(state) % stored.itemsize:
            raise ContainerError(f"these {len(state)} bytes are not the state of a {type(self).__name__}")
        self._values = np.frombuffer(state, dtype=stored).astype(self.dtype)

    def _state(self) -> dict[str, Any]:
        return {self.unit: self._values.tolist()}

    def _take_state(self, state: Any) -> None:
        numbers = state[self.unit] if isinstance(state, dict) and set(state) == {self.unit} else None
        if not isinstance(numbers, list) or not self._fits(numbers):
            raise ContainerError(f"the field of a {type(self).__name__} is its list of {self.unit}, not {shown(state)}")
        self._values = np.array([self._number(number) for number in numbers], dtype=self.dtype)

    def _fits(self, numbers: list[Any]) -> bool:
        return bool(self.Size.min <= len(numbers) <= self.Size.max) and all(type(number) is int for number in numbers)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self)} {self.unit})"


def inside(size: int, begin: int, length: int, unit: str) -> slice:
    """The items from `begin` on. Raises TypeError for what is no integer, BlockSizeError if they are not all inside."""
    if not hasattr(type(begin), "__index__"):
        raise TypeError(f"the first of the {unit} is an integer, not {shown(begin)}")
    if begin < 0 or begin + length > size:
        raise BlockSizeError(f"{unit} {begin} to {begin + length - 1} are not all inside a block of {size}")
    return slice(begin, begin + length)


B = TypeVar("B", bound=Block)


def part_of(values: NDArray[Any], begin: int, length: Any, cls: type[B]) -> B:
    """A block of class `cls` with `length` of the values from `begin` on. Raises BlockSizeError if they are not all inside."""
    made = cls(length)
    made._values[:] = values[inside(len(values), begin, len(made), cls.unit)]
    return made
