"""Dumped writes and whole programs as text and bytes.

The functions are called as the original's; the formats are our own, as those of the containers (`haldls.serialize`). What was written here
can be read here, and a container that has changed since is refused rather than misread.
"""

from __future__ import annotations

import json
import zlib
from base64 import b64decode, b64encode
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

import halco
from halco import AtomicNeuronOnDLS, CompartmentOnLogicalNeuron, LogicalNeuronOnDLS
from halco._core import Value, shown
from halco.typed_array import ArrayError
from haldls import Timer
from haldls import from_json as container_from_json
from haldls import to_json as container_to_json
from haldls.container import Container
from stadls.dumper import DumperDone, Pair, PlaybackProgramBuilderDumper, stands_on
from stadls.errors import SerializationError, StadlsError
from stadls.lookup import container_named
from stadls.program import PlaybackProgram

_WAIT = Timer.Value.__qualname__

_MAGIC = b"hicannx "

Storable = DumperDone | PlaybackProgramBuilderDumper | PlaybackProgram


def to_json(stored: Storable) -> str:
    """The class and everything in it as JSON: of a dumper the containers' fields, of a program words and responses.

    >>> from halco import CapMemCellOnDLS
    >>> from haldls import CapMemCell
    >>> done = DumperDone()
    >>> done.values = [(CapMemCellOnDLS(3), CapMemCell(5))]
    >>> to_json(done)
    '{"DumperDone": [["CapMemCellOnDLS", 3, {"CapMemCell": {"value": 5}}]]}'
    """
    name, write, _ = _ways(stored)
    return f'{{"{name}": {write(stored)}}}'


def from_json(stored: Storable, text: str) -> None:
    """Sets everything from what `to_json` gave.

    Raises SerializationError for another class or unknown contents, and what a container raises for values that it cannot hold; the object
    then stays as it was.
    """
    name, _, read = _ways(stored)
    try:
        ((found, contents),) = json.loads(text).items()
    except (ValueError, AttributeError, TypeError, RecursionError) as error:
        raise SerializationError(f"this is not the JSON of a {name}: {str(text)[:40]!r}") from error
    if found != name:
        raise SerializationError(f"a {found} cannot be read into a {name}")
    try:
        read(stored, contents)
    except (LookupError, TypeError, ValueError, AttributeError, RecursionError, ArrayError) as error:
        if isinstance(error, StadlsError):
            raise
        raise SerializationError(f"this {name} cannot be read: {error}") from error


def to_portablebinary(stored: Storable) -> bytes:
    """The same as `to_json` in few bytes: what the containers pickle, compressed together."""
    name, write, _ = _ways(stored)
    content = write(stored).encode() if isinstance(stored, PlaybackProgram) else _packed(stored._pairs)
    return b"\0".join([_MAGIC + name.encode(), zlib.compress(content, 1)])


def from_portablebinary(stored: Storable, data: bytes) -> None:
    """Sets everything from what `to_portablebinary` gave. Errors as `from_json`; containers with other fields than then are refused."""
    name, _, read = _ways(stored)
    header, _, packed = bytes(data).partition(b"\0")
    if header != _MAGIC + name.encode():
        raise SerializationError(f"these {len(data)} bytes are not a {name}")
    try:
        content = zlib.decompress(packed)
        if isinstance(stored, PlaybackProgram):
            read(stored, json.loads(content))
        else:
            stored._pairs = _unpacked(content)
    except (zlib.error, LookupError, TypeError, ValueError, AttributeError, RecursionError, ArrayError) as error:
        if isinstance(error, StadlsError):
            raise
        raise SerializationError(f"the {len(data)} bytes of this {name} are damaged: {error}") from error


def _ways(stored: Any) -> tuple[str, Callable[[Any], str], Callable[[Any, Any], None]]:
    """Name, writer and reader of what can be stored. Raises SerializationError for anything else."""
    if isinstance(stored, DumperDone | PlaybackProgramBuilderDumper):
        return type(stored).__name__, _pairs_text, _take_pairs
    if isinstance(stored, PlaybackProgram):
        return type(stored).__name__, _program_text, _take_program
    raise SerializationError(f"a DumperDone, PlaybackProgramBuilderDumper or PlaybackProgram is needed, not {stored!r}")


# --------------------------------------------------------------------------------------------------------------------------- dumpers
def _pairs_text(stored: DumperDone | PlaybackProgramBuilderDumper) -> str:
    entries = [
        f'["{type(coordinate).__name__}", {json.dumps(_coordinate_state(coordinate))}, {_content_text(content)}]'
        for coordinate, content in stored._pairs
    ]
    return f"[{', '.join(entries)}]"


def _coordinate_state(coordinate: Any) -> Any:
    """The number of a coordinate, or names and numbers of what it is made of; of a logical neuron, its circuits by compartment."""
    if isinstance(coordinate, LogicalNeuronOnDLS):
        return {int(index): [int(circuit) for circuit in circuits] for index, circuits in coordinate.get_placed_compartments().items()}
    kind, number = type(coordinate), int(coordinate)
    if not kind.is_interval and kind(number) == coordinate:
        return number
    parts = coordinate.__reduce__()[1]  # intervals, and what is made of one, count their enums in another way
    return [part if isinstance(part, int) else [type(part).__name__, _coordinate_state(part)] for part in parts]


