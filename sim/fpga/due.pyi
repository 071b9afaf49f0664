from typing import Any

from numpy.typing import NDArray

class DueQueue:
    def arrays(self) -> dict[str, NDArray[Any]]: ...
    def resize_arrays(self, sizes: dict[str, int]) -> None: ...
