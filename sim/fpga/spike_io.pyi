from typing import Any

from numpy.typing import ArrayLike, NDArray

from hicannx_sim.fpga.registers import RegisterFile

class SpikeIO:
    n_sent: int
    n_silent: int
    n_overflow: int
    n_received: int
    n_unrouted: int
    n_ignored: int
    def __init__(self, registers: RegisterFile) -> None: ...
    def listen(self, cycles: ArrayLike, addresses: ArrayLike) -> None: ...
    def take_transmitted(self) -> NDArray[Any]: ...
    @property
    def counters(self) -> dict[str, int]: ...
    def arrays(self) -> dict[str, NDArray[Any]]: ...
