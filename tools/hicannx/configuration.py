"""The configuration of a chip as a whole, and in what two of them differ, by register and field.

>>> from halco import NeuronConfigOnDLS
>>> from haldls import NeuronConfig
>>> from stadls import PlaybackProgramBuilder
>>> builder = PlaybackProgramBuilder()
>>> builder.write(NeuronConfigOnDLS(5), NeuronConfig(enable_fire=True))
>>> for difference in configuration_diff(PlaybackProgramBuilder(), builder):
...     print(difference)
NeuronConfig at NeuronConfigOnDLS(NeuronConfigOnNeuronConfigBlock(5), NeuronConfigBlockOnDLS(0)): enable_fire: False -> True
"""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

import halco
import haldls
from fisch import Connection, MultiConnection
from fisch.backends import Backend
from fisch.environment import address_and_ports
from haldls.differences import differences
from hicannx.asked import AskedSystem
from hicannx.errors import HicannxError
from hicannx.served import ServedSystem
from hicannx.stored.opening import open_stored
from hicannx.systems import target_of
from hicannx.tables import show
from hicannx_sim import System
from hicannx_sim.chip.omnibus import register_map
from hicannx_sim.chip.regions import REGIONS
from stadls.accesses import Verb, accesses

Words = Mapping[str, NDArray[np.uint32]]
"""By name of the container what its registers hold: uint32[coordinates, words]."""
MAGIC: Final = b"hxsnap"
OVER: Final = frozenset({Backend.Omnibus, Backend.OmnibusChipOverJTAG})
FPGA: Final = 1 << 31


class FieldDifference(NamedTuple):
    """A field that is not the same in two configurations; both values as text."""

    container: str
    coordinate: Any
    field: str
    one: str
    other: str

    def __str__(self) -> str:
        return f"{self.container} at {self.coordinate!r}: {self.field}: {self.one} -> {self.other}"


@cache
def compared() -> tuple[str, ...]:
    """Containers of the chip's omnibus that can be written: what makes up a configuration."""
    return tuple(region.container for region in REGIONS if getattr(haldls, region.container).write_addresses([0]).size)


@cache
def _at_reset() -> Words:
    system = System()
    return {name: system.contents(name) for name in compared()}


def configuration_of(thing: Any) -> Words:
    """The registers of a chip behind a connection, of a system, of a snapshot (bytes), or those that a program or a builder leaves behind
    in a
    chip that was reset. Raises HicannxError for anything else."""
    if isinstance(thing, Connection | MultiConnection):
        thing = target_of(thing)
    if isinstance(thing, bytes):
        thing = System().restore(thing)
    if isinstance(thing, System | AskedSystem):
        return {name: thing.contents(name) for name in compared()}
    words = getattr(thing, "words", thing)
    if isinstance(words, np.ndarray) and words.dtype == np.uint64:
        return _written(words)
    raise HicannxError(f"{thing!r} has no configuration: a connection, a snapshot or a program is needed")


def _written(words: NDArray[np.uint64]) -> Words:
    """What a program leaves behind, as far as it writes the chip's registers; the last write counts."""
    found = {name: array.copy() for name, array in _at_reset().items()}
    lookup = register_map().lookup
    for access in accesses(words):
        if access.verb is not Verb.WRITE or access.backend not in OVER or access.address & FPGA:
            continue
        for offset, word in enumerate(access.words):
            place = lookup(access.address + offset)
            if place is not None and place[0] in found:
                found[place[0]][place[1], place[2]] = word
    return found


def configuration_diff(one: Any, other: Any) -> Iterator[FieldDifference]:
    """All fields in which two configurations differ, register by register; see `configuration_of` for what has one."""
    first, second = configuration_of(one), configuration_of(other)
    for name in compared():
        container = getattr(haldls, name)
        for number in np.flatnonzero((first[name] != second[name]).any(1)).tolist():
            coordinate = place_of(container, number)
            before, after = (decoded(container, coordinate, words[name][number]) for words in (first, second))
            for path, old, new in differences(before, after):
                yield FieldDifference(name, coordinate, path, old, new)


def place_of(container: Any, number: int) -> Any:
    """The coordinate of that number, in the order of their enumeration."""
    return next(islice(halco.iter_all(container.coordinate), number, None))


def decoded(container: Any, coordinate: Any, words: NDArray[np.uint32]) -> Any:
    """The container that these words are."""
    made = container()
    made.decode(words, coordinate)
    return made


def main(chosen: Namespace) -> int:
    """`hicannx diff`: exit status 1 if anything differs."""
    found = list(configuration_diff(_opened(chosen.one), _opened(chosen.other)))
    rows = [(entry.container, repr(entry.coordinate), entry.field, entry.one, entry.other) for entry in found]
    if found:
        show(("register", "coordinate", "field", chosen.one, chosen.other), rows)
    return int(bool(found))


def _opened(text: str) -> Any:
    """A snapshot or a stored program, by its file; a served chip, by its address."""
    path = Path(text)
    if not path.exists():
        try:
            address_and_ports(text)
        except ValueError as error:
            raise HicannxError(f"there is no such file, and {error}") from None
        return ServedSystem(text)
    data = path.read_bytes()
    return data if data.startswith(MAGIC) else open_stored(path).content
