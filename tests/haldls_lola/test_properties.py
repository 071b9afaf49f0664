"""What holds for every container class and all legal contents: reading back, arrays, stored forms, differential writes, ranges."""

import copy
import pickle
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import haldls
from fisch import decode_to_fpga
from halco import RangeError, Value
from haldls import lola
from haldls.errors import ContainerError, SerializationError
from haldls.layout import get_slots, set_slots
from haldls.lola.table import Coded, Composed, Member, Members
from stadls import PlaybackProgramBuilder

BLOCKS = (haldls.PPUMemoryBlock, lola.ExternalPPUMemoryBlock, lola.ExternalPPUDRAMMemoryBlock)
REGISTERS = [cls for cls in haldls.containers if cls not in BLOCKS]
COMPOSED = [cls for cls in lola.containers if issubclass(cls, Composed)]
EVERY = [*REGISTERS, *COMPOSED]
MODERATE = [cls for cls in EVERY if cls.layout().n_slots <= 20000]
"""Without whole matrices, routing tables and chips, whose parts are in the list."""

DIFFERENTIAL = [cls for cls in EVERY if cls.differential]
OMNIBUS_ADDRESS, OMNIBUS_DATA = 11, 12  # headers of the messages to the FPGA
seeds = st.integers(0, 2**32 - 1)


def each(classes: list[Any]) -> Any:
    return pytest.mark.parametrize("cls", classes, ids=lambda cls: cls.__name__)


def some(examples: int) -> Any:
    return settings(max_examples=examples, deadline=None, derandomize=True, database=None)


Ranges = tuple[np.ndarray[Any, Any], np.ndarray[Any, Any], dict[int, list[int]]]


@cache
def ranges(cls: Any) -> Ranges:
    """Smallest and largest legal integer of each slot, and the legal ones where these are not all between."""
    low, high, lists = [], [], {}
    for field in cls.fields():
        if (inner := nested(field)) is not None:
            first, last, listed = ranges(inner)
            times = field.count // len(first)
            low.append(np.tile(first, times))
            high.append(np.tile(last, times))
            lists |= {field.slot + time * len(first) + slot: found for time in range(times) for slot, found in listed.items()}
            continue
        legal = values(field)
        low.append(np.full(field.count, legal[0]))
        high.append(np.full(field.count, legal[-1]))
        if isinstance(legal, list):
            lists |= dict.fromkeys(range(field.slot, field.slot + field.count), legal)
    return np.concatenate([np.zeros(0, int), *low]), np.concatenate([np.zeros(0, int), *high]), lists


def nested(field: Any) -> Any:
    """The structure that a field holds one or several of."""
    return field.type if isinstance(field, Member | Members) or hasattr(field.type, "fields") else None


def values(field: Any) -> Any:
    """Legal integers of a field."""
    if isinstance(field, Coded):
        return sorted(field.codes.values())
    if field.allowed is not None:
        return sorted(field.allowed)
    if field.type is bool or field.choices is not None:
        return [0, 1] if field.type is bool else sorted(field.choices)
    kinds = field.type if isinstance(field.type, tuple) else (field.type,)
    return range(min(getattr(kind, "min", 0) for kind in kinds), max(getattr(kind, "max", 0xFFFFFFFF) for kind in kinds) + 1)


def random_container(cls: Any, seed: int) -> Any:
    """Any legal contents, extremes more often than by chance."""
    random = np.random.default_rng(seed)
    low, high, lists = ranges(cls)
    slots = random.integers(low, high, endpoint=True)
    slots = np.where(random.random(len(slots)) < 0.1, low, np.where(random.random(len(slots)) < 0.1, high, slots))
    for slot, legal in lists.items():
        slots[slot] = legal[int(slots[slot]) % len(legal)]
    made = cls()
    set_slots(made, slots)
    return made


