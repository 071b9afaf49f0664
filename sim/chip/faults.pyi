from hicannx_sim.base.errors import SimError
from hicannx_sim.chip.processor_fault import ProcessorFault
from hicannx_sim.chip.settings import Unmodelled

class Faults:
    n: int
    strict: bool
    @property
    def counts(self) -> dict[tuple[int, bool, bool], int]: ...
    @property
    def processor_counts(self) -> dict[ProcessorFault, int]: ...
    @property
    def latest(self) -> tuple[int, bool, bool] | tuple[int, Unmodelled] | ProcessorFault | None: ...
    def error(self, instruction: int) -> SimError: ...
