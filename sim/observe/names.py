"""Names of what was accessed."""

from functools import cache
from typing import Final

import haldls
from hicannx_sim.chip.omnibus import register_map
from hicannx_sim.fpga.table import find

NOWHERE: Final = 0xFFFFFFFF
_FPGA: Final = 1 << 31
_ROW: Final = 2
"""Kinds of accesses from here on are those of a vector unit to half a row."""
_PLACES: Final = {
    0x00: "weights", 0x01: "time calibrations", 0x02: "amplitude calibrations", 0x04: "labels", 0x08: "causal sensors",
    0x09: "causal resets", 0x0C: "acausal sensors", 0x0D: "acausal resets", 0x0E: "random numbers", 0x0F: "cells of synapses",
}  # fmt: skip
"""Of the parallel bus. (facts: ppu/memory_map)"""


@cache
def register_name(address: int, kind: int = 0) -> str:
    """What stands at a word address (bit 31: FPGA), or with a kind of access to rows at a location of the parallel bus.

    >>> register_name(0x1A1001), register_name(0x88000009), register_name(0x40003, kind=2)
    ('NeuronBackendConfig(0)[1]', 'instruction timeout', 'labels row 1 odd')
    """
    if kind >= _ROW:
        return _row(address)
    if address == NOWHERE:
        return "nothing"
    if address & _FPGA:
        row = find(address)
        return f"FPGA {address:#010x}" if row is None else row.name
    found = register_map().lookup(address)
    return f"chip {address:#010x}" if found is None else _element(*found)


def _element(container: str, number: int, word: int) -> str:
    several = len(getattr(haldls, container).write_addresses([0]).ravel()) > 1
    return f"{container}({number})" + (f"[{word}]" if several else "")


def _row(location: int) -> str:
    if location >> 31:
        return f"FPGA memory row {location & 0xFFFFFF:#x}"
    place = _PLACES.get(location >> 16 & 0x1F, f"place {location >> 16 & 0x1F:#x}")
    return f"{place} row {(location & 0xFFFF) >> 1} {'odd' if location & 1 else 'even'}"