def without_hidden(container: Any) -> Any:
    """A register says which cell of the capacitive memory is put out only while one is: so let one be."""
    quadrants = {
        haldls.CapMemBlockConfig: lambda: [container],
        lola.CapMem: lambda: container.blocks,
        lola.Chip: lambda: container.capmem.blocks,
    }
    inside = container.chip.capmem.blocks if hasattr(container, "chip") else []
    for quadrant in quadrants.get(type(container), lambda: inside)():
        quadrant.debug_readout_enable = True
    return container


def place(cls: Any, seed: int) -> Any:
    return cls.coordinate(seed % cls.coordinate.size)


READABLE = [cls for cls in COMPOSED if cls.layout().n_write == cls.layout().n_read > 0]


@each(READABLE)
@some(4)
@given(seed=seeds)
def test_decode_gives_back_what_was_encoded(cls: Any, seed: int) -> None:
    first = without_hidden(random_container(cls, seed))
    for backend in cls.backends:
        second = cls()
        second.decode(first.encode(place(cls, seed), backend), place(cls, seed), backend)
        assert second == first
        assert (second.encode(place(cls, seed), backend) == first.encode(place(cls, seed), backend)).all()


@each(MODERATE)
@some(4)
@given(seed=seeds)
def test_arrays_encode_and_decode_as_single_containers_do(cls: Any, seed: int) -> None:
    many = [random_container(cls, seed + i) for i in range(3)]
    for backend in cls.backends:
        layout = cls.layout(backend)
        if cls.byte_lane or hasattr(cls, "_encode_hook") or part_is_hooked(cls):
            continue
        words = layout.encode_array(np.stack([get_slots(one) for one in many]))
        assert all((row == one.encode(backend=backend)).all() for row, one in zip(words, many, strict=True))
        if layout.n_read == layout.n_write and backend not in cls.unread_over and cls is not haldls.SystimeSyncBase:
            read = [cls() for _ in many]
            for one, row in zip(read, words, strict=True):
                one.decode(row, backend=backend)
            decoded = layout.decode_array(words)
            known = np.array([held(field) for field in cls.fields() for _ in range(field.count)], dtype=bool)
            assert all((row[known] == get_slots(one)[known]).all() for row, one in zip(decoded, read, strict=True))


def held(field: Any) -> bool:
    """Whether decoding sets the slots of the field."""
    return nested(field) is not None or not hasattr(field, "read_bits") or field.read_bits is not None


def part_is_hooked(cls: Any) -> bool:
    return any(hasattr(part.container, "_encode_hook") or part_is_hooked(part.container) for part in getattr(cls, "parts", ()))


@each(EVERY)
@some(3)
@given(seed=seeds)
def test_copies_and_stored_forms_are_equal(cls: Any, seed: int) -> None:
    first = random_container(cls, seed)
    second, third = cls(), cls()
    haldls.from_portablebinary(second, haldls.to_portablebinary(first))
    third.__setstate__(first.__getstate__())
    for other in (second, third, pickle.loads(pickle.dumps(first)), copy.copy(first), copy.deepcopy(first)):
        assert other == first and other is not first


@each(MODERATE)
@some(2)
@given(seed=seeds)
def test_json_gives_back_the_container(cls: Any, seed: int) -> None:
    first, second = random_container(cls, seed), cls()
    haldls.from_json(second, haldls.to_json(first))
    assert second == first


@each([cls for cls in MODERATE if cls.fields()])
@some(2)
@given(seed=seeds)
def test_damaged_stored_forms_change_nothing(cls: Any, seed: int) -> None:
    first, other = random_container(cls, seed), random_container(cls, seed + 1)
    data = bytearray(haldls.to_portablebinary(other))
    data[seed % len(data)] ^= 1 << seed % 8
    before = copy.copy(first)
    try:
        haldls.from_portablebinary(first, bytes(data))
    except SerializationError:
        assert first == before
    else:
        assert data[0] == 0 or haldls.to_portablebinary(first) == bytes(data)  # without its first bit it is big-endian
    before = copy.copy(first)
    with pytest.raises(SerializationError, match=r"line \d+"):
        haldls.from_json(first, haldls.to_json(other).replace(": ", ":: ", seed % 3 + 3))
    assert first == before


