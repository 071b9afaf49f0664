"""Programs of the PPUs out of ELF files: made byte by byte here, and by a compiler where there is one."""

import shutil
import struct
import subprocess
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from halco import (
    ExternalPPUDRAMMemoryBlockOnFPGA,
    ExternalPPUDRAMMemoryByteOnFPGA,
    ExternalPPUMemoryBlockOnFPGA,
    ExternalPPUMemoryByteOnFPGA,
    PPUMemoryBlockOnPPU,
    PPUMemoryWordOnPPU,
)
from haldls.lola import PPUElfFile, PPUProgram, PPUProgramError
from haldls.ppu_toolchain import Code

PROGBITS, SYMTAB, STRTAB, NOBITS = 1, 2, 3, 8
OBJECT, FUNCTION, SECTION = 1, 2, 3
POWERPC = 20


class Section(NamedTuple):
    name: str
    address: int
    data: bytes = b""
    kind: int = PROGBITS
    size: int | None = None
    flags: int = 2


def strings(names: list[str]) -> tuple[bytes, list[int]]:
    """A string table and where each name begins in it."""
    table, places = b"\0", []
    for name in names:
        places.append(len(table))
        table += name.encode() + b"\0"
    return table, places


def elf(sections: list[Section], symbols: list[tuple[str, int, int, int]] | None = None, machine: int = POWERPC, type_: int = 2) -> bytes:
    """A 32-bit big-endian ELF file. Symbols are (name, address, size, type)."""
    sections = [Section("", 0, kind=0), *sections]
    if symbols is not None:
        table, places = strings([name for name, *_ in symbols])
        entries = [struct.pack(">IIIBBH", 0, 0, 0, 0, 0, 0)]
        entries += [struct.pack(">IIIBBH", at, *place, 0x10 | kind, 0, 1) for at, (_, *place, kind) in zip(places, symbols, strict=True)]
        sections += [Section(".symtab", 0, b"".join(entries), SYMTAB), Section(".strtab", 0, table, STRTAB)]
    table, places = strings([*(section.name for section in sections), ".shstrtab"])
    sections = [*sections, Section(".shstrtab", 0, table, STRTAB)]
    body, headers = b"", b""
    for number, (section, name) in enumerate(zip(sections, places, strict=True)):
        offset, link = 52 + len(body), number + 1 if section.kind == SYMTAB else 0
        size = len(section.data) if section.size is None else section.size
        headers += struct.pack(
            ">10I", name, section.kind, section.flags, section.address, offset, size, link, 0, 4, 16 if section.kind == SYMTAB else 0
        )
        body += section.data
    ident = b"\x7fELF" + bytes((1, 2, 1)) + bytes(9)
    header = struct.pack(">HHIIIIIHHHHHH", type_, machine, 1, 0, 0, 52 + len(body), 0, 52, 0, 0, 40, len(sections), len(sections) - 1)
    return ident + header + body + headers


@pytest.fixture
def write(tmp_path: Path):
    def write(data: bytes) -> Path:
        file = tmp_path / "program.bin"
        file.write_bytes(data)
        return file

    return write


PROGRAM = [
    Section("int.text", 0, bytes.fromhex("48000000 60000000 7c00007c")),
    Section("int.bss", 12, kind=NOBITS, size=6),
    Section("ext.text", 0x80000004, b"\x01\x02\x03\x04"),
    Section("ext.data.constructors", 0x4000000A, b"\xaa\xbb"),
    Section(".comment", 0, b"no compiler"),
    Section("ext.dram", 0x50000001, b"\x77"),
]
SYMBOLS = [
    ("start", 0, 12, FUNCTION),
    ("flags", 14, 3, OBJECT),
    ("flags", 0, 4, OBJECT),
    ("mailbox_size", 0x1000, 0, 0),
    ("far", 0x80000004, 4, FUNCTION),
    ("table", 0x4000000A, 2, OBJECT),
    ("slow", 0x90000010, 8, FUNCTION),
    ("lake", 0x50000001, 1, OBJECT),
    ("label", 4, 4, SECTION),
]


