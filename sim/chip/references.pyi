from collections.abc import Callable

import numpy as np
import numpy.typing as npt

NOMINAL_VOLTS: float

class References:
    board_volts: Callable[[], float] | None

def current_factor(words: npt.NDArray[np.uint32], board_volts: float) -> float: ...
