"""What is known about a register, as one row of a table, and how to ask the table. The rows stand in `hicannx_sim.trust.registers`."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import Enum, IntEnum
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from haldls.describe import html_table

Unit = Literal["chip", "FPGA", "board"]
Access = Literal["rw", "r", "w"]


class Accuracy(IntEnum):
    """How far a register or block can be trusted."""

    EXACT = 0  # behaves as on the chip
    BEHAVIOURAL = 1  # does what the chip does, timing and numbers within the stated assumptions
    STORED = 2  # keeps its value, has no effect
    UNMODELLED = 3  # exists on the chip, does nothing here: refused in strict mode


class ReadBack(Enum):
    """What a read gives."""

    WRITTEN = "what was written, as far as the bits exist"
    LIVE = "the state behind the register"
    ZERO = "0: nothing can be read there"


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """One word of a container (or of registers without one), at all of its coordinates.

    name, containers: what it is called, and the containers of haldls that access it. word: its position in the container's words.
    addresses: uint32[coordinates], omnibus word addresses, bit 31 set: FPGA; the blocks of the FPGA's DRAM: the first one only.
    register: number within a device on the board, -1 elsewhere.
    mask: bits that exist; a write changes them and a read shows them. fields: those with a known meaning.
    reset: value after a reset, None: not known. start: what the model holds then.
    """

    unit: Unit
    name: str
    containers: tuple[str, ...]
    coordinate: str
    word: int
    addresses: NDArray[np.uint32]
    access: Access
    mask: int
    fields: int
    reset: int | None
    start: int
    read_back: ReadBack
    effect: str
    accuracy: Accuracy
    note: str
    source: str
    register: int = -1
    count: int = 0

    @property
    def certain_reset(self) -> str:
        """The reset value as text."""
        return "unknown" if self.reset is None else f"{self.reset:#x}"

    def __str__(self) -> str:
        where = f"{int(self.addresses[0]):#010x}" + (f".{self.register}" if self.register >= 0 else "")
        what = f"{self.access}, mask {self.mask:#x}, {self.accuracy.name.lower()}"
        return f"{self.unit} {self.name}[{self.word}] at {where} x {self.count}: {what}"

    def _repr_html_(self) -> str:
        return _table([self])


HEAD = ("register", "address", "count", "access", "mask", "reset", "read back", "accuracy", "note")
SHOWN = 200
"""Rows that a notebook shows."""


def _table(rows: Iterable[Row]) -> str:
    return html_table("Registers", HEAD, map(_cells, rows))


def _cells(row: Row) -> tuple[str, ...]:
    place = f"{row.name}[{row.word}]", f"{int(row.addresses[0]):#010x}", str(row.count)
    return *place, row.access, f"{row.mask:#x}", row.certain_reset, row.read_back.value, row.accuracy.name.lower(), row.note


class RegisterTable:
    """Rows that can be asked by address, name, container or coordinate."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self.rows = tuple(rows)
        self._by_name: dict[str, list[Row]] = {}
        for row in self.rows:
            for name in dict.fromkeys((row.name, *row.containers)):
                self._by_name.setdefault(name, []).append(row)

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __repr__(self) -> str:
        return f"RegisterTable({len(self)} rows)"

    def _repr_html_(self) -> str:
        return _table(self.rows[:SHOWN])

    def at(self, address: int) -> Row | None:
        """The row that holds an omnibus word address; None if there is none."""
        for row in self.rows:
            first, last = int(row.addresses[0]), int(row.addresses[-1])
            if row.count > len(row.addresses):
                found = first <= address < first + row.count
            else:
                found = first <= address <= last and bool(np.any(row.addresses == address))
            if found and row.register < 0:
                return row
        return None

    def __call__(self, where: Any = None, coordinate: Any = None) -> tuple[Row, ...]:
        """Rows of an address (int), a container (class, instance or name) or a coordinate (class or instance); all for None.

        `coordinate` beside a container: only addresses at this coordinate. KeyError for what is no register.
        """
        if where is None:
            return self.rows
        if isinstance(where, int) and not hasattr(where, "toEnum"):
            row = self.at(where)
            if row is None:
                raise KeyError(f"there is no register at address {where:#010x}")
            return (row,)
        rows = self._named(where if isinstance(where, str) else (where if isinstance(where, type) else type(where)).__name__)
        if coordinate is None and hasattr(where, "toEnum") and not isinstance(where, type):
            coordinate = where
        return rows if coordinate is None else tuple(_narrow(row, int(coordinate.toEnum())) for row in rows)

    def _named(self, name: str) -> tuple[Row, ...]:
        rows = self._by_name.get(name) or [row for row in self.rows if row.coordinate == name]
        if not rows:
            raise KeyError(f"there is no register called {name!r}, nor one on such a coordinate")
        return tuple(rows)


def _narrow(row: Row, enum: int) -> Row:
    """The row at one coordinate."""
    return replace(row, addresses=row.addresses[enum : enum + 1], count=1)
