"""Containers against the numbers of the original: classes, addresses, words, byte enables and what decoding gives."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import haldls
from halco import Enum, RangeError
from haldls.fields import Array, Group
from haldls.layout import set_slot

PYTHON_NAMES = {
    "cell": "cells",
    "enable_channels": "channel_status",
    "enable_transmission_without_idle_pattern": "enable_transmission_without_idls_pattern",
}
"""Fields that the records call by the name of the original's C++ function, not by that of its Python property."""

LOCAL_REGISTERS = {
    "SPIDACDataRegister": 8,
    "SPIDACControlRegister": 4,
    "I2CINA219RwRegister": 2,
    "I2CINA219RoRegister": 4,
    "I2CAD5252RwRegister": 2,
}
"""Backends whose addresses the records give within one device; the number of registers per device."""

FILE = Path(__file__).parent.parent / "golden" / "containers.jsonl.gz"
TARGETS = ("hardware", "simulation")


@cache
def records(kind: str) -> list[dict[str, Any]]:
    """All records of a kind, in the order of the file."""
    with gzip.open(FILE, "rt") as lines:
        return [record for record in map(json.loads, lines) if record["rec"] == kind]


def coordinate(cls: Any, enum: int) -> Any:
    """The coordinate of a container class that a record names by its number."""
    return cls.coordinate(Enum(enum)) if cls.coordinate.size > 1 else cls.coordinate()


def plain(value: Any) -> Any:
    """A field's value as the records write it."""
    if isinstance(value, bool):
        return value
    if isinstance(value, haldls.CapMemCell.Value | haldls.CapMemCell.DisableRefresh):
        return {"index": int(isinstance(value, haldls.CapMemCell.DisableRefresh)), "value": int(value)}
    return int(value)


def fields_of(container: Any) -> dict[str, Any]:
    """All fields of a container as the records write them."""
    if isinstance(container, haldls.PPUMemoryBlock):
        return {"words": [fields_of(word) for word in container.words]}
    if isinstance(container, haldls.CapMemBlock):
        return {"cells": [plain(cell.value) for cell in container.cells]}
    read = {field.name: _field(field, container) for field in type(container).fields()}
    if isinstance(container, haldls.PADIEvent):
        read |= {"hagen_address": int(container.hagen_address), "hagen_activation": int(container.hagen_activation)}
    return read


def _field(field: Any, container: Any) -> Any:
    value = getattr(container, field.name)
    if isinstance(field, Group):
        return [fields_of(one) for one in value]
    return [plain(one) for one in value] if isinstance(field, Array) else plain(value)


def build(name: str, fields: Any) -> Any:
    """The container that a record describes."""
    cls = getattr(haldls, name)
    if cls is haldls.PPUMemoryBlock:
        block = cls(len(fields["words"]))
        block.words = [haldls.PPUMemoryWord(word["value"]) for word in fields["words"]]
        return block
    container = cls()
    for key, value in fields.items() if isinstance(fields, dict) else ():
        _assign(container, PYTHON_NAMES.get(key, key), value)
    return container


def named(fields: dict[str, Any]) -> dict[str, Any]:
    """The fields of a record under their Python names."""
    return {PYTHON_NAMES.get(key, key): value for key, value in fields.items()}


def _assign(container: Any, key: str, value: Any) -> None:
    field = getattr(type(container), key)
    if isinstance(field, Group):
        setattr(container, key, [_struct(field.type, one) for one in value])
    elif isinstance(value, dict):
        setattr(container, key, _cell(value))
    elif not isinstance(field, property) and field.readonly:
        set_slot(container, field.slot, value)
    else:
        setattr(container, key, value)


def _cell(value: dict[str, int]) -> Any:
    return (haldls.CapMemCell.Value, haldls.CapMemCell.DisableRefresh)[value["index"]](value["value"])


def _struct(cls: Any, fields: dict[str, Any]) -> Any:
    made = cls()
    if "index" in fields:
        made.value = _cell(fields)
        return made
    for key, value in fields.items():
        setattr(made, key, value)
    return made


def local(addresses: Any, backend: str) -> list[int]:
    """Addresses as the records write them: within one device of the board."""
    return [int(address) % LOCAL_REGISTERS.get(backend, 1 << 32) for address in addresses]


def words_of(record: dict[str, Any]) -> list[list[int]]:
    """Written [address, word] or [address, word, byte enables]; a pack of spikes has one word per label."""
    if record["name"].startswith("SpikePack"):
        return [[record["w"][0][0], label] for label in record["w"][0][1]]
    return [[entry[0], int(entry[1] or 0), *entry[2:]] for entry in record["w"]]


def test_every_class_is_there() -> None:
    names = [record["name"] for record in records("class")]
    assert [cls.__name__ for cls in haldls.containers] == names
    assert len(names) == 107
    covered = {kind: {record["name"] for record in records(kind)} for kind in ("addr", "inst")}
    assert covered["addr"] == covered["inst"] == set(names)


