import numpy as np
import numpy.typing as npt

from hicannx_sim.chip.debug_lines import DebugLines

class ColumnSwitches:
    lines: DebugLines
    def channel_sources(self, hemisphere: int) -> npt.NDArray[np.uint8]: ...
    def current_switches(self) -> npt.NDArray[np.uint8]: ...
