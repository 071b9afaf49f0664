"""The plasticity processing units: memory, control and status."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from halco import (
    Linear,
    PPUControlRegisterOnDLS,
    PPUMemoryBlockOnDLS,
    PPUMemoryBlockOnPPU,
    PPUMemoryBlockSize,
    PPUMemoryOnDLS,
    PPUMemoryWordOnDLS,
    PPUMemoryWordOnPPU,
    PPUStatusRegisterOnDLS,
)
from halco.value import shown
from haldls.block import Block
from haldls.container import Address, Container, DifferentialWriteTrait
from haldls.errors import ContainerError
from haldls.fields import Field, Group

__all__ = ["PPUControlRegister", "PPUMemory", "PPUMemoryBlock", "PPUMemoryWord", "PPUStatusRegister"]

MEMORY, PPU = 0x2800000, 0x1000000
WORDS = PPUMemoryWordOnPPU.size


class PPUControlRegister(Container, DifferentialWriteTrait):
    """Reset, clock and cache of a PPU."""

    coordinate = PPUControlRegisterOnDLS
    address = Address(0x2A00000, stride=PPU)
    cache_controller_enable = Field(bool, "w0[3]", doc="fetch instructions from the FPGA's memory through the cache")
    inhibit_reset = Field(bool, "w0[0]", doc="let the processor run: low holds it in reset")
    force_clock_on = Field(bool, "w0[1]", doc="run the clock even while the processor sleeps")
    force_clock_off = Field(bool, "w0[2]", doc="stop the clock")


class PPUStatusRegister(Container):
    """Whether a PPU sleeps, which it does at the end of its program."""

    coordinate = PPUStatusRegisterOnDLS
    read_address = Address(0x2A00001, stride=PPU)
    sleep = Field(bool, read="w0[31:0]", readonly=True, doc="the processor sleeps; any bit set says so")


class PPUMemoryWord(Container):
    """One word of a PPU's memory."""

    coordinate = PPUMemoryWordOnDLS
    address = Address(MEMORY, stride=(1, PPU))
    constructor = ("value",)

    class Value(Linear, max=0xFFFFFFFF):
        """A word."""

    value = Field(Value, "w0[31:0]", doc="the word")


class PPUMemory(Container):
    """All 4096 words of a PPU's memory."""

    coordinate = PPUMemoryOnDLS
    address = Address(MEMORY, stride=PPU, words=WORDS)
    constructor = ("words",)
    words = Group(PPUMemoryWordOnPPU, PPUMemoryWord, doc="the words; the property is a copy")

    def get_word(self, pos: PPUMemoryWordOnPPU) -> PPUMemoryWord.Value:
        """Value of a word."""
        return PPUMemory.words.get(self, pos).value

    def set_word(self, pos: PPUMemoryWordOnPPU, value: PPUMemoryWord.Value | int) -> None:
        """Sets the value of a word."""
        PPUMemory.words.set(self, pos, PPUMemoryWord(value))

    def get_block(self, block_coord: PPUMemoryBlockOnPPU) -> PPUMemoryBlock:
        """A copy of the words in an interval."""
        _require(block_coord, PPUMemoryBlockOnPPU)
        made = PPUMemoryBlock(block_coord.length())
        made.from_numpy(self.encode()[int(block_coord.toMin()) : int(block_coord.toMax()) + 1])
        return made

    def set_block(self, block_coord: PPUMemoryBlockOnPPU, block: PPUMemoryBlock) -> None:
        """Sets the words in an interval. Raises ContainerError if the block is of another size."""
        _require(block_coord, PPUMemoryBlockOnPPU)
        _require(block, PPUMemoryBlock)
        if len(block) != block_coord.length():
            raise ContainerError(f"a block of {len(block)} words does not fit {block_coord!r}")
        values = self.encode()
        values[int(block_coord.toMin()) : int(block_coord.toMax()) + 1] = block.to_numpy()
        self.decode(values)

    def load_from_file(self, filename: str) -> None:
        """Takes over a raw memory image, big-endian, and fills up with zeros. Raises ContainerError if it does not fit."""
        try:
            image = Path(filename).read_bytes()
        except OSError as error:
            raise ContainerError(f"cannot read the program {filename}: {error.strerror}") from error
        if len(image) > 4 * WORDS:
            raise ContainerError(f"the program {filename} is too large: {len(image)} bytes, the memory holds {4 * WORDS}")
        self.decode(np.frombuffer(image.ljust(4 * WORDS, b"\0"), dtype=">u4").astype(np.uint32))


def _require(value: object, kind: type) -> None:
    if not isinstance(value, kind):
        raise TypeError(f"a {kind.__name__} is needed, not {shown(value)}")


class PPUMemoryBlock(Block):
    """Some words in a row of a PPU's memory, as many as its coordinate's interval holds.

    >>> block = PPUMemoryBlock(2)
    >>> block[1] = 7
    >>> block.size(), block[1]
    (PPUMemoryBlockSize(2), PPUMemoryWord(7))
    """

    coordinate = PPUMemoryBlockOnDLS
    address = Address(MEMORY)
    Item, Size, default_size, dtype, unit = PPUMemoryWord, PPUMemoryBlockSize, WORDS, np.uint32, "words"

    @property
    def words(self) -> list[PPUMemoryWord]:
        """A copy of the words."""
        return list(self)

    @words.setter
    def words(self, words: Iterable[PPUMemoryWord | int]) -> None:
        self._set_all(words)

    def to_string(self) -> str:
        """The words as text, big-endian, up to the first zero byte and without what cannot be printed."""
        text = self._values.astype(">u4").tobytes().split(b"\0", 1)[0]
        return "".join(chr(byte) for byte in text if 32 <= byte < 127 or byte in b"\t\n\v\f\r")

    def encode(self, coordinate: PPUMemoryBlockOnDLS | None = None, backend: Any = None) -> NDArray[np.uint32]:
        """Words uint32[size]."""
        return self._values.copy()

    def decode(self, words: ArrayLike, coordinate: PPUMemoryBlockOnDLS | None = None, backend: Any = None) -> None:
        """Takes the words; the block becomes as long as they are many."""
        self.from_numpy(words)

    def write_access(
        self, coordinate: PPUMemoryBlockOnDLS, backend: Any = None
    ) -> tuple[NDArray[np.uint32], NDArray[np.uint32], NDArray[np.uint8]]:
        """Addresses, words and byte enables of a write. Raises ContainerError if the interval is of another size."""
        addresses = self.read_access(coordinate, backend)
        if len(addresses) != len(self):
            raise ContainerError(f"a block of {len(self)} words cannot be written to {coordinate!r}, which holds {len(addresses)}")
        return addresses, self._values.copy(), np.full(len(self), 0xF, dtype=np.uint8)

    @classmethod
    def read_access(cls, coordinate: PPUMemoryBlockOnDLS, backend: Any = None) -> NDArray[np.uint32]:
        """Addresses of a read, one per word of the interval."""
        cls.layout(backend)  # refuses unknown backends
        first, last, ppu = cls.coordinate.components(int(coordinate))
        return np.arange(MEMORY + PPU * ppu + first, MEMORY + PPU * ppu + last + 1, dtype=np.uint32)
