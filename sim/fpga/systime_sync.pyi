from typing import Any

from numpy.typing import NDArray

from hicannx_sim.chip.chip import Chip
from hicannx_sim.chip.link import Link
from hicannx_sim.fpga.registers import RegisterBlock, RegisterFile
from hicannx_sim.fpga.trace import Trace

class SystimeSync(RegisterBlock):
    def __init__(self, registers: RegisterFile, chip: Chip, link: Link, trace: Trace) -> None: ...
    def arrays(self) -> dict[str, NDArray[Any]]: ...
