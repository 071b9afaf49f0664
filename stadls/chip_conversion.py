"""What a dumper has written, as one `lola.Chip`. (facts: registers/stadls 7)

The words of all writes are laid over the words of a chip, address by address and byte by byte, later writes over earlier ones.
"""

from __future__ import annotations

import logging
from functools import cache

import numpy as np
from numpy.typing import NDArray

from fisch import Backend
from halco import ChipOnDLS
from haldls.lola import Chip
from stadls.builder import PlaybackProgramBuilder
from stadls.dumper import DumperDone, is_condition, require_done
from stadls.errors import NotAContainerError, NotWritableError
from stadls.lookup import locate

__all__ = ["convert_to_chip"]

_log = logging.getLogger("stadls.convert_to_chip")
_LANES = 4

Words = NDArray[np.uint32]


def convert_to_chip(done: DumperDone, previous: Chip | None = None) -> Chip:
    """The chip as it is after the writes, starting from `previous` (None: a default chip), which stays as it is.

    Waits and containers without Omnibus backend do not matter. Writes to addresses that are no part of a Chip (triggers, timing,
    everything on the FPGA) are announced in the log. Raises NotAContainerError for other arguments.

    >>> from halco import CapMemCellOnDLS
    >>> from haldls import CapMemCell
    >>> done = DumperDone()
    >>> done.values = [(CapMemCellOnDLS(0), CapMemCell(321))]
    >>> convert_to_chip(done) == Chip(), convert_to_chip(done) == convert_to_chip(DumperDone(), convert_to_chip(done))
    (False, True)
    """
    if previous is not None and not isinstance(previous, Chip):
        raise NotAContainerError(f"a lola.Chip is needed to start from, not {previous!r}")
    addresses, words, enables = _writes(require_done(done))
    memory = (Chip() if previous is None else previous).encode()
    places = _places(addresses)
    outside = places < 0
    if outside.any():
        _announce(np.unique(addresses[outside]))
    _overlay(memory, places[~outside], words[~outside], enables[~outside])
    chip = Chip()
    chip.decode(memory)
    return chip


def _writes(done: DumperDone) -> tuple[Words, Words, NDArray[np.uint8]]:
    """Addresses, words and byte enables of all writes over the omnibus, in their order."""
    builder = PlaybackProgramBuilder()
    for coordinate, content in done.pairs:
        if is_condition(content) or Backend.Omnibus.name not in type(content).backends:
            continue
        try:
            builder.write(coordinate, content, Backend.Omnibus)
        except NotWritableError:
            continue  # containers that can only be read
    messages = builder.words
    heads = messages[0::2]  # every write is a message with the address and one with the word
    return heads.astype(np.uint32), messages[1::2].astype(np.uint32), (heads >> np.uint64(32)).astype(np.uint8)


@cache
def _sorted_addresses() -> tuple[Words, NDArray[np.int64]]:
    """Addresses of the words of a Chip in rising order, and where in its words each of them stands."""
    addresses = Chip.write_addresses([int(ChipOnDLS())])[0]
    order = np.argsort(addresses, kind="stable")
    return addresses[order], order


def _places(addresses: Words) -> NDArray[np.int64]:
    """Positions in the words of a Chip, -1 where an address is none of its own."""
    known, order = _sorted_addresses()
    found = np.minimum(np.searchsorted(known, addresses), len(known) - 1)
    return np.where(known[found] == addresses, order[found], -1)


def _overlay(memory: Words, places: NDArray[np.int64], words: Words, enables: NDArray[np.uint8]) -> None:
    """Writes the enabled bytes of `words` at `places` of `memory`; of several writes to one byte the last one stays."""
    whole = enables & 0xF == 0xF
    if whole.all():
        memory[places] = words
        return
    for lane in range(_LANES):  # lane 0 is the least significant byte
        written = enables >> lane & 1 == 1
        mask = np.uint32(0xFF << 8 * lane)
        memory[places[written]] = memory[places[written]] & ~mask | words[written] & mask


def _announce(addresses: Words) -> None:
    names = [locate(int(address)) or f"address {int(address):#x}" for address in addresses[:3]]
    more = f" and {len(addresses) - len(names)} more" if len(addresses) > len(names) else ""
    _log.warning("the dumped writes contain containers that are no part of a lola.Chip: %s%s", ", ".join(names), more)
