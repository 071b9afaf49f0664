"""Writes ppu_isa.h: what the core's C files share with Python, made of the rows in `haldls/ppu_toolchain/isa.py` and the
numbers in `sim/base/numbers/ppu.py`.

    python sim/ppu/kernel/header.py FOLDER

The build calls this before anything of the model is importable, so the two sources are loaded by their path.
"""

import sys
import zlib
from collections.abc import Iterable, Iterator
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
NAME = "ppu_isa.h"
IMMEDIATES = {
    "u": "UNSIGNED", "z": "UNSIGNED", "S": "SHIFTED", "U": "SHIFTED", "m": "MASK", "J": "JUMP", "B": "BRANCH", "p": "SPECIAL",
    "x": "FIELDS", "X": "FIELDS_OR_ALL",
}  # fmt: skip
"""What the core makes of the rest of a word, by letter of the operand; SIGNED for all others."""


def _load(name: str, path: str) -> ModuleType:
    spec = spec_from_file_location(name, ROOT / path)
    assert spec is not None and spec.loader is not None
    module = sys.modules[name] = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _enum(names: Iterable[str]) -> str:
    return "enum { " + ", ".join(names) + " };"


def _c_name(row: Any) -> str:
    """Of the operation; `addic.` is `addic` with the flag that records."""
    return str(row.name.rstrip("."))


def _uses(row: Any) -> str:
    """Which vector registers an instruction reads and writes."""
    target = "PPU_READS_T" if row.access in ("store", "write") else "PPU_WRITES_T"
    names = {"v": target, "w": "PPU_READS_A", "y": "PPU_READS_B", "C": "PPU_READS_FLAGS"}
    return " | ".join(names[letter] for letter in row.operands if letter in names and row.unit) or "0"


def _sources_and_targets(row: Any) -> str:
    """General purpose registers that are read, and written: the first operand, but for stores and `mtmsr`, and the base of update forms."""
    operands = row.operands.replace("i", "a")
    writes = operands[:1] if operands[:1] in ("d", "a") and row.access != "store" and row.name != "mtmsr" and not row.unit else ""
    reads = operands[len(writes) :] + (writes if row.name == "rlwimi" else "")
    parts = (sorted({letter for letter in letters if letter in "dab"}) for letters in (reads, writes + "a" * row.update))
    return ", ".join(" | ".join(f"PPU_GPR_{letter.upper()}" for letter in part) or "0" for part in parts)


def _traits(row: Any) -> str:
    immediate = next((IMMEDIATES[letter] for letter in row.operands if letter in IMMEDIATES), "SIGNED")
    flags = f"{row.signed:d}, {row.update:d}, {row.multiple:d}, {row.indexed:d}"
    unit = f"PPU_UNIT_{row.unit.upper()}, {_uses(row)}" if row.unit else "0, 0"
    access, registers = f"PPU_ACCESS_{row.access.upper()}, {row.size}, {flags}", _sources_and_targets(row)
    return f"[PPU_OP_{_c_name(row)}] = {{{access}, PPU_{immediate}, {row.latency}, {registers}, {unit}}}"


def _table(name: str, rows: dict[int, str]) -> str:
    """Operations by opcode."""
    return f"#define {name} {{ " + ", ".join(f"[{opcode}] = PPU_OP_{op}" for opcode, op in rows.items()) + " }"


def _tables(instructions: Iterable[Any]) -> Iterator[str]:
    plain = {row.primary: _c_name(row) for row in instructions if row.extended is None}
    yield _table("PPU_PRIMARY", plain)
    for primary in (4, 19, 31):
        rows = {row.extended: _c_name(row) for row in instructions if row.primary == primary}
        rows |= {row.extended | 512: _c_name(row) for row in instructions if row.primary == primary and row.overflow}
        yield _table(f"PPU_EXTENDED_{primary}", rows)


def _accesses(instructions: Iterable[Any], access: str) -> str:
    """X(name, form of the address, bytes, sign, update, latency) for each scalar one of a single register."""
    rows = [row for row in instructions if row.access == access and not row.unit and not row.multiple]
    forms = {row.name: "INDEXED" if row.indexed else "DISPLACED_HALF" if row.signed else "DISPLACED" for row in rows}
    calls = (f"X({row.name}, {forms[row.name]}, {row.size}, {row.signed:d}, {row.update:d}, {row.latency})" for row in rows)
    return f"#define PPU_{access.upper()}S(X) " + " ".join(calls)


def text() -> str:
    """The header."""
    _load("hicannx_sim.base.numbers.entry", "sim/base/numbers/entry.py")
    isa, numbers = _load("ppu_isa_rows", "haldls/ppu_toolchain/isa.py"), _load("ppu_numbers", "sim/base/numbers/ppu.py").PPU
    rows = {_c_name(row): row for row in isa.INSTRUCTIONS}
    operations = ["PPU_UNKNOWN", "PPU_BREAK", "PPU_OP_nop", *(f"PPU_OP_{name}" for name in rows), "PPU_OPS"]
    lines = [
        _enum(f"{name.upper()} = {number.value}" for name, number in numbers.items()),
        _enum(operations),
        _enum(f"PPU_ACCESS_{access.upper()}" for access in isa.ACCESSES),
        _enum(f"PPU_{kind}" for kind in dict.fromkeys(["SIGNED", *IMMEDIATES.values()])),
        _enum(["PPU_READS_T = 1", "PPU_READS_A = 2", "PPU_READS_B = 4", "PPU_WRITES_T = 8", "PPU_READS_FLAGS = 16"]),
        _enum(["PPU_GPR_D = 1", "PPU_GPR_A = 2", "PPU_GPR_B = 4"]),
        f"enum {{ PPU_FIRST_VECTOR = PPU_OP_{_c_name(isa.VECTOR[0])} }};",
        _enum([*(f"PPU_UNIT_{unit.upper()}" for unit in isa.UNITS), "PPU_UNITS"]),
        "#define PPU_UNIT_ENTRIES { " + ", ".join(map(str, isa.UNITS.values())) + " }",
        _enum(f"PPU_SPR_{name.upper()} = {number}" for name, number in isa.SPECIAL_REGISTERS.items()),
        _enum(f"PPU_VECTOR_{name.upper().replace(' ', '_')} = {address:#x}" for name, address in isa.INTERRUPTS.items()),
        _enum(f"PPU_LATENCY_{name} = {row.latency}" for name, row in rows.items()),
        *_tables(isa.INSTRUCTIONS),
        "#define PPU_TRAITS { " + ", ".join(map(_traits, rows.values())) + " }",
        _accesses(isa.SCALAR, "load"),
        _accesses(isa.SCALAR, "store"),
    ]
    body = "\n".join(["/* Made by sim/ppu/kernel/header.py. */", "#ifndef PPU_ISA_H", "#define PPU_ISA_H", *lines])
    return f"{body}\n#define PPU_TABLES {zlib.crc32(body.encode()) >> 1}\n#endif\n"


if __name__ == "__main__":
    written = Path(sys.argv[1]) / NAME
    made = text()
    written.parent.mkdir(parents=True, exist_ok=True)
    if not written.exists() or written.read_text() != made:
        written.write_text(made)
