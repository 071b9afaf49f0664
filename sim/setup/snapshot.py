"""Snapshots: the whole state of a system as bytes, and back.

The state is the arrays of its blocks, {name of the block: {name: array}}. Compiled blocks show theirs with `arrays` (see `base.state`);
Python objects are walked: attributes that are numbers, lists and dictionaries of numbers, byte arrays, or objects and containers of these;
what can be called is wiring and left alone.

The file, version 1, all numbers little endian:

    0   8 bytes   "hxsnap" CR LF
    8   uint32    version of the format
    12  uint32    1 if what follows the head is compressed (zlib), else 0
    16  uint32    CRC-32 of what follows the head, as stored
    20  uint32    length n of the description
    24  n bytes   description, JSON: {"system": {serial, mode, seed, strict, runs}, "arrays": [[block, name, type, shape], ...]}
    24+n          the arrays in that order, one after the other

Arrays whose description differs from what this version of the model has are refused: a snapshot fits the version that took it.
"""

import json
import struct
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import is_dataclass
from math import prod
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from hicannx_sim.base.errors import SnapshotError

VERSION: Final = 1
_MAGIC: Final = b"hxsnap\r\n"
GROWING: Final = "dram "
"""Arrays whose names begin so come and go."""
_HEAD: Final = struct.Struct("<8sIIII")

Array = NDArray[Any]
Arrays = dict[str, Array]
State = dict[str, Arrays]


# ------------------------------------------------------------------------------------------------------------ Python objects
def _is_wiring(value: Any) -> bool:
    """What cannot change: code and constants."""
    return callable(value) or (is_dataclass(value) and bool(getattr(value, "__dataclass_params__").frozen))  # noqa: B009


def _attributes(thing: Any) -> Iterator[tuple[str, Any]]:
    names = [name for cls in type(thing).__mro__ for name in getattr(cls, "__slots__", ()) if not name.startswith("__")]
    yield from ((name, getattr(thing, name)) for name in names)
    yield from getattr(thing, "__dict__", {}).items()


def _parts(thing: Any) -> Iterator[tuple[str, Any]]:
    """Named things within a thing that can be state."""
    if isinstance(thing, Mapping):
        parts: Iterable[tuple[Any, Any]] = thing.items()
    else:
        parts = enumerate(thing) if isinstance(thing, list | tuple) else _attributes(thing)
    return ((str(name), part) for name, part in parts if not _is_wiring(part))


def _of_mapping(value: Mapping[Any, Any]) -> Array | None:
    """Numbers by number as rows of two int64; bytes by number as rows (number, byte) of int32, with (number, -1) before its bytes."""
    if all(isinstance(number, int) for item in value.items() for number in item):
        return np.array(list(value.items()), np.int64).reshape(-1, 2)
    if all(isinstance(data, bytearray) for data in value.values()):
        return np.array([(key, byte) for key, data in value.items() for byte in (-1, *data)], np.int32).reshape(-1, 2)
    return None


def _to_mapping(rows: Array) -> dict[int, Any]:
    if rows.dtype == np.int64:
        return dict(rows.tolist())
    found: dict[int, Any] = {}
    for key, byte in rows.tolist():
        found.setdefault(key, bytearray()).extend([byte] if byte >= 0 else [])
    return found


def _numbers(value: Any) -> Array | None:
    """A value as an array; None if it is neither a number nor a collection of numbers."""
    if value is None or isinstance(value, bool | int | float):
        return np.array([] if value is None else [value], np.float64 if isinstance(value, float) else np.int64)
    if isinstance(value, np.ndarray):
        return value
    if isinstance(value, bytes | bytearray):
        return np.frombuffer(bytes(value), np.uint8)
    if isinstance(value, list | tuple):
        return np.array(value, np.int64) if all(isinstance(item, int) for item in value) else None
    return _of_mapping(value) if isinstance(value, Mapping) else None


def _like(old: Any, array: Array) -> Any:
    """An array as a value of the kind that `old` has."""
    if isinstance(old, np.ndarray):
        return array.copy()
    if isinstance(old, bytes | bytearray):
        return type(old)(array.tobytes())
    if isinstance(old, Mapping):
        return _to_mapping(array)
    numbers = array.tolist()
    if isinstance(old, list | tuple):
        return type(old)(numbers)
    return None if not numbers else numbers[0] if old is None else type(old)(numbers[0])