def test_whole_chip_as_json() -> None:
    first, second = random_container(lola.Chip, 1), lola.Chip()
    lola.from_json(second, lola.to_json(first))
    assert second == first


def omnibus_writes(builder: PlaybackProgramBuilder) -> list[tuple[int, int]]:
    """Addresses and words of a program that only writes over the omnibus."""
    headers, payloads = decode_to_fpga(builder.words)
    assert set(headers.tolist()) <= {OMNIBUS_ADDRESS, OMNIBUS_DATA}
    return list(zip((payloads[0::2] & 0xFFFFFFFF).tolist(), payloads[1::2].tolist(), strict=True))


@each(DIFFERENTIAL)
@some(3)
@given(seed=seeds)
def test_a_differential_write_touches_the_words_that_differ(cls: Any, seed: int) -> None:
    reference, changed = random_container(cls, seed), random_container(cls, seed)
    slots, other = get_slots(changed), get_slots(random_container(cls, seed + 1))
    some_slots = np.random.default_rng(seed).random(len(slots)) < (0.5 if len(slots) < 100 else 0.01)
    set_slots(changed, np.where(some_slots, other, slots))
    coordinate = place(cls, seed)
    builder = PlaybackProgramBuilder()
    builder.write(coordinate, changed, reference)
    addresses, new, enables = changed.write_access(coordinate)
    _, old, old_enables = reference.write_access(coordinate)
    differing = (new != old) | (enables != old_enables)
    if cls.backends[0] != "Omnibus":  # registers behind a bus of the board: a sequence of messages for each word
        whole = PlaybackProgramBuilder()
        whole.write(coordinate, changed)
        sequences = np.split(whole.words, len(new))
        wanted = [message for sequence, differs in zip(sequences, differing, strict=True) if differs for message in sequence.tolist()]
        assert builder.words.tolist() == wanted
        return
    assert omnibus_writes(builder) == list(zip(addresses[differing].tolist(), new[differing].tolist(), strict=True))


def ranged() -> dict[Any, str]:
    """All ranged number classes of all fields, with where one is used."""
    found: dict[Any, str] = {}
    for cls in EVERY:
        for field in cls.fields():
            for kind in field.type if isinstance(field.type, tuple) else (field.type,):
                if isinstance(kind, type) and issubclass(kind, Value) and hasattr(kind, "size"):
                    found.setdefault(kind, f"{cls.__name__}.{field.name}")
    return found


@pytest.mark.parametrize("kind", ranged(), ids=lambda kind: kind.__qualname__)
@some(5)
@given(beyond=st.integers(1, 2**70))
def test_numbers_outside_the_range_are_refused(kind: Any, beyond: int) -> None:
    with pytest.raises((RuntimeError, OverflowError), match=rf"^range overflow: {kind.max + beyond} > max\({kind.max}\)"):
        kind(kind.max + beyond)
    with pytest.raises((RuntimeError, OverflowError), match=rf"^range underflow: {kind.min - beyond} < min\({kind.min}\)"):
        kind(kind.min - beyond)
    assert int(kind(kind.max)) == kind.max and int(kind(kind.min)) == kind.min


@each(MODERATE)
def test_fields_refuse_numbers_outside_their_range(cls: Any) -> None:
    made = cls()
    before = copy.copy(made)
    for field in cls.fields():
        legal = None if nested(field) or field.readonly or field.type is bool or field.choices else values(field)
        if legal is None or hasattr(field, "index"):
            continue
        for number in (legal[0] - 1, legal[-1] + 1):
            with pytest.raises((RangeError, ContainerError)):
                setattr(made, field.name, number)
    assert made == before
