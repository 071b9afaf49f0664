from typing import Any

from numpy.typing import NDArray

from hicannx_sim.board import Board
from hicannx_sim.fpga.registers import RegisterBlock, RegisterFile

class BoardBuses(RegisterBlock):
    board: Board
    def __init__(self, registers: RegisterFile, board: Board) -> None: ...
    def arrays(self) -> dict[str, NDArray[Any]]: ...
