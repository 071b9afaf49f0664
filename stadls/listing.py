"""Programs as people read them: what is written, read and waited for, where, and when.

    index    t [cycles]
        0             -  write  Timer at TimerOnDLS(0)  Timer(...)
        1           =99  wait   Timer.Value(100)

Works on the words alone, so on any program wherever it comes from.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from fisch.backends import Backend
from haldls import Barrier, PollingOmnibusBlock, Timer
from haldls.bits import parse
from haldls.describe import html_table
from stadls.accesses import Access, Verb, accesses, text
from stadls.errors import NotAContainerError
from stadls.lookup import Place, places

TEXT_MAX = 160
"""Characters of a container's contents that a line shows."""

ROWS_SHOWN = 200
"""Lines that a notebook shows."""

_SINGLE_LANES = (1, 2, 4, 8)

Words = NDArray[np.uint64]


class HasWords(Protocol):
    """A program or a builder."""

    @property
    def words(self) -> Words:
        """Instructions, uint64[n]."""


@dataclass(frozen=True)
class Entry:
    """One line of a listing.

    index       of the first instruction in the program; count: instructions that belong to it
    time        FPGA cycles since the timer was last set to 0 at which the first instruction is executed: one instruction per cycle,
                as the FPGA does unless something holds it up. None before the timer was set and behind a barrier or poll, whose
                duration is not known
    place       register that is written or read, None for what is none
    container   the container written, where its words can be decoded; the condition waited for; otherwise None
    contents    what it says, as text
    """

    index: int
    count: int
    time: int | None
    verb: Verb
    place: Place | None
    container: Any
    contents: str

    @property
    def coordinate(self) -> Any:
        """Coordinate of the register; None for what is none."""
        return self.place.coordinate if self.place is not None else None

    def covers(self, index: int) -> bool:
        """Whether the instruction with that index belongs to this entry."""
        return self.index <= index < self.index + self.count

    def __str__(self) -> str:
        time = "" if self.time is None else f"t={self.time}"
        shown = self.contents if len(self.contents) <= TEXT_MAX else f"{self.contents[:TEXT_MAX]} ..."
        where = f"{self.place.container.__name__} at {self.coordinate!r}" if self.place is not None else ""
        return f"{self.index:8d} {time:>12}  {self.verb.value:7}{'  '.join(part for part in (where, shown) if part)}"


class Listing:
    """The entries of a program. `str` gives one line for each, iteration the entries themselves, which are made one by one.

    >>> from halco import NeuronConfigOnDLS, TimerOnDLS
    >>> from haldls import NeuronConfig
    >>> from stadls import PlaybackProgramBuilder
    >>> builder = PlaybackProgramBuilder()
    >>> builder.write(TimerOnDLS(), Timer())
    >>> builder.block_until(TimerOnDLS(), Timer.Value(100))
    >>> builder.write(NeuronConfigOnDLS(), NeuronConfig(enable_fire=True))
    >>> for entry in Listing(builder):
    ...     print(entry.index, entry.count, entry.time, entry.verb.value, entry.contents)
    0 1 None write Timer(0)
    1 1 0 wait Timer.Value(100)
    2 12 101 write NeuronConfig(enable_fire=True)
    """

    def __init__(self, program: HasWords | Words, first: int = 0, end: int | None = None) -> None:
        """Of a program, a builder or words uint64[n]; `first` and `end` say which instructions, by index."""
        words = getattr(program, "words", program)
        if not isinstance(words, np.ndarray):
            raise NotAContainerError(f"a program, a builder or an array of words is needed, not {program!r}")
        self.first, self._words = first, words[first:end]

    def __iter__(self) -> Iterator[Entry]:
        clock = _Clock()
        for group in _groups(accesses(self._words, self.first)):
            yield self._entry(group, clock.advance(group))

    def _entry(self, group: list[Access], time: int | None) -> Entry:
        first, count = group[0], sum(access.count for access in group)
        if first.backend is None:
            return Entry(first.index, count, time, first.verb, None, None, text(self._words, first, self.first))
        if first.verb is Verb.WAIT:
            condition = _condition(first)
            return Entry(first.index, count, time, first.verb, None, condition, repr(condition))
        found = _owner(group)
        if found is None:
            contents = f"{first.backend.name} address {first.address:#x} {_hex(first.words)}"
            return Entry(first.index, count, time, first.verb, None, None, contents)
        if first.verb is Verb.READ:
            return Entry(first.index, count, time, first.verb, found, None, "")
        container, contents = _contents(found, group, first.backend)
        return Entry(first.index, count, time, first.verb, found, container, contents)

    def __str__(self) -> str:
        return "\n".join(str(entry) for entry in self)

    def __repr__(self) -> str:
        return f"Listing({len(self._words)} instructions from {self.first} on)"

    def _repr_html_(self) -> str:
        """The first lines as table, for notebooks."""
        head = ("index", "t [cycles]", "", "register", "contents")
        every = (_cells(entry) for entry in islice(self, ROWS_SHOWN))
        return html_table(f"{len(self._words)} instructions from {self.first} on", head, every)


