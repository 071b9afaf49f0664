"""The bytes of a snapshot. What is read is checked before it is used, and sizes before memory is taken: the only error is SnapshotError.

The file, version 2, all numbers little endian:

    0   8 bytes   "hxsnap" CR LF
    8   uint32    version of the format
    12  uint32    1 if what follows the head is compressed (zlib), else 0
    16  uint32    length n of the description
    20  uint64    bytes of what follows the head, when it is not compressed
    28  uint32    CRC-32 of the 28 bytes before it and of what follows it, as stored
    32  n bytes   description, JSON: {"system": {serial, mode, ...}, "arrays": [[block, name, type, shape], ...]}
    32+n          the arrays in that order, one after the other
"""

import struct
import zlib
from collections.abc import Mapping
from math import prod
from typing import Annotated, Any, Final, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from hicannx_sim.base.errors import SnapshotError

VERSION: Final = 2
LARGEST: Final = 1 << 29
"""Bytes of a snapshot that is not compressed: the FPGA's memories, twice."""
LARGEST_DESCRIPTION: Final = 1 << 22
_MAGIC: Final = b"hxsnap\r\n"
_HEAD: Final = struct.Struct("<8sIIIQ")
_CHECKSUM: Final = struct.Struct("<I")
_START: Final = _HEAD.size + _CHECKSUM.size
_TYPES: Final = frozenset(f"{order}{kind}{size}" for kind in "iuf" for size in "1248" for order in "<|")

Array = NDArray[Any]
State = dict[str, dict[str, Array]]

_Count = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
_Size = Annotated[int, msgspec.Meta(ge=1, le=1 << 26)]
_Key = Annotated[str, msgspec.Meta(max_length=200)]
_Shape = Annotated[list[Annotated[int, msgspec.Meta(ge=0, le=LARGEST)]], msgspec.Meta(max_length=4)]


class _System(msgspec.Struct, forbid_unknown_fields=True):
    serial: Annotated[int, msgspec.Meta(ge=0, le=2**32 - 1)]
    mode: Literal["ideal", "typical"]
    quirks: Annotated[list[_Key], msgspec.Meta(max_length=20)]
    setup: Literal["cube", "jboa"]
    host: tuple[_Size, _Size, _Size] | None
    seed: Annotated[int, msgspec.Meta(ge=0)]
    strict: bool
    runs: _Count


class _Description(msgspec.Struct, forbid_unknown_fields=True):
    system: _System
    arrays: Annotated[list[tuple[_Key, _Key, _Key, _Shape]], msgspec.Meta(max_length=100_000)]


def encode(system: Mapping[str, Any], state: State, compress: bool = False) -> bytes:
    """The bytes of a snapshot; `system` is what `decode` gives back of it."""
    arrays = [(block, name, array) for block, named in state.items() for name, array in named.items()]
    listed = [[block, name, array.dtype.str, array.shape] for block, name, array in arrays]
    description = msgspec.json.encode({"system": dict(system), "arrays": listed})
    body = b"".join([description, *(np.ascontiguousarray(array).data.cast("B") for _, _, array in arrays if array.size)])
    size = len(body)
    if compress:
        body = zlib.compress(body, 1)
    head = _HEAD.pack(_MAGIC, VERSION, compress, len(description), size)
    return head + _CHECKSUM.pack(zlib.crc32(body, zlib.crc32(head))) + body


def decode(data: bytes) -> tuple[dict[str, Any], State]:
    """What was given to `encode`; the arrays are read only views. SnapshotError for what is no snapshot of this version."""
    if not isinstance(data, bytes | bytearray | memoryview) or len(data) < 12 or data[:8] != _MAGIC:
        raise SnapshotError("these bytes are no snapshot")
    version = int.from_bytes(data[8:12], "little")
    if version != VERSION:
        raise SnapshotError(f"format {version} is not the one that this version of the model reads ({VERSION}): take it again")
    if len(data) < _START or len(data) > LARGEST:
        raise SnapshotError(f"the bytes are damaged: there are {len(data)} of them")
    _, _, compressed, length, size = _HEAD.unpack_from(data)
    body = memoryview(data)[_START:]
    if zlib.crc32(body, zlib.crc32(data[: _HEAD.size])) != _CHECKSUM.unpack_from(data, _HEAD.size)[0]:
        raise SnapshotError("the bytes are damaged: their checksum is wrong")
    if compressed > 1 or size > LARGEST or length > min(size, LARGEST_DESCRIPTION):
        raise SnapshotError(f"the head is not right: flags {compressed}, a description of {length} bytes in {size} of at most {LARGEST}")
    body = _unpacked(body, size) if compressed else body
    if len(body) != size:
        raise SnapshotError(f"there are {len(body)} bytes after the head, which says {size}")
    description = _description(bytes(body[:length]))
    if description.system.seed >= 1 << 64:
        raise SnapshotError(f"seed {description.system.seed} is outside 0 .. 2**64 - 1")
    return msgspec.structs.asdict(description.system), _arrays(description, body, length)


def _unpacked(body: memoryview, size: int) -> memoryview:
    """At most one byte more than there should be."""
    try:
        return memoryview(zlib.decompressobj().decompress(body, size + 1))
    except zlib.error as error:
        raise SnapshotError(f"it cannot be decompressed: {error}") from None


def _description(text: bytes) -> _Description:
    try:
        return msgspec.json.decode(text, type=_Description)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise SnapshotError(f"its description is not right: {error}") from None


def _arrays(description: _Description, body: memoryview, place: int) -> State:
    """The arrays, which have to fill the body."""
    state: State = {}
    for block, name, kind, shape in description.arrays:
        entry = f"{block}.{name}"
        if kind not in _TYPES or name in state.setdefault(block, {}):
            raise SnapshotError(f"{entry} is there twice or of a type that no state has: {kind!r}")
        count = prod(shape)
        if count * int(kind[2:]) > len(body) - place:
            raise SnapshotError(f"{entry} does not fit: {kind}{tuple(shape)} where {len(body) - place} bytes are left")
        try:
            state[block][name] = array = np.frombuffer(body, kind, count, place).reshape(shape)
        except (TypeError, ValueError) as error:
            raise SnapshotError(f"{entry}: {error}") from None
        place += array.nbytes
    if place != len(body):
        raise SnapshotError(f"{len(body) - place} bytes are left over")
    return state
