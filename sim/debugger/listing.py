"""Traces and profiles of a PPU for people: with symbols, disassembly and the chip's time."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from haldls.ppu_toolchain.isa import disassemble
from hicannx_sim.base.clock import TICKS_PER_SYSTIME, TICKS_PER_US
from hicannx_sim.ppu.core import Core
from hicannx_sim.ppu.observed import PARALLEL, WRITES

UNKNOWN = "?"
_SPECIALS = ("cr", "xer", "lr", "ctr", "msr")
_NO_VECTOR = 255


class Symbols:
    """Names of addresses. spans: name -> (first byte, size in bytes); where they overlap, the one that begins last counts.

    >>> Symbols({"start": (0x40, 16)}).at(0x44), Symbols({}).at(0x44)
    ('start+0x4', '?')
    """

    def __init__(self, spans: Mapping[str, tuple[int, int]]) -> None:
        found = sorted((first, size, name) for name, (first, size) in spans.items())
        self._names = [name for _, _, name in found]
        self._spans = [(first, first + size) for first, size, _ in found]
        self._firsts = [first for first, _ in self._spans]

    def name(self, address: int) -> str:
        """The symbol an address belongs to."""
        place = self._place(address)
        return UNKNOWN if place is None else self._names[place]

    def at(self, address: int) -> str:
        """The symbol and how far behind its beginning the address is."""
        place = self._place(address)
        if place is None:
            return UNKNOWN
        offset = address - self._firsts[place]
        return f"{self._names[place]}+{offset:#x}" if offset else self._names[place]

    def _place(self, address: int) -> int | None:
        place = bisect_right(self._firsts, address) - 1
        while place >= 0 and address >= self._spans[place][1]:
            place -= 1
        return place if place >= 0 else None


NO_SYMBOLS = Symbols({})


# -- trace


def _changed(entry: Any, lanes: NDArray[np.uint8] | None) -> Iterator[str]:
    names = [f"r{r}" for r in range(32) if entry["gprs"] >> r & 1]
    names += [name for bit, name in enumerate(_SPECIALS) if entry["specials"] >> bit & 1]
    values = entry["values"].tolist()
    yield from (f"{name}={value:#x}" for name, value in zip(names, values, strict=False))
    yield from names[len(values) :]
    if entry["vector"] != _NO_VECTOR:
        yield f"v{entry['vector']}" + ("" if lanes is None else f"={lanes.tobytes().hex()}")


def _access(entry: Any) -> str:
    if not entry["kind"]:
        return ""
    arrow = "->" if entry["kind"] & WRITES else "<-"
    return f"{arrow}{'row ' if entry['kind'] & PARALLEL else ''}{entry['address']:#x}"


def own_ticks(cycle: int) -> int:
    """Ticks of 2 ns since the core's last reset; a cycle lasts as long as one of the system time."""
    return TICKS_PER_SYSTIME * cycle


def trace_lines(
    core: Core, symbols: Symbols = NO_SYMBOLS, tick_of: Callable[[int], int] = own_ticks, last: int | None = None
) -> Iterator[str]:
    """What `core.trace` holds, one line an instruction: chip tick (2 ns) and microseconds, address, symbol, word, disassembly, access to
    memory, changed registers. last: only so many."""
    entries, lanes = core.trace(), core.trace_lanes()
    first = 0 if last is None else max(len(entries) - last, 0)
    for place in range(first, len(entries)):
        entry = entries[place]
        pc, word, tick = int(entry["pc"]), int(entry["word"]), tick_of(int(entry["cycle"]))
        effect = " ".join(filter(None, [_access(entry), *_changed(entry, lanes[place] if len(lanes) else None)]))
        text = f"{tick:>12} {tick / TICKS_PER_US:>12.3f} us  {pc:08x} {symbols.at(pc):<24} {word:08x}  {disassemble(word, pc):<28} {effect}"
        yield text.rstrip()


# -- profile


@dataclass(frozen=True)
class ProfileRow:
    """What was executed under one symbol: instructions, core cycles (4 ns), and their share of all cycles in which the core was awake."""

    symbol: str
    instructions: int
    cycles: int
    share: float


def profile_rows(core: Core, symbols: Symbols = NO_SYMBOLS) -> list[ProfileRow]:
    """What `core.profile` has counted by symbol, the most cycles first; addresses without symbol are one row."""
    counted: dict[str, list[int]] = {}
    for pc, count, cycles in core.profile().tolist():
        row = counted.setdefault(symbols.name(pc), [0, 0])
        row[0] += count
        row[1] += cycles
    whole = sum(cycles for _, cycles in counted.values()) or 1
    rows = [ProfileRow(name, count, cycles, cycles / whole) for name, (count, cycles) in counted.items()]
    return sorted(rows, key=lambda row: (-row.cycles, row.symbol))


def profile_text(rows: Iterable[ProfileRow], asleep: int = 0) -> str:
    """The rows as a table; asleep: cycles in which the core slept."""
    lines = [f"{'cycles':>12} {'share':>7} {'instructions':>13}  symbol"]
    lines += [f"{row.cycles:>12} {100 * row.share:>6.1f}% {row.instructions:>13}  {row.symbol}" for row in rows]
    return "\n".join([*lines, f"{asleep:>12} cycles asleep"])


def code_lines(code: bytes, address: int, pc: int, symbols: Symbols = NO_SYMBOLS) -> Iterator[str]:
    """Words of code from an address on, disassembled, with an arrow at the pc."""
    for offset in range(0, len(code) - 3, 4):
        place, word = address + offset, int.from_bytes(code[offset : offset + 4], "big")
        yield f"{'=>' if place == pc else '  '} {place:08x} {symbols.at(place):<24} {word:08x}  {disassemble(word, place)}"
