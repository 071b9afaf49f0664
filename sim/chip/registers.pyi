from typing import Any

import numpy as np
import numpy.typing as npt

from sim.chip.fabric import Fabric
from sim.chip.omnibus import RegisterMap
from sim.chip.processor_fault import ProcessorFault
from sim.chip.settings import Unmodelled
from sim.chip.synram import SynapseMemory
from sim.errors import SimError

class Registers(Fabric):
    n_faults: int
    map: RegisterMap
    synapses: SynapseMemory
    words: npt.NDArray[np.uint32]
    strict: bool
    reference_source: Any
    @property
    def faults(self) -> dict[tuple[int, bool, bool], int]: ...
    @property
    def last_fault(self) -> tuple[int, bool, bool] | tuple[int, Unmodelled] | ProcessorFault | None: ...
    def fault_error(self, instruction: int) -> SimError: ...
