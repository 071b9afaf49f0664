from typing import Any

import numpy as np
from numpy.typing import NDArray

from hicannx_sim.fpga.table import Setup

class RegisterFile:
    sram_array: NDArray[np.uint32]
    small_array: NDArray[np.uint32]
    spike_io_array: NDArray[np.uint32]
    routing_array: NDArray[np.uint32]
    dram: dict[int, NDArray[np.uint32]]
    faults: dict[tuple[int, bool], int]
    n_faults: int
    strict: bool
    def __init__(self, strict: bool = False, setup: Setup = "cube") -> None: ...
    def open_page(self, number: int) -> None: ...
    def power_on(self) -> None: ...
    def reset_routing(self) -> None: ...
    def arrays(self) -> dict[str, NDArray[Any]]: ...
    def resize_arrays(self, sizes: dict[str, int]) -> None: ...
