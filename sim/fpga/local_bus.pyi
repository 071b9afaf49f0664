from typing import Any

from numpy.typing import NDArray

from hicannx_sim.board import Board
from hicannx_sim.chip.link import Link
from hicannx_sim.fpga.events import EventPath
from hicannx_sim.fpga.registers import RegisterFile
from hicannx_sim.fpga.trace import Trace

class LocalBus:
    registers: RegisterFile
    board: Board
    device_dna: int
    def __init__(self, registers: RegisterFile, link: Link, trace: Trace, events: EventPath, board: Board, device_dna: int) -> None: ...
    def arrays(self) -> dict[str, NDArray[Any]]: ...
