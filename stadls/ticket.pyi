from typing import Any, Generic, TypeVar

from haldls import FPGATime

__all__ = ["ContainerTicket"]

C = TypeVar("C")

class ContainerTicket(Generic[C]):
    def valid(self) -> bool: ...
    def get(self) -> C: ...
    def get_coordinate(self) -> Any: ...
    @property
    def fpga_time(self) -> FPGATime: ...