@pytest.mark.parametrize("record", records("class"), ids=lambda record: record["name"])
def test_class(record: dict[str, Any]) -> None:
    cls = getattr(haldls, record["name"])
    assert cls.coordinate.__name__ == record["coordinate"]
    assert haldls.container_on[cls.coordinate] is cls
    assert (cls.backends[0], set(cls.backends)) == (record["default_backend"], set(record["backends"]))
    assert issubclass(cls, haldls.DifferentialWriteTrait) == cls.differential == record["differential"]
    assert set(cls.no_read_on) == {TARGETS[i] for i in record["unsupported_read_targets"]}
    assert set(cls.no_write_on) == {TARGETS[i] for i in record["unsupported_write_targets"]}


@pytest.mark.parametrize("record", records("class"), ids=lambda record: record["name"])
def test_ranges(record: dict[str, Any]) -> None:
    cls = getattr(haldls, record["name"])
    for name, description in named(record["fields"]).items():
        described = description.get("array", description) if isinstance(description, dict) else description
        field = getattr(cls, name, None)
        if not isinstance(described, dict) or isinstance(field, property) or field is None:
            continue
        if "ranged" in described:
            low, high = getattr(field.type, "min", 0), described["max"]
            assert (described["min"], field.type(high).value()) == (low, high)
            with pytest.raises(RangeError, match=rf"range overflow: {high + 1} > max\({high}\)"):
                field.type(high + 1)
        if "enum" in described:
            assert {member.name: int(member) for member in field.type} == described["values"]


@pytest.mark.parametrize("name", sorted({record["name"] for record in records("addr")}))
def test_addresses(name: str) -> None:
    cls = getattr(haldls, name)
    for record in (record for record in records("addr") if record["name"] == name):
        place, backend = coordinate(cls, record["coord"]), record["backend"]
        read = cls.read_access(place, backend)
        written = read if cls is haldls.PPUMemoryBlock else cls.write_addresses(int(place), backend)[0]
        if not name.startswith("SpikePack"):
            assert local(written, backend)[: len(record["w"])] == record["w"]
            assert len(written) == record["nw"]
        assert local(read, backend)[: len(record["r"])] == record["r"]
        assert len(read) == record["nr"]


@pytest.mark.parametrize("name", sorted({record["name"] for record in records("inst")}))
def test_encode(name: str) -> None:
    for record in (record for record in records("inst") if record["name"] == name):
        container, place = build(name, record["fields"]), coordinate(getattr(haldls, name), record["coord"])
        if name in ("ResetChip", "JTAGClockScaler") and record["k"] >= 0:  # the records do not say what they were set to
            container.set(record["w"][0][1])
        addresses, words, enables = container.write_access(place, record["backend"])
        expected = words_of(record)
        written = zip(local(addresses, record["backend"]), words.tolist(), enables.tolist(), strict=True)
        assert [list(entry[: len(wanted)]) for entry, wanted in zip(written, expected, strict=False)] == expected
        assert len(words) == (record["n"] if len(expected) == record.get("truncated") else len(expected))
        if isinstance(record["fields"], dict) and record["fields"]:
            assert fields_of(container) == named(record["fields"])


@pytest.mark.parametrize("name", sorted({record["name"] for record in records("decode")}))
def test_decode(name: str) -> None:
    for record in (record for record in records("decode") if record["name"] == name):
        container = getattr(haldls, name)()
        words, place = [word or 0 for word in record["words"]], coordinate(type(container), record["coord"])
        if "error" in record:
            with pytest.raises(RuntimeError) as caught:
                container.decode(words, place, record["backend"])
            assert str(caught.value).startswith(record["error"]) or not record["error"].startswith("range")
        else:
            container.decode(words, place, record["backend"])
            if isinstance(record["fields"], dict):
                assert fields_of(container) == named(record["fields"])


def test_arrays_of_words_decode_and_encode_as_single_ones_do() -> None:
    counted = Counter[str]()
    for record in records("decode"):
        cls = getattr(haldls, record["name"])
        if "error" in record or cls is haldls.PPUMemoryBlock or hasattr(cls, "_decode_hook") or cls.byte_lane or None in record["words"]:
            continue
        container = cls()
        container.decode(record["words"], coordinate(cls, record["coord"]), record["backend"])
        layout = cls.layout(record["backend"])
        if cls.unread_over:
            continue
        slots = layout.decode_array(np.array([record["words"]] * 3, dtype=np.uint32))
        decoded = {field.slot + i for field in cls.fields() if field.read_bits is not None for i in range(field.count)}
        assert all(slots[2, slot] == haldls.layout.get_slots(container)[slot] for slot in decoded)
        if layout.n_write:
            assert (
                layout.encode_array(haldls.layout.get_slots(container)[None])[0].tolist()
                == container.encode(backend=record["backend"]).tolist()
            )
        counted[record["name"]] += 1
    assert len(counted) > 60


@pytest.mark.parametrize("record", records("encodable"), ids=lambda record: record["name"])
def test_conditions(record: dict[str, Any]) -> None:
    condition = getattr(haldls, record["name"])()
    assert isinstance(condition, haldls.BlockUntil)
    assert condition.encode().tolist() == [int(entry[1]) for entry in record["w"]]
