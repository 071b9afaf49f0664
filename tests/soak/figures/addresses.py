"""Every address of the chip does what the table of registers says, or each access to it is counted as undefined."""

from typing import Any

import numpy as np

import hicannx_sim as sim
from figures.row import Row
from fisch import ResponseDecoder, encode_omnibus_reads
from hicannx_sim.base.register_table import ReadBack
from hicannx_sim.chip.chip import Chip
from hicannx_sim.trust.registers import registers

SPACE = 1 << 27
"""Addresses on the chip's omnibus."""
CHUNK = 1 << 20
STARTS_PPU = "PPUControlRegister"
FPGA_WINDOW = range(0x88000000, 0x88010000)
HALT = np.uint64(0x0A << 56)


def _patterns(row: Any, seed: int) -> list[Any]:
    """Ones, zeros and random words."""
    n = len(row.addresses)
    words = [np.full(n, 0xFFFFFFFF, np.uint32), np.zeros(n, np.uint32), np.random.default_rng(seed).integers(0, 1 << 32, n, np.uint32)]
    return [one & np.uint32(0xFFFFFFFE) for one in words] if row.name == STARTS_PPU else words


def _wrong(chip: Chip, row: Any, words: Any) -> int:
    """How many addresses of a row read back something else than the table says."""
    chip.reset(chip.now)
    before = chip.read_all(row.addresses)
    chip.write_all(row.addresses, words)
    found = chip.read_all(row.addresses)
    if row.read_back is ReadBack.ZERO:
        expected = np.zeros_like(found)
    else:
        expected = words & np.uint32(row.mask) if row.read_back is ReadBack.WRITTEN and "w" in row.access else before
    return int(np.count_nonzero((found != expected) | (found & ~np.uint32(row.mask) != 0)))


def known(seed: int) -> Row:
    """Written and read back, three times."""
    chip, count, faults, found = Chip(sim.VirtualChip(7, "ideal")), 0, 0, ""
    for row in (row for row in registers() if row.unit == "chip"):
        wrong = sum(_wrong(chip, row, words) for words in _patterns(row, seed))
        count, faults, found = count + len(row.addresses), faults + wrong, found or (row.name if wrong else "")
    return Row("Every register of the chip reads back as its table says: ones, zeros, random words", count, "addresses", faults, found)


def undefined(share: float) -> Row:
    """All other addresses of the chip: they read 0 and are counted one by one. share: of the address space, if below 1."""
    chip, count, faults, found = Chip(sim.VirtualChip(7, "ideal")), 0, 0, ""
    table = np.concatenate([row.addresses for row in registers() if row.unit == "chip"]).astype(np.int64)
    chunks = range(0, SPACE, CHUNK)
    for start in chunks[:: max(1, round(1 / share))]:
        here = table[(table >= start) & (table < start + CHUNK)]
        nothing = np.delete(np.arange(start, start + CHUNK, dtype=np.uint32), here - start)
        before = chip.faults.n
        silent = np.count_nonzero(chip.read_all(nothing)) + abs(len(nothing) - (chip.faults.n - before))
        count, faults, found = count + len(nothing), faults + int(silent), found or (f"from {start:#x} on" if silent else "")
    return Row("Every other address of the chip reads 0 and is counted as undefined", count, "addresses", faults, found)


def fpga() -> Row:
    """The window of the FPGA's registers: each address is in the table or counted."""
    system = sim.System(sim.VirtualChip(1), seed=1)
    table = {int(place) for row in registers() if row.unit in ("FPGA", "board") and row.register < 0 for place in row.addresses}
    table |= {row.addresses[0] + n for row in registers() if row.unit == "FPGA" for n in range(row.count) if row.count < 1 << 16}
    nothing = np.array(sorted(set(FPGA_WINDOW) - table), np.uint32)
    decoder = ResponseDecoder()
    decoder.push(system.execute(np.append(encode_omnibus_reads(nothing), HALT)))
    counted = system.counters["accesses to undefined FPGA addresses"]
    faults = int(np.count_nonzero(decoder.omnibus["data"])) + abs(len(nothing) - counted)
    return Row("Every other address of the FPGA's registers reads 0 and is counted as undefined", len(nothing), "addresses", faults)


def addresses(scale: float, seed: int) -> list[Row]:
    """The whole address space at scale 1."""
    return [known(seed), undefined(min(scale, 1.0)), fpga()]
