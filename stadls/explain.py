"""Which access an instruction of a program belongs to: for the texts of errors, so speed does not matter here."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from fisch import ut
from fisch.dump import to_fpga_lines
from haldls import _core
from haldls.container import container_on

INSTANCES_MAX = 1 << 17
"""Registers with more instances (external memories, routing tables) are not searched."""

_HEADER = {f"{message.group}::{message.name}": message.header for message in ut.TO_FPGA}
_ADDRESS, _DATA = _HEADER["omnibus_to_fpga::Address"], _HEADER["omnibus_to_fpga::Data"]
_INS, _SCAN = _HEADER["to_fpga_jtag::Ins"], _HEADER["to_fpga_jtag::Data"]
_JTAG_ADDRESS = _INS << 56 | ut.JTAG_INSTRUCTION["OMNIBUS_ADDRESS"]
FPGA_SIDE = 1 << 31


def locate(address: int) -> str:
    """Container and coordinate of a word on the omnibus, `NeuronConfig at NeuronConfigOnDLS(...)`, or an empty string.

    Where several containers show the same word the one with the fewest words is named.
    """
    found: list[tuple[int, str]] = []
    registry: dict[Any, Any] = container_on
    for coordinate, container in registry.items():
        if not issubclass(container, _core.Container) or coordinate.size > INSTANCES_MAX or "Omnibus" not in container.backends:
            continue
        layout = container.layout("Omnibus")
        for write, words in ((True, layout.n_write), (False, layout.n_read)):
            rows = np.flatnonzero((layout.addresses(None, write) == address).any(axis=1))
            if len(rows):
                found.append((words, f"{container.__name__} at {coordinate.__name__}({rows[0]})"))
                break
    return min(found, default=(0, ""))[1]


def omnibus_address(words: NDArray[np.uint64], index: int) -> int | None:
    """Address that the instruction at `index` accesses over the omnibus, directly or over JTAG; None if it does not."""
    word = int(words[index])
    header = word >> 56
    if header == _DATA and index:
        word, header = int(words[index - 1]), int(words[index - 1]) >> 56
    if header == _ADDRESS:
        return word & 0xFFFFFFFF
    return _jtag_address(words, index) if header in (_INS, _SCAN) else None


def _jtag_address(words: NDArray[np.uint64], index: int) -> int | None:
    """The address scanned in by the access over JTAG that `index` is part of."""
    for start in range(index, max(index - 6, -1), -1):
        if int(words[start]) == _JTAG_ADDRESS and start + 1 < len(words):
            return int(words[start + 1]) & 0xFFFFFFFF
    return None


def last_access(words: NDArray[np.uint64], index: int) -> int | None:
    """Index of the last omnibus access up to `index`, which is what a barrier there waits for."""
    headers = words[: index + 1] >> np.uint64(56)
    accesses = np.flatnonzero(headers == _ADDRESS)
    return int(accesses[-1]) if len(accesses) else None


def instruction(words: NDArray[np.uint64], index: int) -> str:
    """One instruction with the container it belongs to."""
    address = omnibus_address(words, index)
    place = locate(address) if address is not None else ""
    return f"{next(to_fpga_lines(words[index : index + 1]))}{f' [{place}]' if place else ''}"


def surroundings(words: NDArray[np.uint64], index: int, around: int = 3) -> str:
    """The instructions around `index`, one per line, the one in question marked."""
    shown = range(max(index - around, 0), min(index + around + 1, len(words)))
    return "\n".join(f"{'->' if i == index else '  '} {i:8d}  {instruction(words, i)}" for i in shown)


def hint(words: NDArray[np.uint64], index: int) -> str:
    """What is most likely wrong when the instruction at `index` ran into the instruction timeout."""
    access = index if omnibus_address(words, index) is not None else last_access(words, index)
    address = omnibus_address(words, access) if access is not None else None
    if address is None or address & FPGA_SIDE:
        return "The instruction waited longer than the instruction timeout (InstructionTimeoutConfig) allows."
    place = locate(address)
    return (
        f"It waits for the chip (omnibus address {address:#x}{f', {place}' if place else ''}), which does not answer. "
        "Without a running highspeed link every access to the chip ends like this: run the program of a SystemInit (or ChipInit) first."
    )
