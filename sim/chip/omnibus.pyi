from typing import Any

import numpy as np
import numpy.typing as npt

from hicannx_sim.chip.regions import Region

class RegisterMap:
    regions: tuple[Region, ...]
    pages: npt.NDArray[np.uint16]
    cells: npt.NDArray[np.uint32]
    n_words: int
    def lookup(self, address: int) -> tuple[str, int, int] | None: ...
    def base_of(self, container: str) -> int: ...

def container_of(region: Region) -> Any: ...
def register_map() -> RegisterMap: ...
def written_field(container: Any, name: str, index: int = 0) -> tuple[int, int]: ...
