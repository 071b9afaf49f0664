from typing import Any

from numpy.typing import NDArray

from hicannx_sim.fpga.memory import ExternalMemory
from hicannx_sim.fpga.table import Register, Setup

class RegisterBlock: ...

class RegisterFile:
    memory: ExternalMemory
    strict: bool
    table: tuple[Register, ...]
    faults: dict[tuple[int, bool], int]
    n_faults: int
    def __init__(self, strict: bool = False, setup: Setup = "cube", device_dna: int = 0) -> None: ...
    def write_word(self, address: int, data: int, byte_enables: int = 0xF, cycle: int = 0) -> int: ...
    def read_word(self, address: int, cycle: int = 0) -> int: ...
    def reset_row(self, name: str) -> None: ...
    def arrays(self) -> dict[str, NDArray[Any]]: ...
