from typing import Any

from numpy.typing import NDArray

from hicannx_sim.fpga.trace import Trace

class Responses:
    def __init__(self, trace: Trace) -> None: ...
    def arrays(self) -> dict[str, NDArray[Any]]: ...
