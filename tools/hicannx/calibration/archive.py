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
    """Takes the same values again, in the same order. Raises SerializationError, with the byte, where there are none left."""

    def __init__(self, data: bytes) -> None:
        if not data:
            raise SerializationError("there are no bytes to read", offset=0)
        self._data, self._offset, self._known = data, 1, set[type]()
        self._order = "<" if data[0] == _LITTLE else ">"

    def version(self, kind: type) -> None:
        if kind not in self._known:
            self._known.add(kind)
            self.number("I")

    def number(self, code: str) -> Any:
        return struct.unpack(self._order + code, self._taken(struct.calcsize(f"<{code}")))[0]

    def numbers(self, code: str, count: int) -> NDArray[Any]:
        dtype = np.dtype(code).newbyteorder("<" if self._order == "<" else ">")
        return np.frombuffer(self._taken(count * dtype.itemsize), dtype=dtype).astype(np.dtype(code))

    def _taken(self, count: int) -> bytes:
        start, self._offset = self._offset, self._offset + count
        if self._offset > len(self._data):
            raise SerializationError(f"the bytes end at {len(self._data)}, in the middle of a value that starts at {start}", offset=start)
        return self._data[start : self._offset]