def test_sections_stand_at_their_addresses(write) -> None:
    memory = PPUElfFile(write(elf(PROGRAM))).read_program()
    assert [int(word.value) for word in memory.internal.words] == [0x48000000, 0x60000000, 0x7C00007C, 0, 0]
    assert memory.external is not None and memory.external_dram is not None
    assert memory.external.to_numpy().tolist() == [0, 0, 0, 0, 1, 2, 3, 4, 0, 0, 0xAA, 0xBB]
    assert memory.external_dram.to_numpy().tolist() == [0, 0x77, 0, 0]


@pytest.mark.parametrize("name", [".text", ".data", ".rodata.str1.4", ".bss", ".init", ".fini", "internal"])
def test_classic_sections_go_into_the_own_memory(write, name: str) -> None:
    memory = PPUElfFile(str(write(elf([Section(name, 4, b"\1\2\3\4\5")])))).read_program()
    assert [int(word.value) for word in memory.internal.words] == [0, 0x01020304, 0x05000000]
    assert memory.external is None and memory.external_dram is None


def words(first: int, last: int) -> PPUMemoryBlockOnPPU:
    return PPUMemoryBlockOnPPU(PPUMemoryWordOnPPU(first), PPUMemoryWordOnPPU(last))


def test_symbols_are_blocks_of_memory(write) -> None:
    kind = PPUProgram.Symbol.Type
    sram, dram = ExternalPPUMemoryByteOnFPGA, ExternalPPUDRAMMemoryByteOnFPGA
    assert PPUElfFile(write(elf(PROGRAM, SYMBOLS))).read_symbols() == {
        "start": PPUProgram.Symbol(kind.function, words(0, 2)),
        "flags": PPUProgram.Symbol(kind.object, words(3, 3)),
        "far": PPUProgram.Symbol(kind.function, ExternalPPUMemoryBlockOnFPGA(sram(4), sram(7))),
        "table": PPUProgram.Symbol(kind.object, ExternalPPUMemoryBlockOnFPGA(sram(10), sram(11))),
        "slow": PPUProgram.Symbol(kind.function, ExternalPPUDRAMMemoryBlockOnFPGA(dram(16), dram(23))),
        "lake": PPUProgram.Symbol(kind.object, ExternalPPUDRAMMemoryBlockOnFPGA(dram(1), dram(1))),
        "label": PPUProgram.Symbol(kind.other, words(1, 1)),
    }
    assert PPUProgram.Symbol() == PPUProgram.Symbol(kind.other, PPUMemoryBlockOnPPU())
    assert repr(PPUProgram.Symbol(kind.object, words(1, 2))).startswith("Symbol(object, PPUMemoryBlockOnPPU(")


@pytest.mark.parametrize(
    "data, text",
    [
        (b"", "not an ELF file"),
        (b"\x7fELF", "not an ELF file"),
        (b"#!/bin/sh\n" * 20, "not an ELF file"),
        (elf([], machine=62), "32-bit big-endian code for EM_X86_64"),
        (elf([])[:5] + b"\1" + elf([])[6:], "32-bit little-endian"),
    ],
)
def test_other_files_are_refused(write, data: bytes, text: str) -> None:
    with pytest.raises(PPUProgramError, match=text):
        PPUElfFile(write(data))


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match=r"nowhere\.bin: No such file"):
        PPUElfFile(tmp_path / "nowhere.bin")


@pytest.mark.parametrize(
    "section, text",
    [
        (Section("int.data", 0x3FFD, b"1234"), "section int.data .* too large: it ends at byte 16385 of 16384"),
        (Section("int.bss", 0, kind=NOBITS, size=0x4004), "too large"),
        (Section("ext.bss", 0x40000000, kind=NOBITS, size=0x20001), "ends at byte 131073 of 131072"),
        (Section("ext.bss", 0x50000000, kind=NOBITS, size=0x10000001), "too large"),
        (Section("ext.text", 0x1000, b"1234"), "0x1000, where there is no external memory"),
        (Section("int.text", 0, b"1234", size=1 << 13), "cut off"),
        (Section(".comment", 0, b"1234"), "no section for the PPU's own memory"),
    ],
)
def test_sections_that_cannot_be_loaded(write, section: Section, text: str) -> None:
    with pytest.raises(PPUProgramError, match=text):
        PPUElfFile(write(elf([section]))).read_program()


