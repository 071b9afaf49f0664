from typing import Any

from numpy.typing import NDArray

from hicannx_sim.fpga.registers import RegisterFile

class Router:
    n_sent: int
    n_received: int
    n_unrouted: int
    def __init__(self, registers: RegisterFile) -> None: ...
    @property
    def counters(self) -> dict[str, int]: ...
    def arrays(self) -> dict[str, NDArray[Any]]: ...
