"""Every coordinate of the original: kind, range, parts, names and conversions.

tests/golden/coordinates.jsonl.gz describes all 307 numbered coordinates; a conversion is [class, first number, count, SHA-256 over the
int64 table, samples]. coordinates_original.jsonl.gz holds what the original software computes for half of them, as full tables.
"""

import gzip
import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import halco
from halco import retired, vector_generator


def rows(name: str) -> list[dict[str, Any]]:
    with gzip.open(Path(__file__).parents[1] / "golden" / f"{name}.jsonl.gz", "rt") as lines:
        return [json.loads(line) for line in lines]


ALL = rows("coordinates")
ORIGINAL = rows("coordinates_original")
CONVERSIONS = [(row["name"], method, *expected) for row in ALL for method, expected in row["to"].items()]


def named(row: dict[str, Any]) -> str:
    return row["name"]


@pytest.mark.parametrize("row", ALL, ids=named)
def test_kind_range_and_default(row):
    cls = getattr(halco, row["name"])
    assert issubclass(cls, halco.Coordinate) == row["container"]
    assert (cls.min, cls.max) == (row["min"], row["max"])
    assert repr(cls()) == row["repr"]
    assert int(cls()) == row.get("default", 0)
    kind = {"linear": halco.Linear, "basetype": halco.BaseType, "grid2d": halco.Grid, "mixin": halco.Mixin, "interval": halco.Interval}
    assert issubclass(cls, kind[row["kind"]])


@pytest.mark.parametrize("row", [row for row in ALL if row["kind"] in ("grid2d", "mixin", "interval")], ids=named)
def test_parts(row):
    cls = getattr(halco, row["name"])
    for part, attribute in (
        ("x", "x_type"),
        ("y", "y_type"),
        ("local", "local_type"),
        ("mixed_in", "mixed_in_type"),
        ("bound", "bound_type"),
    ):
        if part in row:
            assert getattr(cls, attribute) is getattr(halco, row[part])


@pytest.mark.parametrize("row", [row for row in ALL if "constants" in row], ids=named)
def test_named_positions(row):
    cls = getattr(halco, row["name"])
    for name, number in row["constants"].items():
        expected = cls(*number) if isinstance(number, list) else cls(number)
        assert type(getattr(cls, name)) is cls
        assert getattr(cls, name) == expected


def as_table(values: Any) -> Any:
    return values.tolist() if isinstance(values, np.ndarray) else values


@pytest.mark.parametrize(
    "name, method, target, first, count, digest, samples", CONVERSIONS, ids=lambda value: value if isinstance(value, str) else ""
)
def test_conversion(name, method, target, first, count, digest, samples):
    cls = getattr(halco, name)
    for number, expected in samples.items():
        result = getattr(cls(int(number)), method)()
        if isinstance(expected, list):
            assert [int(each) for each in result] == expected
        elif expected is None or target == "bool":
            assert result == expected
        else:
            assert type(result) is getattr(halco, target, type(result))
            assert int(result) == expected
    if method.startswith("to"):
        table = cls.convert(method.removeprefix("to"), np.arange(first, first + count, dtype=np.int64))
        assert hashlib.sha256(np.ascontiguousarray(table, dtype="<i8").tobytes()).hexdigest()[:16] == digest


def plain(result: Any) -> Any:
    """A result as the original's table shows it: the value, element by element where there are several."""
    if isinstance(result, (list, halco.TypedArray)):
        return [plain(each) for each in result]
    return result.value() if isinstance(result, halco.Value) else result


def computed(cls: type, method: str, number: int) -> Any:
    """What we compute; None where there is no such position, as for intervals that leave their range."""
    try:
        position = cls(number)
    except halco.RangeError:
        return None
    return plain(getattr(position, method)())


@pytest.mark.parametrize("row", ORIGINAL, ids=named)
def test_against_the_original(row):
    cls = getattr(halco, row["name"])
    first = row.get("min", 0)
    assert repr(cls(first)) == row["repr0"]
    for method, table in row["conv"].items():
        points = list(enumerate(table["table"], first)) if "table" in table else table["samples"]
        assert points
        for number, expected in points:
            assert computed(cls, method, number) == expected, (method, number)


@pytest.mark.parametrize("row", [row for row in ORIGINAL if "xy" in row], ids=named)
def test_grid_against_the_original(row):
    cls = getattr(halco, row["name"])
    points = enumerate(row["xy"]["table"]) if "table" in row["xy"] else row["xy"]["samples"]
    for number, (x, y) in points:
        position = cls(x, y)
        assert (int(position), int(position.x()), int(position.y())) == (number, x, y)


def test_the_coordinate_export_is_complete():
    import pyhalco_hicann_dls_vx_v3 as original_name

    logical = {"LogicalNeuronCompartments", "LogicalNeuronOnDLS", "Coordinate"}
    exported = {name for name in dir(original_name) if name[0].isupper()}
    of_the_containers = {
        name
        for module in (retired, vector_generator)
        for name, cls in vars(module).items()
        if isinstance(cls, type) and cls.__module__ == module.__name__
    }
    assert exported == {row["name"] for row in ALL if row["exported"]} | logical | of_the_containers and len(of_the_containers) == 62