@pytest.mark.parametrize(
    "type_, text", [(1, "object file and not linked"), (3, "position-independent file and not linked"), (4, "ET_CORE")]
)
def test_files_that_are_not_linked(write, type_: int, text: str) -> None:
    with pytest.raises(PPUProgramError, match=text):
        PPUElfFile(write(elf(PROGRAM, type_=type_)))


@pytest.mark.parametrize("place, value", [(46, 0), (46, 0xFFFF), (48, 0xFFFF), (44, 0xFFFF), (32, 0xFFFF)])
def test_tables_that_leave_the_file(write, place: int, value: int) -> None:
    """Sizes and numbers of headers, and the section in which a number too large for its field stands."""
    data = bytearray(elf(PROGRAM))
    data[place : place + 2] = value.to_bytes(2, "big")
    with pytest.raises(PPUProgramError):
        PPUElfFile(write(bytes(data))).check()


def test_a_number_of_sections_without_end(write) -> None:
    """The size of the first section is the number of sections if the header says 0, and all headers stand at the same place."""
    data = bytearray(elf([Section(".text", 0, bytes(8))]))
    first = int.from_bytes(data[32:36], "big")
    data[first + 20 : first + 24] = b"\xff\xff\xff\xff"
    data[46:50] = bytes(4)
    with pytest.raises(PPUProgramError):
        PPUElfFile(write(bytes(data))).check()


BSS = Section("int.bss", 12, kind=NOBITS, size=8)


@pytest.mark.parametrize(
    "sections, names",
    [
        ([Section(".text", 0, bytes(8)), Section(".rodata", 4, bytes(8))], ".text and .rodata"),
        ([Section(".text", 0, bytes(8)), Section(".data", 0, bytes(8))], ".text and .data"),
        ([BSS, Section("int.data", 16, bytes(8))], "int.bss and int.data"),
        ([Section("int.data", 16, bytes(2)), BSS], "int.bss and int.data"),
        ([BSS, Section("ext.text", 0x80000010, bytes(8)), Section("ext.data", 0x40000014, bytes(8))], "ext.text and ext.data"),
        ([BSS, Section("ext.a", 0x90000000, bytes(8)), Section("ext.b", 0x50000007, bytes(8))], "ext.a and ext.b"),
        ([BSS, *(Section(f"ext.{n}", 0x50000000, kind=NOBITS, size=1 << 28) for n in range(8))], "ext.0 and ext.1"),
    ],
)
def test_sections_over_one_another(write, sections: list[Section], names: str) -> None:
    file = PPUElfFile(write(elf(sections)))
    for read in (file.read_program, file.check):
        with pytest.raises(PPUProgramError, match=f"sections {names} of .* lie over one another"):
            read()


def test_what_is_not_part_of_the_program_does_not_count(write) -> None:
    apart = [
        Section(".text.debug", 0, b"12345678", flags=0),
        Section(".tbss", 0, kind=NOBITS, size=64, flags=0x402),
        Section(".bss", 4, kind=NOBITS, size=0),
    ]
    memory = PPUElfFile(write(elf([Section(".text", 0, bytes(range(8))), *apart]))).read_program()
    assert [int(word.value) for word in memory.internal.words] == [0x00010203, 0x04050607]


def test_compressed_sections_are_refused(write) -> None:
    with pytest.raises(PPUProgramError, match="compressed"):
        PPUElfFile(write(elf([Section(".data", 0, bytes(32), flags=0x802)]))).read_program()


def test_symbols_outside_the_memories_and_stripped_files(write) -> None:
    with pytest.raises(PPUProgramError, match=r"symbol high .* at 0x4000 leaves its memory"):
        PPUElfFile(write(elf(PROGRAM, [("high", 0x4000, 4, OBJECT)]))).read_symbols()
    with pytest.raises(PPUProgramError, match="stripped"):
        PPUElfFile(write(elf(PROGRAM))).read_symbols()


