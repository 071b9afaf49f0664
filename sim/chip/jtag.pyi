from typing import Any

from numpy.typing import NDArray

from hicannx_sim.chip.port import Port

class TAP:
    port: Port
    def __init__(self, port: Port) -> None: ...
    @property
    def n_unknown(self) -> int: ...
    def arrays(self) -> dict[str, NDArray[Any]]: ...