def _cells(entry: Entry) -> tuple[str, ...]:
    where = f"{entry.place.container.__name__} at {entry.coordinate!r}" if entry.place is not None else ""
    return str(entry.index), "" if entry.time is None else str(entry.time), entry.verb.value, where, entry.contents


class _Clock:
    """When the instructions are executed, counted from the last time the timer was set to 0."""

    def __init__(self) -> None:
        self.now: int | None = None

    def advance(self, group: list[Access]) -> int | None:
        """The time of the group's first instruction; afterwards the clock stands at the instruction behind its last one."""
        begin, first = self.now, group[0]
        if first.backend is Backend.Timer and first.verb is Verb.WRITE:
            self.now = 0
        elif first.backend is Backend.WaitUntil and self.now is not None:
            self.now = max(self.now, first.words[0]) + 1
        elif first.verb is Verb.WAIT:
            self.now = None
        elif self.now is not None:
            self.now += sum(access.count for access in group)
        return begin


# ------------------------------------------------------------------------------------------------------------------------- grouping
class _Ahead:
    """A stream of accesses that can be looked into before they are taken."""

    def __init__(self, stream: Iterator[Access]) -> None:
        self._stream = stream
        self._seen: deque[Access] = deque()

    def peek(self, distance: int) -> Access | None:
        """The access at that distance from the next one; None behind the end."""
        while len(self._seen) <= distance:
            following = next(self._stream, None)
            if following is None:
                return None
            self._seen.append(following)
        return self._seen[distance]

    def take(self, number: int) -> list[Access]:
        return [self._seen.popleft() for _ in range(number)]


def _groups(stream: Iterator[Access]) -> Iterator[list[Access]]:
    """Neighbours that together are all words of one container; everything else alone."""
    ahead = _Ahead(stream)
    while (first := ahead.peek(0)) is not None:
        whole = [place for place in _candidates(first) if place.word == 0 and len(first.words) <= 1]
        yield ahead.take(next((_n_words(place, first) for place in whole if _is_whole(ahead, place, first)), 1))


def _is_whole(ahead: _Ahead, place: Place, first: Access) -> bool:
    """Whether the next accesses are all words of the container in their order."""
    for distance, address in enumerate(_addresses(place, first)):
        access = ahead.peek(distance)
        if access is None or (access.verb, access.backend, access.address) != (first.verb, first.backend, address):
            return False
    return True


def _candidates(access: Access) -> list[Place]:
    """Registers that may be meant, those that begin at the access first."""
    if access.backend is None or access.verb in (Verb.WAIT, Verb.MESSAGE):
        return []
    write = access.verb is Verb.WRITE
    found = [place for place in places(access.address, access.backend, write) if _fits_lanes(place, access)]
    return sorted(found, key=lambda place: (place.word > 0, -_n_words(place, access)))


def _fits_lanes(place: Place, access: Access) -> bool:
    """Whether the byte enables are those of the container: single bytes have one of their own each."""
    if access.verb is Verb.READ or not place.container.byte_lane:
        return not place.container.byte_lane and (access.verb is Verb.READ or access.enables not in _SINGLE_LANES)
    return access.enables == 1 << 3 - place.enum % 4


def _n_words(place: Place, access: Access) -> int:
    layout = place.container.layout(access.backend.name)  # type: ignore[union-attr]
    return int(layout.n_write if access.verb is Verb.WRITE else layout.n_read)


