import numpy as np
from numpy.typing import NDArray

class RegisterFile:
    sram_array: NDArray[np.uint32]
    small_array: NDArray[np.uint32]
    spike_io_array: NDArray[np.uint32]
    dram: dict[int, NDArray[np.uint32]]
    faults: dict[tuple[int, bool], int]
    n_faults: int
    strict: bool
    def __init__(self, strict: bool = False) -> None: ...
    def power_on(self) -> None: ...
