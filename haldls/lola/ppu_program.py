"""Programs of the PPUs as the linker leaves them: which words go where, and where the named variables and functions stand.

The PPU sees its own memory at 0 and the memories of the FPGA through two windows each, one for data and one for instructions
(facts: ppu/memory_map). Sections called `int...` and the classic names go into the PPU's memory, `ext...` into one of the FPGA's.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from io import BytesIO
from itertools import pairwise
from os import PathLike
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from halco import (
    ExternalPPUDRAMMemoryBlockOnFPGA,
    ExternalPPUDRAMMemoryByteOnFPGA,
    ExternalPPUMemoryBlockOnFPGA,
    ExternalPPUMemoryByteOnFPGA,
    PPUMemoryBlockOnPPU,
    PPUMemoryWordOnPPU,
)
from halco.value import shown
from haldls.errors import ContainerError
from haldls.lola.external_memory import ExternalPPUDRAMMemoryBlock, ExternalPPUMemoryBlock
from haldls.ppu import PPUMemoryBlock

__all__ = ["PPUElfFile", "PPUProgram"]

Coordinate = PPUMemoryBlockOnPPU | ExternalPPUMemoryBlockOnFPGA | ExternalPPUDRAMMemoryBlockOnFPGA

WORD = 4  # bytes
CLASSIC = (".text", ".data", ".rodata", ".bss", ".init", ".fini")
"""A section with one of these in its name belongs into the PPU's own memory, like one whose name begins with `int`."""

RELOCATIONS = ("SHT_REL", "SHT_RELA")
ALLOCATED, THREAD_LOCAL, COMPRESSED = 0x2, 0x400, 0x800
"""Flags of a section: part of the program in memory; of each thread; packed."""

UNLINKED = {
    "ET_REL": "it is an object file and not linked: all its sections have address 0; link it with the PPU's linker script",
    "ET_DYN": "it is a shared or position-independent file and not linked to addresses; link it with -no-pie -static",
}
"""Why a well-formed file is no image of a memory."""


class PPUProgramError(ContainerError):
    """A file is no program for the PPUs; the text names the file and the section or symbol."""


class Window(NamedTuple):
    """Addresses from `base` on that lead to a memory of `size` bytes."""

    base: int
    memory: str
    size: int


SRAM = WORD * PPUMemoryWordOnPPU.size
WINDOWS = (
    Window(0x90000000, "external_dram", ExternalPPUDRAMMemoryByteOnFPGA.size),  # instructions
    Window(0x80000000, "external", ExternalPPUMemoryByteOnFPGA.size),  # instructions
    Window(0x50000000, "external_dram", ExternalPPUDRAMMemoryByteOnFPGA.size),  # data
    Window(0x40000000, "external", ExternalPPUMemoryByteOnFPGA.size),  # data
    Window(0, "internal", SRAM),
)
"""The PPU's address space from the top (facts: lola, PPU)."""


def _window(address: int) -> Window:
    return next(window for window in WINDOWS if address >= window.base)


class Part(NamedTuple):
    """A section to be loaded: bytes `start` to `end` - 1 of a memory."""

    section: Any
    memory: str
    start: int
    end: int


class PPUProgram:
    """What a program consists of."""

    class Symbol:
        """A named variable or function: what it is and which block of memory it takes up."""

        __slots__ = ("coordinate", "type")

        class Type(Enum):
            """What the name stands for."""

            object = 0
            function = 1
            other = 2

        def __init__(self, type: PPUProgram.Symbol.Type = Type.other, coord: Coordinate | None = None) -> None:
            self.type = type
            self.coordinate = PPUMemoryBlockOnPPU() if coord is None else coord

        def __eq__(self, other: object) -> bool:
            if not isinstance(other, PPUProgram.Symbol):
                return NotImplemented
            return self.type is other.type and self.coordinate == other.coordinate

        __hash__ = None  # type: ignore[assignment]

        def __repr__(self) -> str:
            return f"Symbol({self.type.name}, {self.coordinate!r})"


