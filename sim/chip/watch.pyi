from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hicannx_sim.base.gate import Gate

SEEN_EVENT: np.dtype[np.void]
SEEN_ACCESS: np.dtype[np.void]
KINDS_OF_EVENTS: dict[str, int]
ORIGINS: tuple[str, ...]
KINDS_OF_ACCESSES: tuple[str, ...]
PROBLEMS: tuple[str, ...]

class Watch:
    keep: int
    @property
    def gate(self) -> Gate: ...
    @property
    def seen(self) -> tuple[int, int]: ...
    @property
    def lost(self) -> int: ...
    def listen(self, events: Iterable[str] = (), accesses: bool = False) -> int: ...
    def forget(self, key: int) -> None: ...
    def events_from(self, number: int) -> NDArray[Any]: ...
    def accesses_from(self, number: int) -> NDArray[Any]: ...
