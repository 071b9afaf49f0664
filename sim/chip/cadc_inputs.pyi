from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from hicannx_sim.anncore.core import AnalogCore
from hicannx_sim.chip.columns import ColumnSwitches

class CADCInputs:
    columns: ColumnSwitches
    pad_source: Callable[[], tuple[float, float]] | None
    pads: npt.NDArray[np.float64]
    def set_pad(self, pad: int, volts: float) -> None: ...
    def line_voltages(self, core: AnalogCore) -> npt.NDArray[np.float64]: ...
