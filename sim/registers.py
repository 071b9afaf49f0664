"""The table of all registers of chip, FPGA and board: place, bits, contents, effects, what a read gives, and how far to trust all that.

Derived from the containers of haldls (bits, addresses), `sim.chip.regions` and `sim.fpga.table` (accuracy, effects, reset values).

>>> registers()(0x88000009)[0].start
1250000
>>> hex(registers()("CapMemCell")[0].mask), registers()("CapMemCell")[0].certain_reset
('0x3ff', 'unknown')
"""

from collections.abc import Iterator
from functools import cache
from typing import Any, Final

import numpy as np

import haldls
from sim.accuracy import ELSEWHERE
from sim.chip.masks import field_masks
from sim.chip.rows import chip_registers
from sim.fpga.table import REGISTERS, Register
from sim.rows import Access, Accuracy, ReadBack, RegisterTable, Row

_FPGA: Final = 1 << 31
_BOARD: Final = (
    # name, container, addresses, register, access, bits, value after power-on, known, effect
    ("ShiftRegister", "ShiftRegister", (0x88007001,), -1, "w", 24, 0, False, "supplies, LEDs and multiplexers follow at the stop bit"),
    ("DAC", "DACChannel", (0x88007002, 0x88007004), -1, "w", 16, 0, False, "codes and modes follow at the stop bit"),
    *(("EEPROM serial number", "", (0x88007850,), 0xFC + byte, "r", 8, 0, False, "") for byte in range(4)),
    ("TMP112 temperature", "TMP112Status", (0x88007848,), 0, "r", 16, 0, False, ""),
    ("TMP112 configuration", "", (0x88007848,), 1, "rw", 16, 0x60A0, True, ""),
    ("TMP112 low limit", "", (0x88007848,), 2, "rw", 16, 0x4B00, True, ""),
    ("TMP112 high limit", "", (0x88007848,), 3, "rw", 16, 0x5000, True, ""),
    ("INA219 configuration", "INA219Config", tuple(range(0x88007840, 0x88007846)), 0, "rw", 16, 0x399F, True, "bit 15 resets the device"),
    ("INA219 shunt voltage", "INA219Status", tuple(range(0x88007840, 0x88007846)), 1, "r", 16, 0, False, ""),
    ("INA219 bus voltage", "INA219Status", tuple(range(0x88007840, 0x88007846)), 2, "r", 16, 0, False, ""),
    ("INA219 power", "", tuple(range(0x88007840, 0x88007846)), 3, "r", 16, 0, False, ""),
    ("INA219 current", "", tuple(range(0x88007840, 0x88007846)), 4, "r", 16, 0, False, ""),
    ("INA219 calibration", "", tuple(range(0x88007840, 0x88007846)), 5, "rw", 16, 0, True, "scale of power and current"),
)
_SELF_CLEARING: Final = frozenset({"INA219 configuration"})
_KNOWN_RESETS: Final = frozenset({"write response filter", "systime retries"})  # the others never show before software has written them


def fpga_containers() -> dict[str, Any]:
    """The containers of haldls whose registers this FPGA has on its omnibus."""
    found: dict[str, Any] = {}
    classes: list[Any] = [value for value in vars(haldls).values() if isinstance(value, type)]
    for container in classes:
        name = container.__name__
        if getattr(container, "coordinate", None) is None or not container.backends:
            continue
        if name in ELSEWHERE and ELSEWHERE[name].accuracy is Accuracy.UNMODELLED:
            continue
        layout = container.layout()
        first = [*layout.addresses([0]).ravel(), *layout.addresses([0], write=False).ravel()]
        if first and int(first[0]) & _FPGA:
            found[name] = container
    return found


@cache
def _meanings() -> dict[int, tuple[tuple[str, ...], int]]:
    """Containers, and bits that belong to their fields, by the address of their first coordinate's words; blocks of bytes use all bits."""
    found: dict[int, tuple[tuple[str, ...], int]] = {}
    for name, container in fpga_containers().items():
        layout = container.layout()
        for write in (True, False):
            masks = field_masks(container, layout.backend, write)
            for address, mask in zip(layout.addresses([0], write).ravel().tolist(), masks, strict=True):
                names, bits = found.get(address, ((), 0))
                found[address] = tuple(dict.fromkeys((*names, name))), bits | mask << (24 if name.endswith("MemoryByte") else 0)
    return found


def _fpga_row(row: Register) -> Row:
    addresses = np.array(row.addresses() if row.count <= 1 << 20 else [row.address], np.uint32)
    named: dict[str, None] = {}
    fields = 0
    for address in addresses[:8].tolist():
        names, bits = _meanings().get(address, ((), 0))
        named, fields = named | dict.fromkeys(names), fields | bits
    read_back = ReadBack.ZERO if row.access == "w" else ReadBack.LIVE if row.volatile or row.access == "r" else ReadBack.WRITTEN
    return Row(
        "FPGA",
        row.name,
        tuple(named),
        getattr(haldls, next(iter(named))).coordinate.__name__ if named else "",
        0,
        addresses,
        row.access,
        (1 << row.width) - 1,
        fields,
        row.reset if row.name in _KNOWN_RESETS else None,
        row.reset,
        read_back,
        row.meaning if row.effect else "",
        Accuracy[row.accuracy.upper()],
        row.meaning,
        "facts: transport 3.1; registers/containers",
        count=row.count,
    )


def _board_rows() -> Iterator[Row]:
    access: Access
    for name, container, addresses, register, access, bits, start, known, effect in _BOARD:  # type: ignore[assignment]
        trust = ELSEWHERE.get(container)
        yield Row(
            "board",
            name,
            (container,) if container else (),
            getattr(haldls, container).coordinate.__name__ if container else "",
            0,
            np.array(addresses, np.uint32),
            access,
            (1 << bits) - 1,
            (1 << bits) - 1,
            start if known else None,
            start,
            ReadBack.LIVE if name in _SELF_CLEARING else {"w": ReadBack.ZERO, "r": ReadBack.LIVE, "rw": ReadBack.WRITTEN}[access],
            effect,
            trust.accuracy if trust else Accuracy.BEHAVIOURAL,
            trust.note if trust else "",
            "facts: transport 3.1; data sheets",
            register,
            len(addresses),
        )


@cache
def registers() -> RegisterTable:
    """All registers; see `RegisterTable` for how to ask."""
    return RegisterTable([*chip_registers(), *map(_fpga_row, REGISTERS), *_board_rows()])
