import numpy as np
from numpy.typing import NDArray

from fisch import ResponseWriter

class Trace:
    writer: ResponseWriter
    last: int
    timed: bool
    offset: int
    recording: bool
    def __init__(self) -> None: ...
    @property
    def counters(self) -> dict[str, dict[str, int]]: ...
    def words(self) -> NDArray[np.uint64]: ...
    def take_words(self, complete: bool) -> NDArray[np.uint64]: ...
