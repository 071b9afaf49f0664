from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.board import Board
from sim.chip.jtag import TAP
from sim.chip.port import Port
from sim.fpga.jtag_master import JTAGMaster
from sim.fpga.local_bus import LocalBus
from sim.fpga.registers import RegisterFile
from sim.fpga.trace import Trace

class Executor:
    registers: RegisterFile
    trace: Trace
    port: Port
    jtag: JTAGMaster
    bus: LocalBus
    board: Board
    cycle: int
    instruction: int
    labels_sent: int
    labels_dropped: int
    timeouts: int
    failed_syncs: int
    def __init__(self, port: Port, tap: TAP, board: Board, device_dna: int = ..., strict: bool = False) -> None: ...
    def run(self, words: ArrayLike) -> NDArray[np.uint64]: ...
    executed: int
    halted: bool
    def begin(self) -> None: ...
    def feed(self, words: ArrayLike, stop_at_halt: bool = True) -> int: ...
    def settle(self) -> None: ...
    def give_up(self) -> None: ...
    def end(self) -> None: ...
    def interrupt(self) -> None: ...
    @property
    def counters(self) -> dict[str, Any]: ...
