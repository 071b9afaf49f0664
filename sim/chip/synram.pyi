import numpy as np
import numpy.typing as npt

class SynapseMemory:
    time_calibs: npt.NDArray[np.uint8]
    amp_calibs: npt.NDArray[np.uint8]
