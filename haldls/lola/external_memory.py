"""The memories that the FPGA lends to the PPUs: blocks of bytes, and the SRAM as a whole."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from halco import (
    ExternalPPUDRAMMemoryBlockOnFPGA,
    ExternalPPUDRAMMemoryBlockSize,
    ExternalPPUMemoryBlockOnFPGA,
    ExternalPPUMemoryBlockSize,
    ExternalPPUMemoryByteOnFPGA,
    ExternalPPUMemoryOnFPGA,
    ExternalPPUMemoryQuadOnFPGA,
)
from haldls.block import Block, inside, part_of
from haldls.container import FPGA, Address
from haldls.errors import ContainerError
from haldls.fpga import ExternalPPUDRAMMemoryByte, ExternalPPUMemoryByte, ExternalPPUMemoryQuad
from haldls.lola.table import Composed, Members, Part

__all__ = ["ExternalPPUDRAMMemoryBlock", "ExternalPPUMemory", "ExternalPPUMemoryBlock"]

SRAM, DRAM = 0x80000000, 0x84000000
"""Address of the first word of each memory."""


def text_of(data: bytes) -> str:
    """Bytes as text, up to the first zero byte and without what cannot be printed."""
    return "".join(chr(byte) for byte in data.split(b"\0", 1)[0] if 32 <= byte < 127 or byte in b"\t\n\v\f\r")


class _Bytes(Block):
    """Some bytes in a row. Words are shared with neighbours: byte enables tell them apart."""

    backends = FPGA
    dtype, unit = np.uint8, "bytes"

    @property
    def bytes(self) -> list[Any]:
        """A copy of the bytes."""
        return list(self)

    @bytes.setter
    def bytes(self, values: Iterable[Any]) -> None:
        self._set_all(values)

    def to_string(self) -> str:
        """The bytes as text, up to the first zero byte and without what cannot be printed."""
        return text_of(self._values.tobytes())

    @classmethod
    def read_access(cls, coordinate: Any, backend: Any = None) -> NDArray[np.uint32]:
        """Addresses of the words that hold the interval."""
        cls.layout(backend)  # refuses unknown backends
        first, last = cls.coordinate.components(int(coordinate))
        base = cls.address.base
        return np.arange(base + first // 4, base + last // 4 + 1, dtype=np.int64).astype(np.uint32)

    def write_access(self, coordinate: Any, backend: Any = None) -> tuple[NDArray[np.uint32], NDArray[np.uint32], NDArray[np.uint8]]:
        """Addresses, words and byte enables of a write. Raises ContainerError if the interval is of another size."""
        addresses = self.read_access(coordinate, backend)
        if coordinate.length() != len(self):
            raise ContainerError(f"container size({len(self)}) and {coordinate!r} size do not match.")
        lanes = np.zeros((2, 4 * len(addresses)), dtype=np.uint8)
        start = int(coordinate.toMin()) % 4
        lanes[:, start : start + len(self)] = self._values, np.ones_like(self._values)
        enables = lanes[1].reshape(-1, 4) @ np.array([8, 4, 2, 1], dtype=np.uint8)
        return addresses, lanes[0].view(">u4").astype(np.uint32), enables

    def decode(self, words: ArrayLike, coordinate: Any = None, backend: Any = None) -> None:
        """Takes the bytes of the interval out of the words; without a coordinate, those of all words."""
        every = np.asarray(words).astype(">u4").view(np.uint8)
        start, length = (0, len(every)) if coordinate is None else (int(coordinate.toMin()) % 4, coordinate.length())
        self._values = every[start : start + length].copy()

    def encode(self, coordinate: Any = None, backend: Any = None) -> NDArray[np.uint32]:
        """Words, the bytes beginning in the first one's most significant byte if there is no coordinate."""
        if coordinate is not None:
            return self.write_access(coordinate, backend)[1]
        return np.pad(self._values, (0, -len(self) % 4)).view(">u4").astype(np.uint32)


class ExternalPPUMemoryBlock(_Bytes):
    """Some bytes of the SRAM.

    >>> block = ExternalPPUMemoryBlock(ExternalPPUMemoryBlockSize(3))
    >>> block[1] = 0x41
    >>> block.at(1)
    ExternalPPUMemoryByte(65)
    """

    coordinate = ExternalPPUMemoryBlockOnFPGA
    address = Address(SRAM)
    Item, Size, default_size = ExternalPPUMemoryByte, ExternalPPUMemoryBlockSize, ExternalPPUMemoryByteOnFPGA.size


class ExternalPPUDRAMMemoryBlock(_Bytes):
    """Some bytes of the DRAM."""

    coordinate = ExternalPPUDRAMMemoryBlockOnFPGA
    address = Address(DRAM)
    Item, Size, default_size = ExternalPPUDRAMMemoryByte, ExternalPPUDRAMMemoryBlockSize, int(ExternalPPUDRAMMemoryBlockSize())


class ExternalPPUMemory(Composed):
    """128 KiB of SRAM, written in words of four bytes."""

    coordinate = ExternalPPUMemoryOnFPGA
    backends = FPGA
    bytes = Members(ExternalPPUMemoryByteOnFPGA, ExternalPPUMemoryByte, doc="the bytes of the memory")
    parts = (Part(ExternalPPUMemoryQuad, range(ExternalPPUMemoryQuadOnFPGA.size), {"quad": "bytes"}),)

    def to_numpy(self) -> NDArray[np.uint8]:
        """A copy of the bytes' values."""
        return self.encode().astype(">u4").view(np.uint8)

    def get_subblock(self, begin: int, length: Any) -> ExternalPPUMemoryBlock:
        """A copy of `length` bytes from `begin` on. Raises BlockSizeError if they are not all inside."""
        return part_of(self.to_numpy(), begin, length, ExternalPPUMemoryBlock)

    def set_subblock(self, begin: int, subblock: ExternalPPUMemoryBlock) -> None:
        """Sets the bytes from `begin` on. Raises BlockSizeError if they are not all inside."""
        values = self.to_numpy()
        values[inside(len(values), begin, len(subblock), "bytes")] = subblock.to_numpy()
        self.decode(values.view(">u4").astype(np.uint32))

    def to_string(self) -> str:
        """The bytes as text, up to the first zero byte and without what cannot be printed."""
        return text_of(self.to_numpy().tobytes())