def test_damaged_files_are_refused_wherever_they_break_off(write) -> None:
    whole = elf(PROGRAM, SYMBOLS)
    random = np.random.default_rng(3)
    damaged = [whole[:length] for length in range(0, len(whole), 7)]
    for _ in range(60):
        data = bytearray(whole)
        data[random.integers(16, len(whole))] ^= 1 << random.integers(8)
        damaged.append(bytes(data))
    refused = 0
    for data in damaged:
        try:
            file = PPUElfFile(write(data))
            file.read_program(), file.read_symbols()
        except PPUProgramError:
            refused += 1
    assert refused > len(whole) // 14


COMPILER = shutil.which("powerpc-linux-gnu-gcc")
SOURCE = """
volatile int counter[3] = {1, 2, 3};
int start(void) { return counter[1]; }
"""


@pytest.mark.skipif(COMPILER is None, reason="no cross compiler for PowerPC")
def test_compiled_program(tmp_path: Path) -> None:
    assert COMPILER is not None
    (tmp_path / "program.c").write_text(SOURCE)
    flags = ["-mcpu=powerpc", "-msoft-float", "-O1", "-fno-pic", "-no-pie", "-msdata=none", "-ffreestanding", "-nostdlib"]
    layout = ["-fno-asynchronous-unwind-tables", "-Wl,-Ttext=0,-Tdata=0x100,--build-id=none,-e,start"]
    subprocess.run([COMPILER, *flags, *layout, "program.c", "-o", "program.elf"], cwd=tmp_path, check=True)
    file = PPUElfFile(tmp_path / "program.elf")
    symbols, memory = file.read_symbols(), file.read_program()
    block = symbols["counter"].coordinate
    assert isinstance(block, PPUMemoryBlockOnPPU) and symbols["counter"].type is PPUProgram.Symbol.Type.object
    counter = memory.internal.get_subblock(int(block.toMin()), block.length())
    assert [int(word.value) for word in counter.words] == [1, 2, 3]
    assert symbols["start"].type is PPUProgram.Symbol.Type.function


@pytest.mark.skipif(COMPILER is None, reason="no cross compiler for PowerPC")
@pytest.mark.parametrize(
    "options, text",
    [
        (["-c"], "not linked"),
        (["-r", "-nostdlib"], "not linked"),
        (["-shared", "-fPIC", "-nostdlib"], "not linked"),
        (["-pie", "-fPIE", "-nostdlib"], "not linked"),
    ],
)
def test_compiled_files_that_are_no_program(tmp_path: Path, options: list[str], text: str) -> None:
    assert COMPILER is not None
    (tmp_path / "x.c").write_text("int a = 5; int f(void); int main(void) { return a + f(); } int f(void) { return 3; }")
    subprocess.run([COMPILER, "-ffreestanding", *options, "-Wl,-e,main", "x.c", "-o", "x.o"], cwd=tmp_path, check=True)
    with pytest.raises(PPUProgramError, match=text):
        PPUElfFile(tmp_path / "x.o")


@pytest.mark.parametrize("wrong", [None, 5, b"program.elf", ["program.elf"]])
def test_a_program_is_named_by_a_path(wrong):
    with pytest.raises(PPUProgramError, match="named by a path"):
        PPUElfFile(wrong)


def test_programs_that_are_linked_dynamically(write) -> None:
    """A segment that names an interpreter."""
    data = bytearray(elf([]))
    segment = struct.pack(">8I", 3, 0, 0, 0, 0, 0, 0, 0)  # PT_INTERP
    data[28:32], data[42:46] = struct.pack(">I", len(data)), struct.pack(">HH", len(segment), 1)
    with pytest.raises(PPUProgramError, match="it is linked dynamically, and there is nobody to load libraries; link it with -static"):
        PPUElfFile(write(bytes(data) + segment))


def test_symbols_are_equal_to_symbols_only(write) -> None:
    assert PPUProgram.Symbol() != 3


def test_addresses_are_named_by_the_function_or_label_they_lie_in(write) -> None:
    code = Section("int.text", 0, bytes(16), flags=6)
    names = [("main", 0, 8, 2), ("label", 8, 0, 0)]
    made = Code(write(elf([code], names)))
    assert [made.place(address) for address in (0, 4, 12, 16)] == ["0x0 (main)", "0x4 (main+0x4)", "0xc (label+0x4)", "0x10"]
