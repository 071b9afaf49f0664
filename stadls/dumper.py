"""Dumpers: builders that keep coordinates and containers instead of words. (facts: registers/stadls 7)

What stands in a dumper is never changed afterwards: containers are copied on their way in and on their way out.
"""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy
from typing import TYPE_CHECKING, Any, Self, overload

from fisch import Target
from halco import LogicalNeuronOnDLS
from haldls import BlockUntil, Timer
from haldls.container import Container, K
from haldls.lola import LogicalNeuron
from stadls.builder import PlaybackProgramBuilder
from stadls.errors import DumperError, MergeError, NotAContainerError, NotReadableError, wrong_coordinate
from stadls.plan import access_plan

__all__ = ["DumperDone", "PlaybackProgramBuilderDumper", "convert_to_builder", "convert_to_dumper"]

Pair = tuple[Any, Any]
"""A coordinate and what is written or waited for there."""


def is_condition(content: Any) -> bool:
    """Whether it is something to wait for, not to write."""
    return isinstance(content, BlockUntil)


def stands_on(content: Any) -> Any:
    """Coordinate class of a container or condition. Raises NotAContainerError for anything else."""
    if isinstance(content, Timer.Value):
        return Timer.coordinate
    if isinstance(content, BlockUntil) and isinstance(content, Container):
        return content.coordinate
    return access_plan(type(content)).coordinate


def _checked(coordinate: Any, content: Any) -> Pair:
    wanted = stands_on(content)
    if type(coordinate) is not wanted:
        raise wrong_coordinate(coordinate, content, wanted)
    return coordinate, copy(content)


class DumperDone:
    """What a dumper has collected: pairs of coordinate and container (or condition) in order.

    >>> from halco import CapMemCellOnDLS
    >>> from haldls import CapMemCell
    >>> done = DumperDone()
    >>> done.values = [(CapMemCellOnDLS(7), CapMemCell(number)) for number in (1, 2)]
    >>> done.squash()
    >>> [container for _, container in done.tolist()]
    [CapMemCell(2)]
    """

    def __init__(self) -> None:
        self._pairs: list[Pair] = []

    @classmethod
    def of(cls, pairs: list[Pair]) -> Self:
        """Takes over a list of pairs that were checked before."""
        made = cls()
        made._pairs = pairs
        return made

    @property
    def pairs(self) -> tuple[Pair, ...]:
        """The pairs themselves, for those who only look at them: `values` copies every container."""
        return tuple(self._pairs)

    @property
    def values(self) -> list[Pair]:
        """Pairs (coordinate, container), containers copied. Setting it raises DumperError for anything else than tuples of two."""
        return [(coordinate, copy(content)) for coordinate, content in self._pairs]

    @values.setter
    def values(self, pairs: Iterable[Pair]) -> None:
        taken = []
        for pair in pairs:
            if not isinstance(pair, tuple) or len(pair) != 2:
                raise DumperError(f"Expected tuple. (a coordinate and a container, not {pair!r})")
            taken.append(_checked(*pair))
        self._pairs = taken

    def tolist(self) -> list[Pair]:
        """The same as `values`."""
        return self.values

    def __len__(self) -> int:
        return len(self._pairs)

    def __eq__(self, other: object) -> bool:
        return self._pairs == other._pairs if isinstance(other, DumperDone) else NotImplemented

    __hash__ = None  # type: ignore[assignment]

    def remove_block_until(self) -> None:
        """Removes everything that waits."""
        self._pairs = [pair for pair in self._pairs if not is_condition(pair[1])]

    def squash(self) -> None:
        """Keeps the last entry of each coordinate, sorted by coordinate, kinds of coordinates together."""
        last = dict(self._pairs)
        self._pairs = sorted(last.items(), key=lambda pair: (type(pair[0]).__name__, _number(pair[0])))

    def __copy__(self) -> Self:
        return type(self).of(list(self._pairs))

    def __deepcopy__(self, memo: Any) -> Self:
        return self.__copy__()

    def __repr__(self) -> str:
        return f"DumperDone({len(self)} entries)"

    def __str__(self) -> str:
        return _lines(self._pairs)


def _number(coordinate: Any) -> Any:
    """What coordinates of one kind are sorted by."""
    return int(coordinate) if hasattr(type(coordinate), "__index__") else repr(coordinate)


def _lines(pairs: list[Pair]) -> str:
    return "\n".join(f"{coordinate!r} {content!r}" for coordinate, content in pairs)


