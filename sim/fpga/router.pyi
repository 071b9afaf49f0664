from typing import Any

from numpy.typing import NDArray

from hicannx_sim.fpga.due import DueQueue
from hicannx_sim.fpga.registers import RegisterBlock, RegisterFile

class Router(RegisterBlock):
    arrivals: DueQueue
    def __init__(self, registers: RegisterFile) -> None: ...
    @property
    def counters(self) -> dict[str, int]: ...
    def arrays(self) -> dict[str, NDArray[Any]]: ...