def _addresses(place: Place, access: Access) -> list[int]:
    layout = place.container.layout(access.backend.name)  # type: ignore[union-attr]
    return layout.addresses([place.enum], access.verb is Verb.WRITE)[0].tolist()  # type: ignore[no-any-return]


def _owner(group: list[Access]) -> Place | None:
    """The register that a group of accesses means: all of it if possible, otherwise the smallest one with that word."""
    found = _candidates(group[0])
    whole = [place for place in found if place.word == 0 and _n_words(place, group[0]) == max(len(group), len(group[0].words))]
    every = whole or sorted(found, key=lambda place: _n_words(place, group[0]))
    return every[0] if every else None


# ------------------------------------------------------------------------------------------------------------------------- contents
def _condition(access: Access) -> Any:
    payload = access.words[0]
    if access.backend is Backend.WaitUntil:
        return Timer.Value(payload & 0xFFFFFFFF)
    if access.backend is Backend.PollingOmnibusBlock:
        return PollingOmnibusBlock(enable_expects_equality=bool(payload & 1))
    names = ("omnibus", "jtag", "systime", "multi_fpga", "systime_correction")
    return Barrier(**{f"enable_{name}": bool(payload >> bit & 1) for bit, name in enumerate(names)})


def _hex(words: tuple[int, ...]) -> str:
    return " ".join(f"{word:#x}" for word in words)


def _contents(found: Place, group: list[Access], backend: Backend) -> tuple[Any, str]:
    """The container written and its text; without the container if only some of its words are there or it cannot be decoded."""
    words = [word for access in group for word in access.words]
    if found.container is Timer:
        return Timer(), "Timer(0)"
    if len(words) == _n_words(found, group[0]):
        container = _decoded(found, words, backend)
        if container is not None:
            return container, repr(container)
        return None, _fields(found, dict(enumerate(words)), backend)
    return None, f"word {found.word} of {_n_words(found, group[0])}: {_fields(found, {found.word: words[0]}, backend)}"


def _decoded(found: Place, words: list[int], backend: Backend) -> Any:
    """The container with these words, None if what is written cannot be read back the same way."""
    container = found.container()
    layout = found.container.layout(backend.name)
    if layout.n_read != layout.n_write:
        return _from_bits(found, words, backend)
    try:
        container.decode(np.array(words, np.uint32), found.coordinate, backend.name)
    except (RuntimeError, ValueError, OverflowError):  # the last: more than 32 bits, which a damaged program may hold
        return None
    return container


def _from_bits(found: Place, words: list[int], backend: Backend) -> Any:
    """A container that can only be written, from the places of its fields."""
    container = found.container()
    try:
        for name, index, value in _values(found, dict(enumerate(words))):
            field = getattr(found.container, name)
            content, present = field.type(value), getattr(container, name)
            if hasattr(present, "__setitem__"):  # an array, also of a single element
                present[index] = content
                content = present
            setattr(container, name, content)
        same = container.encode(found.coordinate, backend.name).tolist() == words
    except (RuntimeError, TypeError, ValueError, AttributeError):
        return None
    return container if same else None


def _values(found: Place, words: dict[int, int]) -> Iterator[tuple[str, int, int]]:
    """Field, index and number of everything that stands in the given words completely."""
    for field in found.container.fields():
        for index, bits in enumerate(getattr(field, "write_bits", None) or ()):
            pieces = [piece for piece in parse(bits) if piece.word >= 0]
            if pieces and all(piece.word in words and not piece.lane for piece in pieces) and field.code is None and not field.is_signed:
                value = sum(((words[p.word] >> p.target ^ -p.inverted) & (1 << p.width) - 1) << p.source for p in pieces)
                yield field.name, index, value - field.offset


def _fields(found: Place, words: dict[int, int], backend: Backend) -> str:
    """The words and the fields that stand in them."""
    try:
        named = [
            f"{name}{f'[{index}]' if getattr(found.container, name).count > 1 else ''}={_shown(found, name, value)}"
            for name, index, value in _values(found, words)
        ]
    except (RuntimeError, TypeError, ValueError):
        named = []
    shown = _hex(tuple(words.values()))
    return f"{shown} ({', '.join(named)})" if named else shown


def _shown(found: Place, name: str, value: int) -> str:
    kind = getattr(found.container, name).type
    return str(bool(value)) if kind is bool else str(value)
