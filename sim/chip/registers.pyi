from typing import Any

import numpy as np
import numpy.typing as npt

from hicannx_sim.base.errors import SimError
from hicannx_sim.chip.fabric import Fabric
from hicannx_sim.chip.omnibus import RegisterMap
from hicannx_sim.chip.processor_fault import ProcessorFault
from hicannx_sim.chip.settings import Unmodelled
from hicannx_sim.chip.synram import SynapseMemory

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
