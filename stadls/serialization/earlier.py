"""What the emulator stored before it spoke the original's formats: read for all objects, and still written for programs that have run.

The original's form of responses is not known.
"""

from __future__ import annotations

import json
import zlib
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

import halco
from fisch import decode_to_fpga, encode_to_fpga
from fisch.program import CLASSES
from halco import AtomicNeuronOnDLS, CompartmentOnLogicalNeuron, LogicalNeuronOnDLS
from halco.value import Value, shown
from haldls import Timer
from haldls.container import Container
from haldls.serialization import earlier as containers
from stadls.dumper import DumperDone, Pair, PlaybackProgramBuilderDumper, stands_on
from stadls.errors import SerializationError
from stadls.lookup import container_named
from stadls.program import PlaybackProgram

_WAIT = Timer.Value.__qualname__

Storable = DumperDone | PlaybackProgramBuilderDumper | PlaybackProgram


def is_text(text: str) -> bool:
    """Whether a text is of the earlier form: its first member is called as a class."""
    return containers.is_text(text)


def is_binary(data: bytes) -> bool:
    """Whether bytes are of the earlier form."""
    return containers.is_binary(data)


def to_json(program: PlaybackProgram) -> str:
    """A program with its responses as JSON."""
    return f'{{"{type(program).__name__}": {_program_text(program)}}}'


def from_json(stored: Storable, text: str) -> None:
    """Sets everything from JSON. Raises SerializationError for another class or unknown contents; the object then stays as it was."""
    name = type(stored).__name__
    try:
        ((found, contents),) = json.loads(text).items()
    except (ValueError, AttributeError, RecursionError) as error:
        raise SerializationError(f"this is not the JSON of a {name}: {text[:40]!r}") from error
    if found != name:
        raise SerializationError(f"a {found[:60]} cannot be read into a {name}")
    with _errors_of(stored):
        _read(stored)(stored, contents)


def _read(stored: Storable) -> Callable[[Any, Any], None]:
    return _take_program if isinstance(stored, PlaybackProgram) else _take_pairs


def to_portablebinary(program: PlaybackProgram) -> bytes:
    """The same as `to_json`, compressed."""
    return b"\0".join([containers.MAGIC + type(program).__name__.encode(), zlib.compress(_program_text(program).encode(), 1)])


def from_portablebinary(stored: Storable, data: bytes) -> None:
    """Sets everything from bytes. Errors as `from_json`; containers with other fields than then are refused."""
    name = type(stored).__name__
    header, _, packed = data.partition(b"\0")
    if header != containers.MAGIC + name.encode():
        raise SerializationError(f"these {len(data)} bytes are not a {name}")
    with _errors_of(stored):
        content = containers.unpacked(packed)
        if isinstance(stored, PlaybackProgram):
            _take_program(stored, json.loads(content))
        else:
            stored._pairs = _unpacked(content)


@contextmanager
def _errors_of(stored: Storable) -> Iterator[None]:
    """Whatever damaged contents lead to becomes a SerializationError."""
    try:
        yield
    except SerializationError:
        raise
    except (RuntimeError, zlib.error, LookupError, TypeError, ValueError, AttributeError) as error:
        raise SerializationError(f"this {type(stored).__name__} cannot be read: {error}") from error


# --------------------------------------------------------------------------------------------------------------------------- dumpers
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
    containers.from_json(content, json.dumps(described))
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
    containers.replace(made, lambda one: one.__setstate__(state))
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
    made = PlaybackProgram()
    arrays = made.arrays()
    made.take_state({name: _restored(value, arrays[name]) if name in arrays else value for name, value in described.items()})
    if not np.array_equal(encode_to_fpga(*decode_to_fpga(made.words)), made.words):
        raise SerializationError("the words of this PlaybackProgram hold more than their messages")
    for index, kind in enumerate(CLASSES):
        if type(described["expected"][index]) is not int or made.n_responses(kind) != len(made.response_times(kind)):
            raise SerializationError(f"the {kind.name.lower()} responses of this PlaybackProgram do not fit together")
    if not made.ran and any(name != "words" and value.tobytes() != arrays[name].tobytes() for name, value in made.arrays().items()):
        raise SerializationError("this PlaybackProgram has not run, but has responses")
    vars(program).update(vars(made))


def _restored(value: Any, like: NDArray[Any]) -> NDArray[Any]:
    """An array out of the text of its bytes. Raises SerializationError for one of another type."""
    if json.dumps(value["dtype"]) != json.dumps(_type(like.dtype)):
        raise SerializationError(f"an array of {like.dtype} is needed, not of {str(value['dtype'])[:60]}")
    array: NDArray[Any] = np.frombuffer(b64decode(value["data"]), like.dtype).copy()
    return array
