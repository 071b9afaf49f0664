from typing import Any

from numpy.typing import NDArray

from hicannx_sim.fpga.host import HostLink

class PlaybackMemory:
    limited: bool
    def __init__(self, host: HostLink | None = None) -> None: ...
    def arrays(self) -> dict[str, NDArray[Any]]: ...
    def resize_arrays(self, sizes: dict[str, int]) -> None: ...
