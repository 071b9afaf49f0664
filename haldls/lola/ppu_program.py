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
from haldls.errors import ContainerError
from haldls.lola.external_memory import ExternalPPUDRAMMemoryBlock, ExternalPPUMemoryBlock
from haldls.ppu import PPUMemoryBlock

__all__ = ["PPUElfFile", "PPUProgram"]

Coordinate = PPUMemoryBlockOnPPU | ExternalPPUMemoryBlockOnFPGA | ExternalPPUDRAMMemoryBlockOnFPGA

WORD = 4  # bytes
CLASSIC = (".text", ".data", ".rodata", ".bss", ".init", ".fini")
"""A section with one of these in its name belongs into the PPU's own memory, like one whose name begins with `int`."""

RELOCATIONS = ("SHT_REL", "SHT_RELA")


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


class PPUProgram:
    """What a program consists of."""

    class Symbol:
        """A named variable or function: what it is and which block of memory it takes up."""

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

    @dataclass
    class Memory:
        """Contents of the memories from their first byte on; None where the program leaves an external one alone."""

        internal: PPUMemoryBlock = field(default_factory=PPUMemoryBlock)
        external: ExternalPPUMemoryBlock | None = None
        external_dram: ExternalPPUDRAMMemoryBlock | None = None

    def __init__(self, filename: str | Path) -> None:
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

    def read_program(self) -> PPUElfFile.Memory:
        """Contents of all sections at their places, gaps and uninitialised variables zero, each memory rounded up to whole words.

        Raises PPUProgramError for a section that does not fit into its memory.
        """
        images = {"internal": bytearray(), "external": bytearray(), "external_dram": bytearray()}
        with self._reading():
            for section, window in self._sections():
                image, start = images[window.memory], section["sh_addr"] - window.base
                data = self._contents(section, window)
                image.extend(bytes(max(0, start + len(data) - len(image))))
                image[start : start + len(data)] = data
        if not images["internal"]:
            raise PPUProgramError(f"the program {self._name} has no section for the PPU's own memory")
        for image in images.values():
            image.extend(bytes(-len(image) % WORD))
        return PPUElfFile.Memory(
            _words(images["internal"]),
            _bytes(ExternalPPUMemoryBlock, images["external"]),
            _bytes(ExternalPPUDRAMMemoryBlock, images["external_dram"]),
        )

    def _sections(self) -> Iterator[tuple[Any, Window]]:
        """The sections to be loaded, each with the window it lies in."""
        for section in self._elf.iter_sections():
            name, window = section.name, _window(section["sh_addr"])
            if section["sh_type"] in RELOCATIONS:
                continue
            if name.startswith("ext"):
                if window.memory == "internal":
                    address = section["sh_addr"]
                    raise PPUProgramError(f"section {name} of {self._name} lies at {address:#x}, where there is no external memory")
                yield section, window
            elif name.startswith("int") or any(part in name for part in CLASSIC):
                yield section, WINDOWS[-1]

    def _contents(self, section: Any, window: Window) -> bytes:
        """Bytes of a section. Raises PPUProgramError if they leave the memory, or are not all in the file."""
        end = section["sh_addr"] - window.base + section["sh_size"]
        if end > window.size:
            raise PPUProgramError(f"section {section.name} of {self._name} is too large: it ends at byte {end} of {window.size}")
        data = bytes(section["sh_size"]) if section["sh_type"] == "SHT_NOBITS" else bytes(section.data())
        if len(data) != section["sh_size"]:
            raise PPUProgramError(f"section {section.name} of {self._name} is cut off: {len(data)} of {section['sh_size']} bytes")
        return data


def _parsed(data: bytes) -> Any:
    """The parsed file. Raises ValueError saying why it is none for the PPU."""
    from elftools.common.exceptions import ELFError  # 15 ms that only those pay who load a program
    from elftools.elf.elffile import ELFFile

    try:
        elf = ELFFile(BytesIO(data))
        machine = elf["e_machine"]
    except ELFError as error:
        raise ValueError("not an ELF file, or a damaged one") from error
    if elf.elfclass != 32 or elf.little_endian or machine != "EM_PPC":
        order = "little" if elf.little_endian else "big"
        raise ValueError(f"it is {elf.elfclass}-bit {order}-endian code for {machine}, not 32-bit big-endian code for EM_PPC")
    return elf


def _kind(entry: Any) -> PPUProgram.Symbol.Type:
    kinds = {"STT_OBJECT": PPUProgram.Symbol.Type.object, "STT_FUNC": PPUProgram.Symbol.Type.function}
    return kinds.get(entry["st_info"]["type"], PPUProgram.Symbol.Type.other)


def _words(image: bytearray) -> PPUMemoryBlock:
    block = PPUMemoryBlock(len(image) // WORD)
    block.decode(np.frombuffer(bytes(image), dtype=">u4").astype(np.uint32))
    return block


def _bytes(block: Any, image: bytearray) -> Any:
    if not image:
        return None
    made = block(len(image))
    made.from_numpy(np.frombuffer(bytes(image), dtype=np.uint8))
    return made
