from typing import Any

from numpy.typing import NDArray

from hicannx_sim.chip.port import Port
from hicannx_sim.chip.power import Power
from hicannx_sim.fpga.board_buses import BoardBuses
from hicannx_sim.fpga.phys import PHYBlock
from hicannx_sim.fpga.registers import RegisterFile
from hicannx_sim.fpga.timeline import Timeline

class OmnibusMaster:
    def __init__(self, time: Timeline, registers: RegisterFile, phys: PHYBlock, board: BoardBuses, port: Port, power: Power) -> None: ...
    def arrays(self) -> dict[str, NDArray[Any]]: ...
