from typing import Any

from numpy.typing import NDArray

from hicannx_sim.chip.chip import Chip
from hicannx_sim.fpga.phys import PHYBlock
from hicannx_sim.fpga.registers import RegisterFile
from hicannx_sim.fpga.router import Router
from hicannx_sim.fpga.spike_io import SpikeIO
from hicannx_sim.fpga.trace import Trace

class EventPath:
    spike_io: SpikeIO
    router: Router
    def __init__(self, chip: Chip, phys: PHYBlock, trace: Trace, registers: RegisterFile) -> None: ...
    def lose(self, probability: float, to_chip: bool, from_chip: bool, seed: int) -> None: ...
    @property
    def counters(self) -> dict[str, dict[str, int]]: ...
    def arrays(self) -> dict[str, NDArray[Any]]: ...
    def blocks(self) -> dict[str, Any]: ...
