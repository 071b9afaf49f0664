"""The memories that the FPGA lends to the PPUs: blocks of bytes, and the SRAM as a whole."""

from __future__ import annotations

import builtins
from collections.abc import Iterable
from typing import Any, ClassVar, Self

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
from haldls.container import FPGA, Address, Container
from haldls.errors import BlockSizeError, ContainerError
from haldls.fpga import ExternalPPUDRAMMemoryByte, ExternalPPUMemoryByte, ExternalPPUMemoryQuad
from haldls.lola.table import Composed, Members, Part

__all__ = ["ExternalPPUDRAMMemoryBlock", "ExternalPPUMemory", "ExternalPPUMemoryBlock"]

SRAM, DRAM = 0x80000000, 0x84000000
"""Address of the first word of each memory."""


def text_of(data: bytes) -> str:
    """Bytes as text, up to the first zero byte and without what cannot be printed."""
    return "".join(chr(byte) for byte in data.split(b"\0", 1)[0] if 32 <= byte < 127 or byte in b"\t\n\v\f\r")


class _Block(Container):
    """Some bytes in a row, as many as the coordinate's interval holds. Words are shared with neighbours: byte enables tell them apart."""

    # the number of bytes differs from one instance to the next, which no table of fields can say
    backends = FPGA
    __slots__ = ("_values",)
    _values: NDArray[np.uint8]
    Byte: ClassVar[Any]
    Size: ClassVar[Any]
    default_size: ClassVar[int]

    def __init__(self, size: Any = None) -> None:
        if isinstance(size, _Block):
            self._values = size._values.copy()
        else:
            number = self.default_size if size is None else int(type(self).Size(int(size)))
            self._values = np.zeros(number, dtype=np.uint8)

    def size(self) -> Any:
        """Number of bytes."""
        return type(self).Size(len(self._values))

    def __len__(self) -> int:
        return len(self._values)

    @property
    def bytes(self) -> list[Any]:
        """A copy of the bytes."""
        return [type(self).Byte(int(value)) for value in self._values]

    @bytes.setter
    def bytes(self, values: Iterable[Any]) -> None:
        numbers = [_number(type(self).Byte, value) for value in values]
        if len(numbers) != len(self):
            raise BlockSizeError(f"the block holds {len(self)} bytes, {len(numbers)} were given")
        self._values = np.array(numbers, dtype=np.uint8)

    def at(self, index: int) -> Any:
        """The byte at `index`. Raises IndexError outside the block."""
        if not 0 <= index < len(self):
            raise IndexError(f"byte {index} of a block of {len(self)}")
        return type(self).Byte(int(self._values[index]))

    __getitem__ = at

    def __setitem__(self, index: int, byte: Any) -> None:
        if not 0 <= index < len(self):
            raise IndexError(f"byte {index} of a block of {len(self)}")
        self._values[index] = _number(type(self).Byte, byte)

    def to_numpy(self) -> NDArray[np.uint8]:
        """A copy of the bytes' values."""
        return self._values.copy()

    def from_numpy(self, values: NDArray[np.uint8]) -> None:
        """Takes the bytes' values; the block becomes as long as they are many."""
        self._values = np.array(values, dtype=np.uint8)

    def get_subblock(self, begin: int, length: Any) -> Self:
        """A copy of `length` bytes from `begin` on. Raises BlockSizeError if they are not all inside."""
        return _subblock(type(self), self._values, begin, int(length))  # type: ignore[no-any-return]

    def set_subblock(self, begin: int, subblock: Self) -> None:
        """Sets the bytes from `begin` on. Raises BlockSizeError if they are not all inside."""
        _inside(len(self), begin, len(subblock))
        self._values[begin : begin + len(subblock)] = subblock._values

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

    def __eq__(self, other: object) -> bool:
        return np.array_equal(self._values, other._values) if isinstance(other, _Block) and type(other) is type(self) else NotImplemented

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __copy__(self) -> Self:
        return type(self)(self)

    def __deepcopy__(self, memo: Any) -> Self:
        return type(self)(self)

    def __getstate__(self) -> builtins.bytes:
        return self._values.tobytes()

    def __setstate__(self, state: builtins.bytes) -> None:
        self._values = np.frombuffer(state, dtype=np.uint8).copy()

    def _take_state(self, state: Any) -> None:
        if not isinstance(state, dict) or set(state) != {"bytes"} or not isinstance(state["bytes"], list):
            raise ContainerError(f"the field of a {type(self).__name__} is its list of bytes, not {str(state)[:80]}")
        self._values = np.array([_number(type(self).Byte, value) for value in state["bytes"]], dtype=np.uint8)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self)} bytes)"


def _number(byte: Any, value: Any) -> int:
    """The integer of a byte given as such or as a number. Raises RangeError, or TypeError for anything else."""
    return int(value.value if isinstance(value, byte) else byte.Value(value))


def _inside(size: int, begin: int, length: int) -> None:
    if begin < 0 or begin + length > size:
        raise BlockSizeError(f"bytes {begin} to {begin + length - 1} are not all inside a block of {size}")


def _subblock(cls: Any, values: NDArray[np.uint8], begin: int, length: int) -> Any:
    _inside(len(values), begin, length)
    made = cls(length)
    made.from_numpy(values[begin : begin + length])
    return made


class ExternalPPUMemoryBlock(_Block):
    """Some bytes of the SRAM.

    >>> block = ExternalPPUMemoryBlock(ExternalPPUMemoryBlockSize(3))
    >>> block[1] = 0x41
    >>> block.at(1)
    ExternalPPUMemoryByte(65)
    """

    coordinate = ExternalPPUMemoryBlockOnFPGA
    address = Address(SRAM)
    Byte, Size, default_size = ExternalPPUMemoryByte, ExternalPPUMemoryBlockSize, ExternalPPUMemoryByteOnFPGA.size


class ExternalPPUDRAMMemoryBlock(_Block):
    """Some bytes of the DRAM."""

    coordinate = ExternalPPUDRAMMemoryBlockOnFPGA
    address = Address(DRAM)
    Byte, Size, default_size = ExternalPPUDRAMMemoryByte, ExternalPPUDRAMMemoryBlockSize, int(ExternalPPUDRAMMemoryBlockSize())


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
        return _subblock(ExternalPPUMemoryBlock, self.to_numpy(), begin, int(length))  # type: ignore[no-any-return]

    def set_subblock(self, begin: int, subblock: ExternalPPUMemoryBlock) -> None:
        """Sets the bytes from `begin` on. Raises BlockSizeError if they are not all inside."""
        _inside(len(self.bytes), begin, len(subblock))
        values = self.to_numpy()
        values[begin : begin + len(subblock)] = subblock.to_numpy()
        self.decode(values.view(">u4").astype(np.uint32))

    def to_string(self) -> str:
        """The bytes as text, up to the first zero byte and without what cannot be printed."""
        return text_of(self.to_numpy().tobytes())
