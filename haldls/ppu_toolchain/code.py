"""The instructions in a linked program, and which function or variable an address belongs to."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from elftools.elf.constants import SH_FLAGS
from elftools.elf.elffile import ELFFile
from elftools.elf.sections import SymbolTableSection

from haldls.lola import PPUElfFile, PPUProgramError


class Symbol(NamedTuple):
    """A name in a program; `size` in bytes."""

    address: int
    size: int
    name: str
    function: bool


class Code:
    """What a program can be asked about its code. Raises PPUProgramError for a file that is no program for the PPU."""

    def __init__(self, filename: str | Path) -> None:
        PPUElfFile(filename).check()  # refuses other files, saying why
        self.path = Path(filename)
        try:
            elf = ELFFile(BytesIO(self.path.read_bytes()))
            self.sections = dict(_sections(elf))
            self.symbols = sorted(_symbols(elf))
        except Exception as error:  # a damaged file fails anywhere in the parser, with anything
            raise PPUProgramError(f"the program {self.path} is damaged: {error}") from error
        self._starts = [symbol.address for symbol in self.symbols]

    def words(self) -> Iterator[tuple[int, int]]:
        """Address and word of each instruction, section by section."""
        for address, data in self.sections.items():
            for offset in range(0, len(data) - 3, 4):
                yield address + offset, int.from_bytes(data[offset : offset + 4], "big")

    def symbol_at(self, address: int) -> Symbol | None:
        """The function or variable that `address` lies in."""
        after = bisect_right(self._starts, address)
        for symbol in reversed(self.symbols[:after]):
            if address < symbol.address + symbol.size:
                return symbol
        return None

    def place(self, address: int) -> str:
        """An address as one reads it.

        `0x1f4 (main+0x10)`, or the bare address where no symbol covers it.
        """
        symbol = self.symbol_at(address)
        if symbol is None:
            return f"{address:#x}"
        offset = address - symbol.address
        return f"{address:#x} ({symbol.name}{f'+{offset:#x}' if offset else ''})"


def _sections(elf: ELFFile) -> Iterator[tuple[int, bytes]]:
    for section in elf.iter_sections():
        wanted = SH_FLAGS.SHF_ALLOC | SH_FLAGS.SHF_EXECINSTR
        if section["sh_flags"] & wanted == wanted and section["sh_type"] == "SHT_PROGBITS":
            yield section["sh_addr"], bytes(section.data())


def _symbols(elf: ELFFile) -> Iterator[Symbol]:
    """Functions, variables, and labels in code; a label, which has no size, reaches up to the next name."""
    kinds = {"STT_FUNC": True, "STT_OBJECT": False, "STT_NOTYPE": True}
    entries = [entry for section in elf.iter_sections() if isinstance(section, SymbolTableSection) for entry in section.iter_symbols()]
    named = [entry for entry in entries if entry["st_info"]["type"] in kinds and entry.name and isinstance(entry["st_shndx"], int)]
    starts = sorted({entry["st_value"] for entry in named})
    for entry in named:
        address, size, section = entry["st_value"], entry["st_size"], elf.get_section(entry["st_shndx"])
        if not size and section["sh_flags"] & SH_FLAGS.SHF_EXECINSTR:
            end = section["sh_addr"] + section["sh_size"]
            size = min([end, *starts[bisect_right(starts, address) : bisect_right(starts, address) + 1]]) - address
        if size > 0:
            yield Symbol(address, size, entry.name, kinds[entry["st_info"]["type"]])
