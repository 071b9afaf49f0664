from typing import Any

import numpy.typing as npt

from hicannx_sim.anncore.core import AnalogCore
from hicannx_sim.chip.cadc import CADC
from hicannx_sim.chip.synram import SynapseMemory

class ParallelBus:
    def __init__(self, analog: AnalogCore, synapses: SynapseMemory, cadc: CADC) -> None: ...
    def arrays(self) -> dict[str, npt.NDArray[Any]]: ...
