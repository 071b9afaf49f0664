from typing import Any

import numpy as np
from numpy.typing import NDArray

from fisch import ResponseWriter
from hicannx_sim.fpga.host import HostLink

class Trace:
    writer: ResponseWriter
    last: int
    timed: bool
    offset: int
    recording: bool
    limited: bool
    def __init__(self, host: HostLink | None = None) -> None: ...
    @property
    def counters(self) -> dict[str, dict[str, int]]: ...
    def words(self) -> NDArray[np.uint64]: ...
    def take_words(self, complete: bool) -> NDArray[np.uint64]: ...
    def arrays(self) -> dict[str, NDArray[Any]]: ...
    def resize_arrays(self, sizes: dict[str, int]) -> None: ...
