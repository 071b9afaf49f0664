"""Recorded spikes and samples as sequences of plain numbers that stand in arrays."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

Times = NDArray[np.int64]


class Spikes(Sequence[int]):
    """Times of spikes in FPGA cycles of 8 ns; `times` is the array of them."""

    def __init__(self, times: Times) -> None:
        self.times = times

    def __len__(self) -> int:
        return len(self.times)

    @overload
    def __getitem__(self, index: int) -> int: ...
    @overload
    def __getitem__(self, index: slice) -> Spikes: ...
    def __getitem__(self, index: int | slice) -> int | Spikes:
        return Spikes(self.times[index]) if isinstance(index, slice) else int(self.times[index])

    def __iter__(self) -> Iterator[int]:
        return iter(self.times.tolist())

    def __array__(self, *arguments: Any, **options: Any) -> NDArray[Any]:
        return np.array(self.times, *arguments, **options)

    def __eq__(self, other: object) -> bool:
        return list(self) == list(other) if isinstance(other, Sequence) else NotImplemented

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Spikes({self.times.tolist()})"


class Samples(Sequence[tuple[int, int]]):
    """Pairs of a time in FPGA cycles of 8 ns and a value; `times` and `values` are the arrays of them."""

    def __init__(self, times: Times, values: NDArray[Any]) -> None:
        self.times, self.values = times, values

    def __len__(self) -> int:
        return len(self.times)

    @overload
    def __getitem__(self, index: int) -> tuple[int, int]: ...
    @overload
    def __getitem__(self, index: slice) -> Samples: ...
    def __getitem__(self, index: int | slice) -> tuple[int, int] | Samples:
        if isinstance(index, slice):
            return Samples(self.times[index], self.values[index])
        return int(self.times[index]), int(self.values[index])

    def __iter__(self) -> Iterator[tuple[int, int]]:
        return zip(self.times.tolist(), self.values.tolist(), strict=True)

    def __eq__(self, other: object) -> bool:
        return list(self) == list(other) if isinstance(other, Sequence) else NotImplemented

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Samples({len(self)} pairs of time and value)"
