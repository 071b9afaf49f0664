"""The portable binary that options and targets are pickled as, which is the original's (facts: serialization, Portable binary).

`haldls.serialization` knows the same format for containers. Here real numbers, optional parts and alternatives come in.
"""

from __future__ import annotations

import struct
from typing import Any

import numpy as np
from numpy.typing import NDArray

from haldls import SerializationError

__all__ = ["ArchiveReader", "ArchiveWriter"]

_LITTLE = 1  # first byte: what follows is little-endian


class ArchiveWriter:
    """Appends values; `data` is the whole."""

    def __init__(self) -> None:
        self.data = bytearray([_LITTLE])
        self._known: set[type] = set()

    def version(self, kind: type) -> None:
        """The version (0) that stands before the first object of each class."""
        if kind not in self._known:
            self._known.add(kind)
            self.number("I", 0)

    def number(self, code: str, value: Any) -> None:
        """One number. `code` says width and kind as for `struct`."""
        self.data += struct.pack(f"<{code}", value)

    def numbers(self, code: str, values: NDArray[Any]) -> None:
        """All elements of an array, without their number."""
        self.data += values.astype(np.dtype(code).newbyteorder("<")).tobytes()


class ArchiveReader:
    """Takes the same values again, in the same order. Raises SerializationError, with the byte, for what cannot have been written so.

    `offset` is the byte that comes next.
    """

    def __init__(self, data: bytes) -> None:
        if data[:1] not in (b"\0", b"\1"):
            raise SerializationError("the bytes of a portable binary begin with 1 (little-endian) or 0 (big-endian)", offset=0)
        self._data, self.offset, self._known = data, 1, set[type]()
        self._order = "<" if data[0] == _LITTLE else ">"

    def version(self, kind: type) -> None:
        """The version that stands before the first object of each class."""
        if kind not in self._known:
            self._known.add(kind)
            self._require(self.number("I") == 0, 4, f"only version 0 of {kind.__qualname__} is known")

    def number(self, code: str) -> Any:
        """One number."""
        return struct.unpack(self._order + code, self._taken(struct.calcsize(f"<{code}")))[0]

    def flag(self) -> bool:
        """A truth value."""
        value = self.number("B")
        self._require(value < 2, 1, f"a truth value is 0 or 1, not {value}")
        return bool(value)

    def numbers(self, code: str, count: int) -> NDArray[Any]:
        """All elements of an array."""
        dtype = np.dtype(code).newbyteorder("<" if self._order == "<" else ">")
        return np.frombuffer(self._taken(count * dtype.itemsize), dtype=dtype).astype(np.dtype(code))

    def done(self) -> None:
        """Nothing comes any more."""
        self._require(self.offset == len(self._data), 0, f"{len(self._data) - self.offset} bytes follow what is stored")

    def _require(self, holds: bool, width: int, text: str) -> None:
        if not holds:
            raise SerializationError(text, offset=self.offset - width)

    def _taken(self, count: int) -> bytes:
        start, self.offset = self.offset, self.offset + count
        if self.offset > len(self._data):
            raise SerializationError(f"the bytes end at {len(self._data)}, in the middle of a value that starts at {start}", offset=start)
        return self._data[start : self.offset]
