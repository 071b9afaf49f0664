"""What happens to results in 8 bits, and sequences in files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grenade.execution import JITGraphExecutor
from grenade.hagen import HagenError, MatrixProduct
from grenade.hagen.steps import Addition, ArgMax, ConvertingReLU, Product, ReLU, Step, load, run, save, to_int8
from haldls.lola import Chip

NONE: Any = None
VALUES = np.array([[-200.0, -128, -1.5, -0.2], [0, 1.9, 100, 300]])


def test_numbers_are_rounded_down_and_limited() -> None:
    assert to_int8(VALUES).tolist() == [[-128, -128, -2, -1], [0, 1, 100, 127]]


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        (ReLU(), [[0, 0, 0, 0], [0, 1, 100, 127]]),
        (ConvertingReLU(), [[0, 0, 0, 0], [0, 0, 25, 31]]),
        (ConvertingReLU(0), [[0, 0, 0, 0], [0, 1, 31, 31]]),
        (ConvertingReLU(40), [[0, 0, 0, 0], [0, 0, 0, 0]]),
        (Addition(np.array([1, -2, 3, 4], np.int16)), [[-127, -128, 1, 3], [1, -1, 103, 127]]),
        (ArgMax(), [[3], [3]]),
    ],
)
def test_steps(step: Step, expected: list[list[int]]) -> None:
    assert step.run(NONE, NONE, VALUES).tolist() == expected


def test_the_first_maximum_counts() -> None:
    assert ArgMax().run(NONE, NONE, np.array([[1.9, 5.2, 5.9, 5.1]])).tolist() == [[1]]


def test_sequences_are_stored(tmp_path: Path) -> None:
    product = MatrixProduct(np.arange(6).reshape(3, 2) - 3, 4, 7)
    steps: list[Step] = [Product(product), ReLU(), ConvertingReLU(3), Addition(np.array([1, 2], np.int16)), ArgMax()]
    save(steps, tmp_path / "sequence")
    found = load(tmp_path / "sequence")
    assert [one.name for one in found] == ["mac", "relu", "converting_relu", "add", "argmax"]
    again = found[0].state()
    assert again["weights"].tolist() == product.weights.tolist() and (again["num_sends"], again["wait_between_events"]) == (4, 7)
    assert found[2:4] != steps or found[2] == steps[2]
    values = np.array([[-3.0, 40], [90, 6]])
    assert run(found[1:], NONE, NONE, values).tolist() == run(steps[1:], NONE, NONE, values).tolist() == [[1], [0]]
    save([], tmp_path / "empty")
    assert load(tmp_path / "empty") == []


def test_a_stored_sequence_runs_on_the_chip(tmp_path: Path, executor: JITGraphExecutor, chip: Chip) -> None:
    save([Product(MatrixProduct([[60, -60]] * 50)), ConvertingReLU(1), Product(MatrixProduct([[63], [0]], 20))], tmp_path / "sequence")
    found = run(load(tmp_path / "sequence"), executor, chip, np.full((5, 50), 20))
    assert found.shape == (5, 1) and (found > 20).all()


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04"])
def test_other_files_are_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "other").write_bytes(content)
    with pytest.raises(HagenError, match="holds no sequence"):
        load(tmp_path / "other")
    with pytest.raises(HagenError, match=r"cannot be read from .*No such file"):
        load(tmp_path / "missing")


def test_refused_steps() -> None:
    with pytest.raises(HagenError, match="Non-negative shift"):
        ConvertingReLU(-1)
    with pytest.raises(HagenError, match="3 values cannot be added to 4"):
        Addition(np.zeros(3, np.int16)).run(NONE, NONE, np.zeros((1, 4)))
