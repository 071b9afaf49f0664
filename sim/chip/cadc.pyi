import numpy as np
import numpy.typing as npt

from hicannx_sim.chip.cadc_inputs import CADCInputs

class CADC:
    inputs: CADCInputs
    def begin_run(self, run: int) -> None: ...
    def read(self) -> npt.NDArray[np.uint8]: ...
    def summary(self) -> dict[str, int]: ...
