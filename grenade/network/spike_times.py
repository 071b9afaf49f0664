"""Times of spikes from the host as arrays that read like nested lists."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

__all__ = ["SpikeTimes"]


class SpikeTimes(Sequence[list[list[float]]]):
    """Times [ms] by batch entry and source: `times[entry][source]` is a list of them.

    `entries`, `sources`, `times` (float32): one item per spike, those of a source in the order in which they were given.
    """

    def __init__(self, entries: NDArray[np.int64], sources: NDArray[np.int64], times: NDArray[np.float32], shape: tuple[int, int]) -> None:
        """shape: numbers of batch entries and of sources."""
        order = np.argsort(entries * shape[1] + sources, kind="stable")
        self.entries, self.sources, self.times, self.shape = entries[order], sources[order], times[order], shape

    def __len__(self) -> int:
        return self.shape[0]

    @overload
    def __getitem__(self, entry: int) -> list[list[float]]: ...
    @overload
    def __getitem__(self, entry: slice) -> list[list[list[float]]]: ...
    def __getitem__(self, entry: int | slice) -> Any:
        if isinstance(entry, slice):
            return [self[number] for number in range(*entry.indices(len(self)))]
        number = range(len(self))[entry]
        begin, end = np.searchsorted(self.entries, [number, number + 1])
        borders = np.searchsorted(self.sources[begin:end], np.arange(self.shape[1] + 1)).tolist()
        times = self.times[begin:end].tolist()
        return [times[first:last] for first, last in pairwise(borders)]

    def __eq__(self, other: object) -> bool:
        return list(self) == list(other) if isinstance(other, Sequence) else NotImplemented

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return repr(list(self))
