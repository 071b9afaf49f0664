"""The table of all registers of chip, FPGA and board: place, bits, contents, effects, what a read gives, and how far to trust all that.

Derived from the containers of haldls (bits, addresses), `chip.regions` and `fpga.table` (accuracy, effects, reset values).

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
from hicannx_sim.base.register_table import Access, Accuracy, ReadBack, RegisterTable, Row
from hicannx_sim.chip.masks import field_masks
from hicannx_sim.chip.rows import chip_registers
from hicannx_sim.fpga.table import Register, Setup, registers_of
from hicannx_sim.trust.accuracy import ELSEWHERE

_FPGA: Final = 1 << 31
_MONITORS: Final = tuple(range(0x88007840, 0x88007846))
_POTENTIOMETERS: Final = tuple(range(0x8800782C, 0x8800782F))
_COMMON: Final = (
    # name, container, addresses, register, access, bits, value after power-on, known, effect
    *(("EEPROM serial number", "", (0x88007850,), 0xFC + byte, "r", 8, 0, False, "") for byte in range(4)),
    ("TMP112 temperature", "TMP112Status", (0x88007848,), 0, "r", 16, 0, False, ""),
    ("TMP112 configuration", "", (0x88007848,), 1, "rw", 16, 0x60A0, True, ""),
    ("TMP112 low limit", "", (0x88007848,), 2, "rw", 16, 0x4B00, True, ""),
    ("TMP112 high limit", "", (0x88007848,), 3, "rw", 16, 0x5000, True, ""),
    ("INA219 configuration", "INA219Config", _MONITORS, 0, "rw", 16, 0x399F, True, "bit 15 resets the device"),
    ("INA219 shunt voltage", "INA219Status", _MONITORS, 1, "r", 16, 0, False, ""),
    ("INA219 bus voltage", "INA219Status", _MONITORS, 2, "r", 16, 0, False, ""),
    ("INA219 power", "", _MONITORS, 3, "r", 16, 0, False, ""),
    ("INA219 current", "", _MONITORS, 4, "r", 16, 0, False, ""),
    ("INA219 calibration", "", _MONITORS, 5, "rw", 16, 0, True, "scale of power and current"),
)
_XBOARD: Final = (
    (
        "ShiftRegister",
        "ShiftRegister",
        (0x88007001,),
        -1,
        "w",
        24,
        0,
        False,
        "supplies, LEDs and multiplexers follow at the stop bit; until the first one the supplies are on",
    ),
    ("DAC", "DACChannel", (0x88007002, 0x88007004), -1, "w", 16, 0, False, "codes and modes follow at the stop bit"),
)
_JBOA: Final = (
    ("TCA9546 branches", "TCA9546ChannelConfig", (0x88007870,), 0, "rw", 4, 0, True, "connects branches of the bus at the stop condition"),
    ("TCA9554 inputs", "TCA9554Inputs", (0x88007838,), 0, "r", 8, 0, False, ""),
    ("TCA9554 outputs", "TCA9554Config", (0x88007838,), 1, "rw", 8, 0xFF, True, "supplies and LED follow"),
    ("TCA9554 polarity", "TCA9554Config", (0x88007838,), 2, "rw", 8, 0x00, True, "inputs follow"),
    ("TCA9554 direction", "TCA9554Config", (0x88007838,), 3, "rw", 8, 0xFF, True, "supplies and LED follow"),
    *(("AD5252 wiper", "AD5252ChannelConfig", _POTENTIOMETERS, n, "rw", 8, 0x90, False, "supplies follow") for n in (1, 3)),
    *(
        ("AD5252 memory", "AD5252ChannelConfigPersistent", _POTENTIOMETERS, 0x20 + n, "rw", 8, 0x90, False, "wipers at the next power-on")
        for n in (1, 3)
    ),
    *(("DAC6573 channel", "DAC6573ChannelConfig", (0x8800784C,), 0x10 + 2 * n, "rw", 16, 0, False, "output follows") for n in range(4)),
)
_DAC_BITS: Final = 0xFFC0  # the upper ten of two bytes
_SELF_CLEARING: Final = frozenset({"INA219 configuration"})
_KNOWN_RESETS: Final = frozenset({"write response filter", "systime retries"})  # the others never show before software has written them


def fpga_containers() -> dict[str, Any]:
    """The containers of haldls whose registers stand on the omnibus of an FPGA, of a cube or of a jBOA setup."""
    found: dict[str, Any] = {}
    classes: list[Any] = [value for value in vars(haldls).values() if isinstance(value, type)]
    for container in classes:
        name = container.__name__
        if getattr(container, "coordinate", None) is None or not container.backends:
            continue
        if name.startswith("VectorGenerator"):  # where other FPGAs have them, this one has its DRAM
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
        row.accuracy,
        row.meaning,
        "facts: transport 3.1; registers/containers",
        count=row.count,
    )


def _board_rows(setup: Setup) -> Iterator[Row]:
    access: Access
    for name, container, addresses, register, access, bits, start, known, effect in (  # type: ignore[assignment]
        *(_JBOA if setup == "jboa" else _XBOARD),
        *_COMMON,
    ):
        trust = ELSEWHERE.get(container)
        mask = _DAC_BITS if container == "DAC6573ChannelConfig" else (1 << bits) - 1
        yield Row(
            "board",
            name,
            (container,) if container else (),
            getattr(haldls, container).coordinate.__name__ if container else "",
            0,
            np.array(addresses, np.uint32),
            access,
            mask,
            mask,
            start if known else None,
            start,
            ReadBack.LIVE if name in _SELF_CLEARING else {"w": ReadBack.ZERO, "r": ReadBack.LIVE, "rw": ReadBack.WRITTEN}[access],
            effect,
            trust.accuracy if trust and trust.accuracy is not Accuracy.UNMODELLED else Accuracy.BEHAVIOURAL,
            trust.note if trust else "",
            "facts: transport 3.1; data sheets",
            register,
            len(addresses),
        )


@cache
def registers(setup: Setup = "cube") -> RegisterTable:
    """All registers of a setup; see `RegisterTable` for how to ask."""
    return RegisterTable([*chip_registers(), *map(_fpga_row, registers_of(setup)), *_board_rows(setup)])
