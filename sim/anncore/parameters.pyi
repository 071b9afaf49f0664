import numpy as np
import numpy.typing as npt

from hicannx_sim.base.virtual_chip import VirtualChip

UNMODELLED: tuple[str, ...]
SHARED_CELLS: tuple[int, ...]

class Parameters:
    def __init__(self, chip: VirtualChip) -> None: ...
    @property
    def deviations(self) -> npt.NDArray[np.float64]: ...
    @property
    def dac_factors(self) -> npt.NDArray[np.float64]: ...
