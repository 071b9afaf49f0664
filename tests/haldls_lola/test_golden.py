"""Composed containers against the words of the original software (tests/golden/lola.jsonl.gz).

`class` records hold what the class stands on, `addr` the accessed addresses of some coordinates, `inst` fields and the
accesses they encode to, `decode` words and the fields they decode to. Hashes are over the text "address,word,byte enables;"
of every access (without byte enables except on the omnibus), or "address;" of the first `LISTED` addresses. The addresses of
the board's converters are recorded within one device.
"""

import gzip
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from halco import DACChannelOnBoard, Enum, iter_all
from haldls import CapMemCell, lola
from haldls.fields import Array, Field
from haldls.lola.table import Member, Members, Numbers

with gzip.open(Path(__file__).parents[1] / "golden" / "lola.jsonl.gz", "rt") as lines:
    ROWS = [json.loads(line) for line in lines if '"name":"LogicalNeuron"' not in line]

LISTED = 3000
WITHIN_DEVICE = {"SPIDACDataRegister": 7, "SPIDACControlRegister": 3}


def records(kind: str) -> Any:
    chosen = [row for row in ROWS if row["rec"] == kind]
    names = [f"{row['name']}-{row.get('backend', '')}-{number}" for number, row in enumerate(chosen)]
    return pytest.mark.parametrize("row", chosen, ids=names)


def fnv1a64(text: str) -> int:
    value = 1469598103934665603
    for byte in text.encode():
        value = (value ^ byte) * 1099511628211 & 0xFFFFFFFFFFFFFFFF
    return value


def place(row: dict[str, Any], number: int) -> tuple[Any, Any]:
    cls = getattr(lola, row["name"])
    return cls, cls.coordinate(Enum(number)) if cls.coordinate.size > 1 else cls.coordinate()


def fill(container: Any, fields: dict[str, Any]) -> None:
    """Assigns fields through the attributes users see."""
    for name, value in expected(fields).items():
        if isinstance(value, dict) and "index" not in value:
            fill(getattr(container, name), value)
        elif isinstance(value, list) and isinstance(value[0], dict) and "index" not in value[0]:
            fill_each(container, name, value)
        elif isinstance(value, list):
            setattr(container, name, [of(one) for one in value])
        else:
            setattr(container, name, of(value))


def fill_each(container: Any, name: str, values: list[dict[str, Any]]) -> None:
    if isinstance(container, lola.ExternalPPUMemoryBlock | lola.ExternalPPUDRAMMemoryBlock):
        container.from_numpy(np.array([value["value"] for value in values], dtype=np.uint8))
        return
    for element, value in zip(getattr(container, name), values, strict=True):
        fill(element, value)


def of(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return CapMemCell.DisableRefresh() if value["index"] else value["value"]


def plain(value: Any) -> Any:
    """A value as the records write it."""
    if isinstance(value, CapMemCell.Value | CapMemCell.DisableRefresh):
        return {"index": int(isinstance(value, CapMemCell.DisableRefresh)), "value": int(value)}
    return bool(value) if isinstance(value, bool) else int(value)


def fields_of(container: Any) -> dict[str, Any]:
    if isinstance(container, lola.ExternalPPUMemoryBlock | lola.ExternalPPUDRAMMemoryBlock):
        return {"bytes": [{"value": int(byte.value)} for byte in container.bytes]}
    return {field.name: read(field, getattr(container, field.name)) for field in container.fields()}


def read(field: Field, value: Any) -> Any:
    if isinstance(field, Member):
        return fields_of(value)
    if isinstance(field, Members):
        return [fields_of(element) for element in value]
    if isinstance(field, Numbers):
        return value.to_numpy().tolist()
    return [plain(element) for element in value] if isinstance(field, Array) else plain(value)


def expected(fields: dict[str, Any]) -> dict[str, Any]:
    """Without the voltages [V] of the board's converters, which the records list beside the codes they follow from."""
    return {name: value for name, value in fields.items() if name != "voltage"}


@records("class")
def test_class(row: dict[str, Any]) -> None:
    cls = getattr(lola, row["name"])
    assert cls.coordinate.__name__ == row["coordinate"]
    assert cls.backends[0] == row["default_backend"] and set(cls.backends) == set(row["backends"])
    assert cls.differential == row["differential"]
    assert ("hardware" in cls.no_read_on, "simulation" in cls.no_read_on) == tuple(
        kind in row["unsupported_read_targets"] for kind in (0, 1)
    )
    assert not cls.no_write_on and not row["unsupported_write_targets"]


@records("addr")
def test_addresses(row: dict[str, Any]) -> None:
    mask = WITHIN_DEVICE.get(row["backend"], 0xFFFFFFFF)
    for number, writes, reads, write_hash, read_hash in row["at"]:
        cls, coordinate = place(row, number)
        read_at = cls.read_access(coordinate, row["backend"])
        written = read_at if "MemoryBlock" in row["name"] else cls.layout(row["backend"]).addresses([number], True)[0]
        assert (len(written), len(read_at)) == (writes, reads)
        assert fnv1a64("".join(f"{address & mask};" for address in written[:LISTED].tolist())) == int(write_hash)
        if read_hash is not None:
            assert fnv1a64("".join(f"{address};" for address in read_at[:LISTED].tolist())) == int(read_hash)


@records("inst")
def test_encoding(row: dict[str, Any]) -> None:
    cls, coordinate = place(row, row["coord"])
    container = cls(coordinate.length()) if "MemoryBlock" in row["name"] else cls()
    if row["default"] and row["fields"]:
        assert fields_of(container) == expected(row["fields"])
    fill(container, row["fields"] or {})
    addresses, words, enables = container.write_access(coordinate, row["backend"])
    addresses = addresses & np.uint32(WITHIN_DEVICE.get(row["backend"], 0xFFFFFFFF))
    columns = (addresses, words, enables) if row["backend"] == "Omnibus" else (addresses, words)
    accesses = [list(access) for access in zip(*(column.tolist() for column in columns), strict=True)]
    assert len(accesses) == row["n"]
    if "w" in row:
        assert accesses == row["w"]
    else:
        assert fnv1a64("".join(",".join(map(str, access)) + ";" for access in accesses)) == int(row["fnv1a64"])


@records("decode")
def test_decoding(row: dict[str, Any]) -> None:
    cls, coordinate = place(row, row["coord"])
    container, words = cls(), np.array(row["words"], dtype=np.uint32)
    if "error" in row:
        with pytest.raises(RuntimeError, match=re.escape(row["error"])):
            container.decode(words, coordinate, row["backend"])
        return
    container.decode(words, coordinate, row["backend"])
    assert fields_of(container) == expected(row["fields"])


VOLTAGES = [row for row in ROWS if row["name"] == "DACChannelBlock" and row["rec"] == "inst"]


@pytest.mark.parametrize("row", VOLTAGES)
def test_voltages(row: dict[str, Any]) -> None:
    block = lola.DACChannelBlock()
    block.value = row["fields"]["value"]
    for channel, voltage in zip(iter_all(DACChannelOnBoard), row["fields"]["voltage"], strict=True):
        if voltage is None:
            with pytest.raises(ValueError, match="regulator"):
                block.get_voltage(channel)
        else:
            assert block.get_voltage(channel) == pytest.approx(voltage, rel=1e-12, abs=1e-12)
