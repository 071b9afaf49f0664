import numpy as np
from numpy.typing import NDArray

class Crossbar:
    def by_node(self) -> NDArray[np.uint64]: ...

def wiring() -> list[tuple[int, int]]: ...
