"""Random containers and messages are the same after encoding and decoding."""

import random
from collections.abc import Callable
from enum import Enum
from math import ceil
from typing import Any

import numpy as np
from test_round_trip import SMALL, field_elements, stored

import fisch
import haldls
from figures.row import Row
from fisch import ut
from halco import Value
from haldls.fields import Array, Group

CONTAINERS, MESSAGES = 1_000_000, 1_000_000


def _draw(field: Any, chance: random.Random) -> Any:
    """A legal value of a field."""
    if isinstance(field, Group):
        return [container(field.type, chance) for _ in field_elements(field)]
    if isinstance(field, Array):
        return [_number(field, chance) for _ in range(field.count)]
    return _number(field, chance)


def _number(field: Any, chance: random.Random) -> Any:
    kind = chance.choice(field.type) if isinstance(field.type, tuple) else field.type
    if field.allowed is not None:
        return chance.choice(sorted(field.allowed))
    if kind is bool:
        return chance.random() < 0.5
    if issubclass(kind, Enum) or not issubclass(kind, Value):
        return chance.choice(list(kind))
    return kind(chance.randint(getattr(kind, "min", 0), getattr(kind, "max", 0xFFFFFFFF)))


def container(cls: Any, chance: random.Random) -> Any:
    """A container with random legal fields."""
    made = cls()
    for field in cls.fields():
        if stored(field):
            setattr(made, field.name, _draw(field, chance))
    if cls is haldls.CapMemBlockConfig and not made.debug_readout_enable:
        made.debug_capmem_coord = 0  # the register of the cell put out exists only while one is
    return made


def _checks(cls: Any, chance: random.Random) -> list[Callable[[], str]]:
    """For each way to the registers of a class, what tries one random container and names the fields that differ."""
    backends = [one for one in cls.backends if cls.layout(one).n_read and one not in cls.unread_over]
    fields = [field.name for field in cls.fields() if field.read_bits is not None or stored(field)]

    def check(backend: Any) -> str:
        made, place, read = container(cls, chance), cls.coordinate(chance.randrange(cls.coordinate.size)), cls()
        read.decode(made.encode(place, backend), place, backend)
        wrong = [name for name in fields if getattr(read, name) != getattr(made, name)]
        return f"{cls.__name__} at {place} over {backend}: {', '.join(wrong)}" if wrong else ""

    return [lambda backend=backend: check(backend) for backend in backends]  # type: ignore[misc]


def containers(cases: int, seed: int) -> Row:
    """Equally many of each field: what has many fields is drawn less often."""
    chance, faults, done, found = random.Random(seed), 0, 0, ""
    shares = [1 / (3 + sum(field.count for field in cls.fields())) for cls in SMALL]
    for cls, share in zip(SMALL, shares, strict=True):
        checks = _checks(cls, chance)
        for number in range(ceil(cases * share / sum(shares)) if checks else 0):
            wrong = checks[number % len(checks)]()
            done, faults, found = done + 1, faults + bool(wrong), found or wrong
    return Row(f"Random containers of {len(SMALL)} classes are the same after encoding and decoding", done, "containers", faults, found)


def messages(cases: int, seed: int) -> Row:
    """Messages to the FPGA as words and back."""
    chance = np.random.default_rng(seed)
    headers = chance.integers(0, len(ut.TO_FPGA), cases).astype(np.uint8)
    widths = np.array([(1 << message.payload_bits) - 1 for message in ut.TO_FPGA], np.uint64)
    payloads = chance.integers(0, 1 << 64, cases, dtype=np.uint64) & widths[headers]
    scans = headers == 3  # their length is a field
    payloads[scans] &= np.uint64(1 << 48 | (1 << 33) - 1)
    payloads[scans] |= chance.integers(3, 34, scans.sum(), dtype=np.uint64) << np.uint64(40)
    again = fisch.decode_to_fpga(fisch.encode_to_fpga(headers, payloads))
    wrong = (again[0] != headers) | (again[1] != payloads)
    return Row("Random messages to the FPGA are the same after encoding and decoding", cases, "messages", int(wrong.sum()))


def codec(scale: float, seed: int) -> list[Row]:
    """Both; a million each at scale 1."""
    return [containers(round(CONTAINERS * scale), seed), messages(round(MESSAGES * scale), seed)]
