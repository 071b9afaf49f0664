"""What a failed instruction was about: for the texts of errors, so speed does not matter here."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fisch.backends import Backend
from haldls import PollingOmnibusBlock, PollingOmnibusBlockConfig
from stadls.accesses import Access, Verb, accesses
from stadls.listing import Entry, Listing
from stadls.lookup import locate

FPGA_SIDE = 1 << 31
_REACH = 4096
"""Instructions before the one in question that are read, so that containers are seen from their first word on."""

Words = NDArray[np.uint64]


def entries_around(words: Words, index: int, around: int = 3) -> list[Entry]:
    """The entry that holds the instruction at `index`, with as many entries before and behind it."""
    found: list[Entry] = []
    behind = 0
    for entry in Listing(words, first=max(index - _REACH, 0)):
        found.append(entry)
        if entry.index > index:
            behind += 1
        elif not entry.covers(index):
            found = found[-around:] if around else []
        if behind > around:
            return found[:-1]
    return found


def surroundings(words: Words, index: int, around: int = 3) -> str:
    """The accesses around the instruction at `index`, one per line, the one it belongs to marked."""
    return "\n".join(f"{'->' if entry.covers(index) else '  '} {entry}" for entry in entries_around(words, index, around))


def _is_chip_access(access: Access) -> bool:
    over = access.backend in (Backend.Omnibus, Backend.OmnibusChipOverJTAG)
    return access.verb in (Verb.READ, Verb.WRITE) and over and not access.address & FPGA_SIDE


def last_access(words: Words, index: int) -> Access | None:
    """The last access to the chip up to the instruction at `index`, which is what a barrier there waits for; None if there is none."""
    first = max(index - _REACH, 0)
    found = None
    for access in accesses(words[first : index + 1], first):
        found = access if _is_chip_access(access) else found
    return found


def hint(words: Words, index: int) -> str:
    """What is most likely wrong when the instruction at `index` ran into the instruction timeout."""
    poll = _poll(words, index)
    if poll:
        return poll
    access = last_access(words, index)
    if access is None:
        return "The instruction waited longer than the instruction timeout (InstructionTimeoutConfig) allows."
    return (
        f"It waits for the chip ({_named(access.address, access.backend or Backend.Omnibus)}), which does not answer. "
        "Without a running highspeed link every access to the chip ends like this: run the program of a SystemInit (or ChipInit) first."
    )


def polled(words: Words, index: int) -> tuple[PollingOmnibusBlockConfig | None, bool] | None:
    """What the instruction at `index` polls, None if that was written long before, and whether it waits for equality.

    None for an instruction that does not poll.
    """
    config = None
    for entry in Listing(words[: index + 1], first=max(index - _REACH, 0)):
        if isinstance(entry.container, PollingOmnibusBlockConfig):
            config = entry.container
        elif entry.covers(index) and isinstance(entry.container, PollingOmnibusBlock):
            return config, bool(entry.container.enable_expects_equality)
    return None


def _poll(words: Words, index: int) -> str:
    """In words; nothing if the instruction does not poll."""
    found = polled(words, index)
    if found is None:
        return ""
    config, equality = found
    return (
        f"It polls {_polled(config)} did not {'become' if equality else 'differ from'} the target within the instruction timeout. "
        "If whatever changes the register needs longer, write a longer InstructionTimeoutConfig before."
    )


def _polled(config: PollingOmnibusBlockConfig | None) -> str:
    if config is None:
        return "the register that PollingOmnibusBlockConfig says; its value"
    named = _named(int(config.address), Backend.Omnibus)
    return f"{named}, for the target {int(config.target):#x}: the register's value (mask {int(config.mask):#x})"


def _named(address: int, backend: Backend) -> str:
    place = locate(address, backend)
    return f"omnibus address {address:#x}{f', {place}' if place else ''}"