class PPUElfFile:
    """A linked program: 32-bit big-endian ELF for PowerPC. Raises PPUProgramError if the file is missing or something else."""

    @dataclass(slots=True)
    class Memory:
        """Contents of the memories from their first byte on; None where the program leaves an external one alone."""

        internal: PPUMemoryBlock = field(default_factory=PPUMemoryBlock)
        external: ExternalPPUMemoryBlock | None = None
        external_dram: ExternalPPUDRAMMemoryBlock | None = None

    def __init__(self, filename: str | Path) -> None:
        if not isinstance(filename, str | PathLike):
            raise PPUProgramError(f"a program is named by a path, not by {shown(filename)}")
        self._name = str(filename)
        try:
            self._elf = _parsed(Path(filename).read_bytes())
        except OSError as error:
            raise PPUProgramError(f"cannot read the program {self._name}: {error.strerror}") from error
        except ValueError as error:
            raise PPUProgramError(f"{self._name} is not a program for the PPU: {error}") from error

    def read_symbols(self) -> dict[str, PPUProgram.Symbol]:
        """All symbols that take up memory, by name; the first one counts where a name occurs twice.

        Raises PPUProgramError if the file has no table of symbols, or one of them leaves its memory.
        """
        with self._reading():
            tables = [section for section in self._elf.iter_sections() if section["sh_type"] == "SHT_SYMTAB"]
            if not tables:
                raise PPUProgramError(f"the program {self._name} has no table of symbols: was it stripped?")
            symbols: dict[str, PPUProgram.Symbol] = {}
            for entry in (entry for table in tables for entry in table.iter_symbols() if entry["st_size"]):
                symbols.setdefault(entry.name, PPUProgram.Symbol(_kind(entry), self._block(entry)))
        return symbols

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """A damaged file fails anywhere in the parser, with anything: that becomes a PPUProgramError."""
        try:
            yield
        except PPUProgramError:
            raise
        except Exception as error:
            raise PPUProgramError(f"the program {self._name} is damaged: {error}") from error

    def _block(self, entry: Any) -> Coordinate:
        """The block of memory of a symbol."""
        address, size = entry["st_value"], entry["st_size"]
        window = _window(address)
        first, last = address - window.base, address - window.base + size - 1
        if last >= window.size:
            raise PPUProgramError(f"symbol {entry.name} of {self._name} at {address:#x} leaves its memory of {window.size} bytes")
        if window.memory == "external":
            return ExternalPPUMemoryBlockOnFPGA(ExternalPPUMemoryByteOnFPGA(first), ExternalPPUMemoryByteOnFPGA(last))
        if window.memory == "external_dram":
            return ExternalPPUDRAMMemoryBlockOnFPGA(ExternalPPUDRAMMemoryByteOnFPGA(first), ExternalPPUDRAMMemoryByteOnFPGA(last))
        words = first // WORD, first // WORD + -(-size // WORD) - 1  # rounded up from the word it begins in, as the original does
        return PPUMemoryBlockOnPPU(PPUMemoryWordOnPPU(words[0]), PPUMemoryWordOnPPU(words[1]))

    def check(self) -> None:
        """Raises PPUProgramError unless the sections are one image of the memories: each inside its memory, no two over one another."""
        self._layout()

    def read_program(self) -> PPUElfFile.Memory:
        """Contents of all sections at their places, gaps and uninitialised variables zero, each memory rounded up to whole words.

        Raises PPUProgramError for what `check` refuses, and for a section that is not whole in the file.
        """
        layout = self._layout()
        images = {window.memory: bytearray() for window in WINDOWS}
        for part in layout:  # the last one of each memory ends where its image does
            images[part.memory] = bytearray(-(-part.end // WORD) * WORD)
        with self._reading():
            for part in (part for part in layout if part.section["sh_type"] != "SHT_NOBITS"):
                images[part.memory][part.start : part.end] = self._contents(part.section)
        return PPUElfFile.Memory(
            _words(images["internal"]),
            _bytes(ExternalPPUMemoryBlock, images["external"]),
            _bytes(ExternalPPUDRAMMemoryBlock, images["external_dram"]),
        )

    def _layout(self) -> list[Part]:
        """The sections to be loaded that have a size, in the order of their places. Raises PPUProgramError if they are not one image."""
        with self._reading():
            parts = sorted((part for part in self._parts() if part.end > part.start), key=lambda part: (part.memory, part.start))
        for part, after in pairwise(parts):
            if part.memory == after.memory and after.start < part.end:
                over = f"sections {part.section.name} and {after.section.name} of {self._name} lie over one another"
                raise PPUProgramError(f"{over} from byte {after.start} of the {part.memory} memory on: link the program for the PPU")
        if not any(part.memory == "internal" for part in parts):
            raise PPUProgramError(f"the program {self._name} has no section for the PPU's own memory")
        return parts

    def _parts(self) -> Iterator[Part]:
        """Where each of the sections to be loaded lies. Raises PPUProgramError if one leaves its memory."""
        for section, window in self._sections():
            start = section["sh_addr"] - window.base
            end = start + section["sh_size"]
            if end > window.size:
                raise PPUProgramError(f"section {section.name} of {self._name} is too large: it ends at byte {end} of {window.size}")
            if section["sh_flags"] & COMPRESSED:
                raise PPUProgramError(f"section {section.name} of {self._name} is compressed; link without compression")
            yield Part(section, window.memory, start, end)

    def _sections(self) -> Iterator[tuple[Any, Window]]:
        """The sections to be loaded, each with the window it lies in."""
        for section in self._elf.iter_sections():
            name, window = section.name, _window(section["sh_addr"])
            flags, kind = section["sh_flags"], section["sh_type"]
            if kind in RELOCATIONS or not flags & ALLOCATED or (kind == "SHT_NOBITS" and flags & THREAD_LOCAL):
                continue
            if name.startswith("ext"):
                if window.memory == "internal":
                    address = section["sh_addr"]
                    raise PPUProgramError(f"section {name} of {self._name} lies at {address:#x}, where there is no external memory")
                yield section, window
            elif name.startswith("int") or any(part in name for part in CLASSIC):
                yield section, WINDOWS[-1]

    def _contents(self, section: Any) -> bytes:
        """Bytes of a section. Raises PPUProgramError if they are not all in the file."""
        data = bytes(section.data())
        if len(data) != section["sh_size"]:
            raise PPUProgramError(f"section {section.name} of {self._name} is cut off: {len(data)} of {section['sh_size']} bytes")
        return data


def _parsed(data: bytes) -> Any:
    """The parsed file. Raises ValueError saying why it is none for the PPU."""
    from elftools.elf.elffile import ELFFile  # 15 ms that only those pay who load a program

    try:
        elf = ELFFile(BytesIO(data))
        machine, whole = elf["e_machine"], _tables_fit(elf, len(data))
        dynamic = whole and any(segment["p_type"] in ("PT_INTERP", "PT_DYNAMIC") for segment in elf.iter_segments())
    except Exception as error:  # a damaged file fails anywhere in the parser, with anything
        raise ValueError("not an ELF file, or a damaged one") from error
    if elf.elfclass != 32 or elf.little_endian or machine != "EM_PPC":
        order = "little" if elf.little_endian else "big"
        raise ValueError(f"it is {elf.elfclass}-bit {order}-endian code for {machine}, not 32-bit big-endian code for EM_PPC")
    if elf["e_type"] != "ET_EXEC":
        raise ValueError(UNLINKED.get(elf["e_type"], f"its type is {elf['e_type']}, not that of a linked program; link it for the PPU"))
    if not whole:
        raise ValueError("it is damaged: its tables of sections or segments leave the file")
    if dynamic:
        raise ValueError("it is linked dynamically, and there is nobody to load libraries; link it with -static")
    return elf


def _tables_fit(elf: Any, size: int) -> bool:
    """Whether the tables that the header tells of are as large as it says; nobody shall walk through one of 2**32 entries."""
    sections = not elf["e_shoff"] or (elf["e_shentsize"] == 40 and elf["e_shoff"] + 40 * elf.num_sections() <= size)
    return sections and (not elf["e_phnum"] or (elf["e_phentsize"] == 32 and elf["e_phoff"] + 32 * elf.num_segments() <= size))


def _kind(entry: Any) -> PPUProgram.Symbol.Type:
    kinds = {"STT_OBJECT": PPUProgram.Symbol.Type.object, "STT_FUNC": PPUProgram.Symbol.Type.function}
    return kinds.get(entry["st_info"]["type"], PPUProgram.Symbol.Type.other)


def _words(image: bytearray) -> PPUMemoryBlock:
    block = PPUMemoryBlock(len(image) // WORD)
    block.decode(np.frombuffer(image, dtype=">u4").astype(np.uint32))
    return block


def _bytes(block: Any, image: bytearray) -> Any:
    if not image:
        return None
    made = block(len(image))
    made.from_numpy(np.frombuffer(image, dtype=np.uint8))
    return made
