from typing import Any

from numpy.typing import NDArray

from hicannx_sim.chip.jtag import TAP
from hicannx_sim.chip.port import Port

class Power:
    port: Port
    tap: TAP
    def __init__(self, port: Port, tap: TAP) -> None: ...
    @property
    def rails(self) -> int: ...
    @property
    def held(self) -> bool: ...
    def arrays(self) -> dict[str, NDArray[Any]]: ...
