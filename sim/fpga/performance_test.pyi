from typing import Any

from numpy.typing import NDArray

from hicannx_sim.chip.link import Link
from hicannx_sim.fpga.registers import RegisterBlock, RegisterFile

class PerformanceTest(RegisterBlock):
    def __init__(self, registers: RegisterFile, link: Link) -> None: ...
    def arrays(self) -> dict[str, NDArray[Any]]: ...