def _content_text(content: Any) -> str:
    return json.dumps({_WAIT: int(content)}) if isinstance(content, Timer.Value) else container_to_json(content)


def _take_pairs(stored: DumperDone | PlaybackProgramBuilderDumper, entries: Any) -> None:
    if not isinstance(entries, list):
        raise SerializationError(f"a list of entries is needed, not {shown(entries)}")
    stored._pairs = [_pair(*entry) for entry in entries]


def _pair(name: str, state: Any, described: dict[str, Any]) -> Pair:
    content = _content(described)
    kind = stands_on(content)
    if kind.__name__ != name:
        raise SerializationError(f"{type(content).__qualname__} stands on {kind.__name__}, not on {name}")
    return _coordinate(kind, state), content


def _content(described: dict[str, Any]) -> Any:
    ((name, state),) = described.items()
    if name == _WAIT:
        return Timer.Value(state)
    kind = container_named(name)
    if kind is None:
        raise SerializationError(f"there is no container {name}")
    content: Container = kind()
    container_from_json(content, json.dumps(described))
    return content


def _coordinate(kind: Any, state: Any) -> Any:
    if kind is LogicalNeuronOnDLS and isinstance(state, dict):
        circuits = {index: [AtomicNeuronOnDLS(number) for number in numbers] for index, numbers in state.items()}
        return LogicalNeuronOnDLS._of({CompartmentOnLogicalNeuron(int(index)): placed for index, placed in circuits.items()})
    if not isinstance(state, list):
        return kind(state)
    return kind(*(part if isinstance(part, int) else _coordinate(_coordinate_class(part[0]), part[1]) for part in state))


def _coordinate_class(name: str) -> Any:
    found = getattr(halco, name, None)
    if not (isinstance(found, type) and issubclass(found, Value)):
        raise SerializationError(f"there is no coordinate {name}")
    return found


def _packed(pairs: list[Pair]) -> bytes:
    """Classes with a mark of their fields, then coordinates and sizes, then what the containers pickle."""
    classes: dict[Any, int] = {}
    entries, states = [], []
    for coordinate, content in pairs:
        state = int(content).to_bytes(4) if isinstance(content, Timer.Value) else content.__getstate__()
        entries.append([classes.setdefault(type(content), len(classes)), _coordinate_state(coordinate), len(state)])
        states.append(state)
    head = json.dumps({"classes": [[kind.__qualname__, _mark(kind)] for kind in classes], "entries": entries}).encode()
    return b"".join([len(head).to_bytes(8), head, *states])


def _unpacked(content: bytes) -> list[Pair]:
    position = 8 + int.from_bytes(content[:8])
    head = json.loads(content[8:position])
    kinds = [_marked_class(*marked) for marked in head["classes"]]
    pairs = []
    for number, coordinate, size in head["entries"]:
        if type(size) is not int or not 0 <= size <= len(content) - position:
            raise SerializationError(f"an entry of {shown(size)} bytes does not fit")
        made = _from_state(kinds[number], content[position : position + size])
        pairs.append((_coordinate(stands_on(made), coordinate), made))
        position += size
    return pairs


def _mark(kind: Any) -> int:
    """Changes when the fields of a container do."""
    return 0 if kind is Timer.Value else int(kind._fingerprint())


def _marked_class(name: str, mark: int) -> Any:
    kind = Timer.Value if name == _WAIT else container_named(name)
    if kind is None or _mark(kind) != mark:
        raise SerializationError(f"{name} had other fields when this was stored, or is unknown")
    return kind


def _from_state(kind: Any, state: bytes) -> Any:
    if kind is Timer.Value:
        return Timer.Value(int.from_bytes(state))
    made = kind()
    made.__setstate__(state)
    return made


# --------------------------------------------------------------------------------------------------------------------------- programs
def _program_text(program: PlaybackProgram) -> str:
    return json.dumps({name: _plain(value) for name, value in program.state().items()})


def _plain(value: Any) -> Any:
    """Arrays as the text of their bytes and type."""
    if not isinstance(value, np.ndarray):
        return value
    return {"dtype": _type(value.dtype), "data": b64encode(np.ascontiguousarray(value).tobytes()).decode()}


def _type(kind: np.dtype[Any]) -> Any:
    """A type as numpy describes it: a name, or names and types of the fields."""
    return kind.descr if kind.names else kind.str


def _take_program(program: PlaybackProgram, described: dict[str, Any]) -> None:
    program.take_state({name: _restored(value) for name, value in described.items()})


def _restored(value: Any) -> Any:
    if not isinstance(value, dict) or set(value) != {"dtype", "data"}:
        return value
    described = value["dtype"]
    kind = np.dtype(described) if isinstance(described, str) else np.dtype([tuple(field) for field in described])
    array: NDArray[Any] = np.frombuffer(b64decode(value["data"]), kind).copy()
    return array
