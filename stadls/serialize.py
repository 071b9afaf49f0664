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

from halco import AtomicNeuronOnDLS, CompartmentOnLogicalNeuron, LogicalNeuronOnDLS
from haldls import Timer
from haldls import from_json as container_from_json
from haldls import to_json as container_to_json
from haldls.container import Container
from stadls.dumper import DumperDone, Pair, PlaybackProgramBuilderDumper, stands_on
from stadls.errors import SerializationError, StadlsError
from stadls.lookup import container_named
from stadls.program import PlaybackProgram

_WAIT = Timer.Value.__qualname__

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
    except (ValueError, AttributeError) as error:
        raise SerializationError(f"this is not the JSON of a {name}: {str(text)[:40]!r}") from error
    if found != name:
        raise SerializationError(f"a {found} cannot be read into a {name}")
    try:
        read(stored, contents)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        if isinstance(error, StadlsError):
            raise
        raise SerializationError(f"this {name} cannot be read: {error}") from error


def to_portablebinary(stored: Storable) -> bytes:
    """The same as `to_json`, compressed."""
    return zlib.compress(to_json(stored).encode())


def from_portablebinary(stored: Storable, data: bytes) -> None:
    """Sets everything from what `to_portablebinary` gave. Errors as `from_json`."""
    try:
        text = zlib.decompress(data).decode()
    except (zlib.error, UnicodeDecodeError) as error:
        raise SerializationError(f"these {len(data)} bytes are not a {type(stored).__name__}") from error
    from_json(stored, text)


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
    """The number of a coordinate; of a logical neuron, the numbers of its circuits by compartment."""
    if isinstance(coordinate, LogicalNeuronOnDLS):
        return {int(index): [int(circuit) for circuit in circuits] for index, circuits in coordinate.get_placed_compartments().items()}
    return int(coordinate)


def _content_text(content: Any) -> str:
    return json.dumps({_WAIT: int(content)}) if isinstance(content, Timer.Value) else container_to_json(content)


def _take_pairs(stored: DumperDone | PlaybackProgramBuilderDumper, entries: Any) -> None:
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
    if not isinstance(state, dict):
        return kind(state)
    circuits = {index: [AtomicNeuronOnDLS(number) for number in numbers] for index, numbers in state.items()}
    return LogicalNeuronOnDLS._of({CompartmentOnLogicalNeuron(int(index)): placed for index, placed in circuits.items()})


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
