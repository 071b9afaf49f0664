from typing import Any

from numpy.typing import NDArray

def fields(structure: Any) -> dict[str, NDArray[Any]]: ...