def walk(thing: Any, prefix: str = "") -> Arrays:
    """{dotted name: array} of a Python object's numbers. TypeError for an attribute that is neither state nor wiring."""
    found: Arrays = {}
    for name, part in _parts(thing):
        numbers = _numbers(part)
        if isinstance(part, str):
            raise TypeError(f"{type(thing).__name__}.{name} cannot be part of a snapshot: {part!r}")
        found |= walk(part, f"{prefix}{name}.") if numbers is None else {prefix + name: numbers}
    return found


def put_back(thing: Any, arrays: Mapping[str, Array], prefix: str = "") -> None:
    """Sets an object's numbers to what `walk` found."""
    for name, part in list(_parts(thing)):
        if _numbers(part) is None:
            put_back(part, arrays, f"{prefix}{name}.")
        elif isinstance(thing, list):
            thing[int(name)] = _like(part, arrays[prefix + name])
        else:
            setattr(thing, name, _like(part, arrays[prefix + name]))


# ------------------------------------------------------------------------------------------------------------ blocks
def capture(blocks: Mapping[str, Any]) -> State:
    """The arrays of all blocks; those of compiled blocks are their own memory, not copies."""
    return {name: block.arrays() if hasattr(block, "arrays") else walk(block) for name, block in blocks.items()}


def install(blocks: Mapping[str, Any], state: State) -> None:
    """Puts the arrays back. SnapshotError if these blocks have others; then nothing has changed but lengths."""
    _check_names(blocks, state)
    for name, block in blocks.items():
        if not hasattr(block, "arrays"):
            put_back(block, state[name])
            continue
        if hasattr(block, "resize_arrays"):
            block.resize_arrays({key: array.nbytes for key, array in state[name].items()})
        for key, place in block.arrays().items():
            saved = state[name][key]
            if place.dtype != saved.dtype or place.shape != saved.shape:
                raise SnapshotError(f"{name}.{key} is {place.dtype}{place.shape} here and {saved.dtype}{saved.shape} there")
            place[...] = saved
    for block in blocks.values():
        if hasattr(block, "restored"):
            block.restored()


def _check_names(blocks: Mapping[str, Any], state: State) -> None:
    if set(blocks) != set(state):
        raise SnapshotError(f"taken of other blocks: {', '.join(sorted(set(blocks) ^ set(state)))}")
    for name, block in blocks.items():
        here = block.arrays() if hasattr(block, "arrays") else walk(block)
        missing = {key for key in set(here) ^ set(state[name]) if not key.startswith(GROWING)}
        if missing:
            raise SnapshotError(f"block {name} has other arrays: {', '.join(sorted(missing))}")


# ------------------------------------------------------------------------------------------------------------ the file
def encode(system: Mapping[str, Any], state: State, compress: bool = False) -> bytes:
    """The bytes of a snapshot; `system` is what can be said in JSON."""
    arrays = [(block, name, array) for block, named in state.items() for name, array in named.items()]
    listed = [[block, name, array.dtype.str, array.shape] for block, name, array in arrays]
    description = json.dumps({"system": system, "arrays": listed}, separators=(",", ":")).encode()
    body = b"".join([description, *(np.ascontiguousarray(array).data.cast("B") for _, _, array in arrays if array.size)])
    if compress:
        body = zlib.compress(body, 1)
    return _HEAD.pack(_MAGIC, VERSION, compress, zlib.crc32(body), len(description)) + body


def decode(data: bytes) -> tuple[dict[str, Any], State]:
    """What was given to `encode`; the arrays are read only views. SnapshotError for what is no snapshot of this version."""
    if len(data) < _HEAD.size or data[:8] != _MAGIC:
        raise SnapshotError("these bytes are no snapshot")
    _, version, compressed, checksum, length = _HEAD.unpack_from(data)
    if version != VERSION:
        raise SnapshotError(f"format {version} is not the one this version reads ({VERSION})")
    body = memoryview(data)[_HEAD.size :]
    if zlib.crc32(body) != checksum:
        raise SnapshotError("the bytes are damaged: their checksum is wrong")
    if compressed:
        body = memoryview(zlib.decompress(body))
    description = json.loads(bytes(body[:length]))
    state: State = {}
    for block, name, kind, shape in description["arrays"]:
        state.setdefault(block, {})[name] = array = np.frombuffer(body, kind, prod(shape), length).reshape(shape)
        length += array.nbytes
    return description["system"], state
