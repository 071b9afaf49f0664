from collections.abc import Callable
from typing import Any, ClassVar, Self

from fisch.backends import Backend

__all__ = ["Register"]

class Kind:
    valued: bool
    container: type[Register]
    coordinate: type[Any]
    backend: int
    readable: bool
    writable: bool
    labels: int
    enables: bool

def kind(container: type[Register]) -> Kind: ...

class Register:
    Value: ClassVar[Any]
    coordinate_type: ClassVar[Any]
    backend: ClassVar[Backend]
    def __init_subclass__(
        cls,
        coordinate: type[Any] | None = None,
        backend: Backend | None = None,
        value: type[Any] | None = None,
        text: Callable[[Any], str] | None = None,
        **others: Any,
    ) -> None: ...
    def __init__(self, value: Any = None) -> None: ...
    def get(self) -> Any: ...
    def set(self, value: Any) -> None: ...
    def __reduce__(self) -> tuple[type[Self], tuple[Any, ...]]: ...
