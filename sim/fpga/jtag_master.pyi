from typing import Any

from numpy.typing import NDArray

from hicannx_sim.chip.jtag import TAP

class JTAGMaster:
    tap: TAP
    def __init__(self, tap: TAP, strict: bool = False) -> None: ...
    def arrays(self) -> dict[str, NDArray[Any]]: ...
