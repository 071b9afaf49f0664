from collections.abc import Callable

import numpy as np
import numpy.typing as npt

class DebugLines:
    pad_source: Callable[[], tuple[float, float]] | None
    def set_pad(self, pad: int, volts: float) -> None: ...
    def voltages(self) -> npt.NDArray[np.float64]: ...
