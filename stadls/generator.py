"""Generators: objects that make a builder and a result, such as the initialisation of a chip. (facts: registers/stadls 8)"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from halco.typed_array import ArrayIndexError
from halco.value import Value, shown, truth
from stadls.builder import PlaybackProgramBuilder

__all__ = ["PlaybackGenerator", "generate"]

Element = TypeVar("Element")


class PlaybackGenerator(ABC):
    """Base of everything that `generate` takes; also for users' own."""

    __slots__ = ()

    @abstractmethod
    def generate(self) -> tuple[PlaybackProgramBuilder, Any]:
        """A builder with the instructions, and a result (None for all initialisations)."""


def generate(generator: PlaybackGenerator) -> tuple[PlaybackProgramBuilder, Any]:
    """The builder and the result of a generator.

    builder, _ = generate(SystemInit(connection.get_hwdb_entry()[0]))
    """
    if isinstance(generator, type) or not hasattr(generator, "generate"):
        raise TypeError(f"generate takes a PlaybackGenerator such as SystemInit, not {shown(generator)}")
    return generator.generate()


class Settings:
    """Attributes that keep their kind: what is a flag takes truth values, what is a container another one of its class, and so on.

    A subclass lists its attributes as `__slots__`, so that a misspelt one is an error.
    """

    __slots__ = ()

    if not TYPE_CHECKING:  # a checker would take any name

        def __setattr__(self, name: str, value: Any) -> None:
            before = getattr(self, name, None)
            place = f"{type(self).__name__}.{name}"
            if isinstance(before, bool):
                try:
                    value = truth(value)
                except TypeError:
                    raise TypeError(f"{place} takes True or False, not {shown(value)}") from None
            elif isinstance(before, PerCoordinate) and not isinstance(value, PerCoordinate):
                value = before.replaced(value, place)
            elif before is not None and not isinstance(value, self._kind(before)):
                raise TypeError(f"{place} takes a {self._kind(before).__name__}, not {shown(value)}")
            super().__setattr__(name, value)

    @staticmethod
    def _kind(value: Any) -> type:
        """What may replace a value: an instance of the same class, or of the class that all of a kind derive from."""
        return getattr(value, "_replaceable_by", type(value))


class PerCoordinate(Generic[Element]):
    """One element per instance of a coordinate, indexed by it or by plain integers."""

    def __init__(self, coordinate: Any, elements: list[Element]) -> None:
        self.coordinate, self._elements = coordinate, elements

    def _position(self, index: Any) -> int:
        wrong = isinstance(index, Value) and not isinstance(index, self.coordinate)
        if wrong or not hasattr(type(index), "__index__"):
            raise TypeError(f"the index is a {self.coordinate.__name__} or an integer, not {shown(index)}")
        try:
            return int(range(len(self))[index.__index__()])
        except IndexError:
            raise ArrayIndexError(f"there are {len(self)} elements, one per {self.coordinate.__name__}, not number {int(index)}") from None

    def __getitem__(self, index: Any) -> Element:
        return self._elements[self._position(index)]

    def __setitem__(self, index: Any, element: Element) -> None:
        position = self._position(index)
        self._require(element, f"element {position} per {self.coordinate.__name__}")
        self._elements[position] = element

    def _require(self, element: Any, place: str) -> None:
        wanted = type(self._elements[0])
        if not isinstance(element, wanted):
            raise TypeError(f"{place}: an element of class {wanted.__name__} is needed, not {shown(element)}")

    def replaced(self, elements: Iterable[Element], place: str) -> PerCoordinate[Element]:
        """As many other elements of the same class. Raises TypeError or ValueError, with the name of the place, for anything else."""
        if not hasattr(type(elements), "__iter__"):
            raise TypeError(f"{place} takes one element per {self.coordinate.__name__}, not {shown(elements)}")
        made = list(elements)
        if len(made) != len(self):
            raise ValueError(f"{place} takes one element per {self.coordinate.__name__}, {len(self)} together, not {len(made)}")
        for element in made:
            self._require(element, place)
        return PerCoordinate(self.coordinate, made)

    def items(self) -> Iterator[tuple[Any, Element]]:
        """Pairs of coordinate and element."""
        return ((self.coordinate(index), element) for index, element in enumerate(self._elements))

    def __iter__(self) -> Iterator[Element]:
        return iter(self._elements)

    def __len__(self) -> int:
        return len(self._elements)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PerCoordinate) and self.coordinate is other.coordinate and self._elements == other._elements

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return repr(self._elements)


def write_all(builder: PlaybackProgramBuilder, elements: PerCoordinate[Any], backend: Any = None) -> None:
    """Writes each element at its coordinate."""
    for coordinate, element in elements.items():
        builder.write(coordinate, element, backend)
