"""Generators: objects that make a builder and a result, such as the initialisation of a chip. (facts: registers/stadls 8)"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Any, Generic, TypeVar

from halco._core import Value
from stadls.builder import PlaybackProgramBuilder

__all__ = ["PlaybackGenerator", "generate"]

Element = TypeVar("Element")


class PlaybackGenerator(ABC):
    """Base of everything that `generate` takes; also for users' own."""

    @abstractmethod
    def generate(self) -> tuple[PlaybackProgramBuilder, Any]:
        """A builder with the instructions, and a result (None for all initialisations)."""


def generate(generator: PlaybackGenerator) -> tuple[PlaybackProgramBuilder, Any]:
    """The builder and the result of a generator.

    builder, _ = generate(SystemInit(connection.get_hwdb_entry()[0]))
    """
    return generator.generate()


class PerCoordinate(Generic[Element]):
    """One element per instance of a coordinate, indexed by it or by plain integers."""

    def __init__(self, coordinate: Any, elements: list[Element]) -> None:
        self.coordinate, self._elements = coordinate, elements

    def _position(self, index: Any) -> int:
        if isinstance(index, Value) and not isinstance(index, self.coordinate):
            raise TypeError(f"the index is a {self.coordinate.__name__} or an integer, not {index!r}")
        return int(self.coordinate(int(index)))

    def __getitem__(self, index: Any) -> Element:
        return self._elements[self._position(index)]

    def __setitem__(self, index: Any, element: Element) -> None:
        position = self._position(index)
        wanted = type(self._elements[position])
        if not isinstance(element, wanted):
            raise TypeError(f"a {wanted.__name__} is needed, not {element!r}")
        self._elements[position] = element

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
