"""Snapshots: the whole state of a system as bytes, and back.

The state is the arrays of its blocks, {name of the block: {name: array}}. Compiled blocks show theirs with `arrays` (see `base.state`);
Python objects are walked: attributes that are numbers, lists and dictionaries of numbers, byte arrays, or objects and containers of these;
what can be called is wiring and left alone.

Arrays whose description differs from what this version of the model has are refused: a snapshot fits the version that took it. The bytes:
`snapshot_file`; what numbers may be: `snapshot_ranges`.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import is_dataclass
from typing import Any, Final

import numpy as np

from hicannx_sim.base.errors import SnapshotError
from hicannx_sim.setup.snapshot_file import Array, State, decode, encode
from hicannx_sim.setup.snapshot_ranges import require_in_range

__all__ = ["capture", "decode", "encode", "install"]

GROWING: Final = "dram "
"""Arrays whose names begin so come and go."""
DRAM_PAGES: Final = frozenset(f"{GROWING}{page}" for page in range(1 << 14))
LISTS: Final = ("_received", "_sent")
"""Lists of bytes that grow, by the end of their names; other lists keep their length."""
OPTIONAL: Final = ("test_started", "_pending")
"""Numbers that may be None, by the end of their names."""
LONGEST_LIST: Final = 1 << 12

Arrays = dict[str, Array]


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
    """Puts the arrays back. SnapshotError if these blocks have others, or numbers that cannot be; then they may have to be made anew."""
    here = capture(blocks)
    _check_names(blocks, here, state)
    require_in_range(state)
    for name, block in blocks.items():
        try:
            _install(name, block, here[name], state[name])
        except (ValueError, TypeError, IndexError, KeyError, OverflowError, MemoryError) as error:
            raise error if isinstance(error, SnapshotError) else SnapshotError(f"block {name}: {error}") from None
    for block in blocks.values():
        if hasattr(block, "restored"):
            block.restored()


def _install(name: str, block: Any, here: Arrays, arrays: Arrays) -> None:
    if not hasattr(block, "arrays"):
        _check_walked(name, here, arrays)
        return put_back(block, arrays)
    if hasattr(block, "resize_arrays"):
        block.resize_arrays({key: array.nbytes for key, array in arrays.items()})
        here = block.arrays()
    for key, place in here.items():
        saved = arrays[key]
        if place.dtype != saved.dtype or place.shape != saved.shape:
            raise SnapshotError(f"{name}.{key} is {place.dtype}{place.shape} here and {saved.dtype}{saved.shape} there")
        place[...] = saved
    return None


def _check_walked(name: str, here: Arrays, there: Arrays) -> None:
    """Numbers of Python objects: the same type and length, but for what may be missing and for lists and tables that grow."""
    for key, array in here.items():
        saved = there[key]
        grows = array.ndim == 2 or key.endswith(LISTS)
        optional = key.endswith(OPTIONAL) and saved.ndim == 1 and saved.size <= 1
        fits = saved.shape == array.shape or (grows and saved.ndim == array.ndim) or optional
        if saved.dtype.kind != array.dtype.kind or not fits:
            raise SnapshotError(f"{name}.{key} is {array.dtype}{array.shape} here and {saved.dtype}{saved.shape} there")
        if len(saved) > LONGEST_LIST or saved.shape[1:] != array.shape[1:]:
            raise SnapshotError(f"{name}.{key} is too long: {saved.shape}")


def _check_names(blocks: Mapping[str, Any], here: State, state: State) -> None:
    if set(blocks) != set(state):
        raise SnapshotError(f"taken of other blocks: {', '.join(sorted(set(blocks) ^ set(state)))}")
    for name, block in blocks.items():
        missing = {key for key in set(here[name]) ^ set(state[name]) if not key.startswith(GROWING)}
        if missing:
            raise SnapshotError(f"block {name} has other arrays: {', '.join(sorted(missing))}")
        for key in set(state[name]) - set(here[name]):
            if key not in DRAM_PAGES or not hasattr(block, "resize_arrays"):
                raise SnapshotError(f"block {name} has no {key!r}")
