from typing import Any

import numpy.typing as npt

from sim.anncore.core import AnalogCore
from sim.chip.cadc import CADC
from sim.chip.synram import SynapseMemory

class ParallelBus:
    def __init__(self, analog: AnalogCore, synapses: SynapseMemory, cadc: CADC) -> None: ...
    def arrays(self) -> dict[str, npt.NDArray[Any]]: ...