class PlaybackProgramBuilderDumper:
    """Takes the place of a PlaybackProgramBuilder where one wants to know afterwards what was written.

    Reads are not possible. Backends and references are accepted and ignored: what is kept is the whole container.
    """

    def __init__(self) -> None:
        self._pairs: list[Pair] = []
        self._unsupported_targets: set[Target] = set()  # only ever stored: the original fills it in other places

    @overload
    def write(self, coordinate: K, container: Container[K], other: Any = None, backend: Any = None) -> None: ...

    @overload
    def write(self, coordinate: LogicalNeuronOnDLS, container: LogicalNeuron, other: Any = None, backend: Any = None) -> None: ...

    def write(self, coordinate: Any, container: Any, other: Any = None, backend: Any = None) -> None:
        """Keeps a copy of the container. Raises CoordinateError or NotAContainerError."""
        if is_condition(container):
            raise NotAContainerError(f"{type(container).__qualname__} is a condition to wait for: use block_until", coordinate, container)
        self._pairs.append(_checked(coordinate, container))

    def block_until(self, coordinate: Any, condition: Any) -> None:
        """Keeps the condition. Raises CoordinateError or NotAContainerError (both are TypeErrors)."""
        if not is_condition(condition):
            raise NotAContainerError(
                f"a Timer.Value, Barrier or PollingOmnibusBlock is needed to wait for, not {condition!r}", coordinate, condition
            )
        self._pairs.append(_checked(coordinate, condition))

    if not TYPE_CHECKING:  # for a checker there is no such method

        def read(self, coordinate: Any, backend: Any = None) -> None:
            """Always raises NotReadableError."""
            raise NotReadableError("Dumper does not support reads.", coordinate)

    def merge_back(self, other: PlaybackProgramBuilderDumper) -> None:
        """Moves everything from another dumper behind this one's end; it is left empty."""
        if self._other(other) is self:
            raise MergeError("A PlaybackProgramBuilderDumper cannot be merged into itself.")
        self._pairs += other._pairs
        other._pairs = []

    def copy_back(self, other: PlaybackProgramBuilderDumper) -> None:
        """Appends what is in another dumper, which stays as it is."""
        self._pairs += list(self._other(other)._pairs)

    @staticmethod
    def _other(other: Any) -> PlaybackProgramBuilderDumper:
        if not isinstance(other, PlaybackProgramBuilderDumper):
            raise NotAContainerError(f"only another PlaybackProgramBuilderDumper can be joined, not {other!r}")
        return other

    def done(self) -> DumperDone:
        """What was collected. The dumper is empty afterwards and can be used again."""
        pairs, self._pairs = self._pairs, []
        return DumperDone.of(pairs)

    def empty(self) -> bool:
        """Whether nothing was added yet."""
        return not self._pairs

    def is_write_only(self) -> bool:
        """Always true."""
        return True

    if not TYPE_CHECKING:  # for a checker there is no such method

        def size_to_fpga(self) -> None:
            """Always raises DumperError: a dumper has no words."""
            raise DumperError("BuilderStorage does not support size_to_fpga().")

        def size_from_fpga(self) -> None:
            """Always raises DumperError: a dumper has no words."""
            raise DumperError("BuilderStorage does not support size_from_fpga().")

    def __eq__(self, other: object) -> bool:
        return self._pairs == other._pairs if isinstance(other, PlaybackProgramBuilderDumper) else NotImplemented

    __hash__ = None  # type: ignore[assignment]

    def __copy__(self) -> Self:
        made = type(self)()
        made._pairs = list(self._pairs)
        return made

    def __deepcopy__(self, memo: Any) -> Self:
        return self.__copy__()

    def __repr__(self) -> str:
        return "PlaybackProgramBuilderDumper()"

    def __str__(self) -> str:
        return _lines(self._pairs)


def convert_to_dumper(done: DumperDone) -> PlaybackProgramBuilderDumper:
    """A dumper with the same entries. Raises NotAContainerError for anything else than a DumperDone."""
    made = PlaybackProgramBuilderDumper()
    made._pairs = list(require_done(done).pairs)
    return made


def convert_to_builder(source: DumperDone | PlaybackProgramBuilderDumper) -> PlaybackProgramBuilder:
    """A builder with the same writes and waits. A dumper is left empty, what it made (DumperDone) stays as it is.

    Raises what PlaybackProgramBuilder.write raises, NotWritableError for a container that can only be read.
    """
    done = source.done() if isinstance(source, PlaybackProgramBuilderDumper) else require_done(source)
    builder = PlaybackProgramBuilder()
    for coordinate, content in done.pairs:
        if is_condition(content):
            builder.block_until(coordinate, content)
        else:
            builder.write(coordinate, content)
    return builder


def require_done(done: Any) -> DumperDone:
    """`done` if it is a DumperDone; otherwise raises NotAContainerError."""
    if not isinstance(done, DumperDone):
        raise NotAContainerError(f"a DumperDone is needed, not {done!r}")
    return done
