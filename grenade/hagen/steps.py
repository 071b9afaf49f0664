"""What happens to results of products between two of them, in 8 bits, and sequences of all these steps. (facts: clients/hxtorch_jaxsnn 2.3)

On the real system the experiment layer computes them on the host, too.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Protocol
from zipfile import BadZipFile

import numpy as np
from numpy.typing import ArrayLike, NDArray

from grenade.execution.connection import JITGraphExecutor
from grenade.hagen.errors import HagenError, OperandError
from grenade.hagen.limits import ACTIVATION_MAX, RESULT_MAX, RESULT_MIN
from grenade.hagen.product import MatrixProduct
from haldls.lola import Chip

__all__ = ["Addition", "ArgMax", "ConvertingReLU", "Product", "ReLU", "Step", "load", "run", "save"]


class Step(Protocol):
    """One step: `name` as hxtorch has it, and what it makes of values [entry, column]."""

    name: ClassVar[str]

    def run(self, executor: JITGraphExecutor, chip: Chip, values: NDArray[Any]) -> NDArray[Any]:
        """Values of the next step; int64 for indices."""

    def state(self) -> dict[str, Any]:
        """Arrays and numbers that make the same step."""


def to_int8(values: ArrayLike) -> NDArray[np.int16]:
    """Numbers rounded down and limited to what a result can be. OperandError for what is no number."""
    given = np.asarray(values, np.float64)
    if np.isnan(given).any():
        raise OperandError(f"value {int(np.isnan(given).argmax())} of {given.size} is no number (nan)")
    return np.clip(np.floor(given), RESULT_MIN, RESULT_MAX).astype(np.int16)


@dataclass
class Product:
    """Products with a matrix, on the chip."""

    name: ClassVar[str] = "mac"
    product: MatrixProduct

    def run(self, executor: JITGraphExecutor, chip: Chip, values: NDArray[Any]) -> NDArray[Any]:
        return self.product.run(executor, chip, values)

    def state(self) -> dict[str, Any]:
        made = self.product
        return {"weights": made.weights, "num_sends": made.num_sends, "wait_between_events": made.wait_between_events}

    @classmethod
    def of(cls, weights: NDArray[Any], num_sends: int, wait_between_events: int) -> Product:
        """The step from its state."""
        return cls(MatrixProduct(weights, int(num_sends), int(wait_between_events)))


@dataclass
class ReLU:
    """Negative values become 0."""

    name: ClassVar[str] = "relu"

    def run(self, executor: JITGraphExecutor, chip: Chip, values: NDArray[Any]) -> NDArray[Any]:
        return np.asarray(np.maximum(to_int8(values), 0))

    def state(self) -> dict[str, Any]:
        return {}


@dataclass
class ConvertingReLU:
    """Activations of results: negative ones become 0, the others lose `shift` bits, at most 31 is left."""

    name: ClassVar[str] = "converting_relu"
    shift: int = 2

    def __post_init__(self) -> None:
        if not hasattr(self.shift, "__index__") or self.shift < 0:
            raise HagenError(f"Non-negative shift value expected. (an integer, not {self.shift!r})")

    def run(self, executor: JITGraphExecutor, chip: Chip, values: NDArray[Any]) -> NDArray[Any]:
        return np.asarray(np.minimum(np.maximum(to_int8(values), 0) >> min(self.shift, 15), ACTIVATION_MAX))

    def state(self) -> dict[str, Any]:
        return {"shift": self.shift}


@dataclass
class Addition:
    """Sums with `other`, int8[n], that stay within -128 to 127; of each n values in a row."""

    name: ClassVar[str] = "add"
    other: NDArray[np.int16]

    def run(self, executor: JITGraphExecutor, chip: Chip, values: NDArray[Any]) -> NDArray[Any]:
        if values.size % max(self.other.size, 1):
            raise HagenError(f"{self.other.size} values cannot be added to {values.size} ones")
        sums = to_int8(values).reshape(-1, max(self.other.size, 1)) + self.other
        return np.asarray(np.clip(sums, RESULT_MIN, RESULT_MAX).reshape(values.shape))

    def state(self) -> dict[str, Any]:
        return {"other": self.other}


@dataclass
class ArgMax:
    """Index of the first of the largest values of each entry, int64[entry, 1]."""

    name: ClassVar[str] = "argmax"

    def run(self, executor: JITGraphExecutor, chip: Chip, values: NDArray[Any]) -> NDArray[Any]:
        return np.asarray(to_int8(values).argmax(axis=-1, keepdims=True))

    def state(self) -> dict[str, Any]:
        return {}


STEPS: dict[str, Any] = {"mac": Product.of, "relu": ReLU, "converting_relu": ConvertingReLU, "add": Addition, "argmax": ArgMax}


def run(steps: Sequence[Step], executor: JITGraphExecutor, chip: Chip, values: NDArray[Any]) -> NDArray[Any]:
    """What a sequence of steps makes of values [entry, column]."""
    for step in steps:
        values = step.run(executor, chip, values)
    return values


def save(steps: Sequence[Step], path: str | Path) -> None:
    """Writes a sequence into a file: numpy's archive of arrays, with the list of steps in it. HagenError if it cannot be written."""
    arrays: dict[str, Any] = {}
    listed = []
    for number, step in enumerate(steps):
        state = step.state()
        arrays |= {f"{number}.{name}": value for name, value in state.items() if isinstance(value, np.ndarray)}
        listed.append([step.name, {name: value for name, value in state.items() if not isinstance(value, np.ndarray)}])
    try:
        with open(path, "wb") as file:
            np.savez_compressed(file, steps=np.array(json.dumps(listed)), **arrays)
    except OSError as error:
        raise HagenError(f"steps cannot be written into {path} ({error.strerror})") from None


def load(path: str | Path) -> list[Step]:
    """The sequence in a file that `save` has written. Raises HagenError for another file, or one that cannot be read."""
    try:
        with open(path, "rb") as file, np.load(file, allow_pickle=False) as found:
            listed = json.loads(str(found["steps"]))
            arrays: list[dict[str, Any]] = [{} for _ in listed]
            for name in set(found.files) - {"steps"}:
                number, _, own = name.partition(".")
                arrays[int(number)][own] = found[name]
        return [STEPS[name](**state, **own) for (name, state), own in zip(listed, arrays, strict=True)]
    except OSError as error:
        raise HagenError(f"steps cannot be read from {path} ({error.strerror})") from None
    except (ValueError, KeyError, TypeError, EOFError, BadZipFile) as error:
        raise HagenError(f"{path} holds no sequence of steps ({type(error).__name__}: {error})") from None
