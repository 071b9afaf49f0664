from typing import Any

from numpy.typing import NDArray

from sim.board import Board
from sim.chip.link import Link
from sim.fpga.events import EventPath
from sim.fpga.registers import RegisterFile
from sim.fpga.trace import Trace

class LocalBus:
    registers: RegisterFile
    board: Board
    device_dna: int
    def __init__(self, registers: RegisterFile, link: Link, trace: Trace, events: EventPath, board: Board, device_dna: int) -> None: ...
    def arrays(self) -> dict[str, NDArray[Any]]: ...
