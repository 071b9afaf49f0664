from collections.abc import Sequence
from typing import Any

from numpy.typing import ArrayLike

from fisch import WordBuffer

LATE: int

def append_spike_train(out: WordBuffer, times: ArrayLike | Sequence[Any], labels: ArrayLike | Sequence[Any]) -> None: ...
