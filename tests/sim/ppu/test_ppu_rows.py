"""The rows of the instruction set: the compiled core has the same ones, and they agree with the encodings."""

import subprocess
import sys
from pathlib import Path

import pytest

from haldls.ppu_toolchain.isa import find
from hicannx_sim.ppu import INSTRUCTIONS, disassemble
from hicannx_sim.ppu.core import TABLES

HEADER = Path(__file__).parents[3] / "sim/ppu/kernel/header.py"


def test_the_core_was_compiled_with_these_rows(tmp_path):
    """Whoever changes isa.py or numbers/ppu.py has to build again."""
    subprocess.run([sys.executable, HEADER, tmp_path], check=True)
    assert f"#define PPU_TABLES {TABLES}\n" in (tmp_path / "ppu_isa.h").read_text()


def word_of(row):
    if row.extended is None:
        return row.primary << 26
    return row.primary << 26 | row.extended << (2 if row.primary == 4 else 1)


@pytest.mark.parametrize("row", INSTRUCTIONS, ids=lambda row: row.name)
def test_each_row_is_found_by_its_opcode(row):
    assert find(word_of(row)) is row
    assert disassemble(word_of(row)).split()[0] == row.name


def test_no_two_rows_share_an_opcode():
    assert len({(row.primary, row.extended) for row in INSTRUCTIONS}) == len(INSTRUCTIONS)


def test_accesses_are_what_the_names_say():
    """`l` and `st`, then the size, `u` for update forms and `x` for indexed ones."""
    for row in INSTRUCTIONS:
        if row.access == "fetch" or row.unit or row.multiple:
            continue
        kind, size = ("store", row.name[2]) if row.access == "store" else ("load", row.name[1])
        assert row.name.startswith(kind[:2] if kind == "store" else "l")
        assert row.size == {"b": 1, "h": 2, "w": 4}[size]
        assert (row.update, row.indexed, row.signed) == ("u" in row.name, row.name.endswith("x"), "ha" in row.name)
