from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fisch import WordBuffer

LATE: int

def packed_spikes(times: ArrayLike | Sequence[Any], labels: ArrayLike | Sequence[Any]) -> NDArray[np.uint64]: ...
def sorted_spikes(spikes: NDArray[np.uint64]) -> NDArray[np.uint64]: ...
def append_packed(out: WordBuffer, spikes: NDArray[np.uint64], now: int = ...) -> int: ...
def append_spike_train(out: WordBuffer, times: ArrayLike | Sequence[Any], labels: ArrayLike | Sequence[Any]) -> None: ...
