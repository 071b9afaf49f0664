"""Compilers for the PPU, and a core on its own with memories around it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from haldls.lola import PPUElfFile
from hicannx.ppu import Compiler, CompilerNotFoundError, Program, build, find_compiler
from hicannx_sim.ppu import Core


@pytest.fixture
def gcc() -> Compiler:
    try:
        return find_compiler()
    except CompilerNotFoundError as error:
        pytest.skip(str(error))


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., Program]:
    """Builds a program out of C text."""

    def make(text: str, compiler: Compiler, **settings: object) -> Program:
        source = tmp_path / "program.c"
        source.write_text(f"#include <ppu.h>\n{text}")
        program = build(source, compiler=compiler, **settings)
        assert [finding for finding in program.findings if finding.harmful] == []
        assert program.messages == ""
        return program

    return make


@dataclass
class Surroundings:
    """External memories, the memories of both PPUs on the omnibus, and rows on the parallel bus. `ppu` is the core's own place."""

    core: Core
    ppu: int = 0
    memories: dict[int, bytearray] = field(default_factory=lambda: {4: bytearray(1 << 17), 5: bytearray(1 << 20)})
    other: bytearray = field(default_factory=lambda: bytearray(1 << 14))
    rows: dict[int, bytes] = field(default_factory=dict)

    def _word(self, address: int) -> tuple[bytearray, int] | int:
        if address < 1 << 31:
            return self.memories[address >> 28], address & 0xFFFFFFC
        word = (address & 0x7FFFFFFF) >> 2
        ppu, index = word >> 24 & 1, word & 0xFFF
        return 4 * index if ppu == self.ppu else (self.other, 4 * index)

    def load(self, address: int, cycle: int) -> int:
        found = self._word(address)
        if isinstance(found, int):
            return self.core.peek(found)
        return int.from_bytes(found[0][found[1] : found[1] + 4], "big")

    def fetch(self, address: int, cycle: int) -> int:
        return self.load(address - (1 << 30), cycle)

    def store(self, address: int, word: int, enables: int, cycle: int) -> None:
        found, data = self._word(address), word.to_bytes(4, "big")
        if isinstance(found, int):
            self.core.poke(found, word)
            return
        for byte in range(4):
            if enables >> (3 - byte) & 1:
                found[0][found[1] + byte] = data[byte]

    def read(self, location: int, enables: bytes, cycle: int) -> bytes:
        return self.rows.get(location, bytes(128))

    def write(self, location: int, lanes: bytes, enables: bytes, cycle: int) -> None:
        old = self.read(location, enables, cycle)
        self.rows[location] = bytes(new if on else kept for new, kept, on in zip(lanes, old, enables, strict=True))


class Ended:
    """A program that has run on a core."""

    def __init__(self, core: Core, outside: Surroundings) -> None:
        self.core, self.outside = core, outside
        code = core.peek(0x2FFC)
        self.return_code = code - (code >> 31 << 32)
        self.mailbox = core.memory()[0x3000:].split(b"\0")[0].decode()


@pytest.fixture
def on_core() -> Callable[..., Ended]:
    """Runs a program on a core until it sleeps."""

    def run(program: Program, ppu: int = 0, rows: dict[int, bytes] | None = None) -> Ended:
        memory, core = PPUElfFile(program.path).read_program(), Core()
        outside = Surroundings(core, ppu, rows=dict(rows or {}))
        for window, block in ((4, memory.external), (5, memory.external_dram)):
            if block is not None:
                outside.memories[window][: len(block)] = block.to_numpy().tobytes()
        core.attach(outside)
        core.load_image(b"\xff" * 0x4000)
        core.load_image(memory.internal.to_numpy().astype(">u4").tobytes())
        assert core.run(5_000_000) == "sleeping"
        assert core.undecoded() == []
        return Ended(core, outside)

    return run
