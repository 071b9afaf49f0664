import numpy as np
import numpy.typing as npt

class PulseLengths:
    def potentials(self) -> npt.NDArray[np.float64]: ...
