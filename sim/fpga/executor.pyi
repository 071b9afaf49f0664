from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hicannx_sim.board import Board
from hicannx_sim.chip.jtag import TAP
from hicannx_sim.chip.port import Port
from hicannx_sim.chip.power import Power
from hicannx_sim.fpga.board_buses import BoardBuses
from hicannx_sim.fpga.events import EventPath
from hicannx_sim.fpga.faults import Fault
from hicannx_sim.fpga.host import HostLink
from hicannx_sim.fpga.injector import Injector
from hicannx_sim.fpga.jtag_master import JTAGMaster
from hicannx_sim.fpga.omnibus import OmnibusMaster
from hicannx_sim.fpga.performance_test import PerformanceTest
from hicannx_sim.fpga.phys import PHYBlock
from hicannx_sim.fpga.playback_memory import PlaybackMemory
from hicannx_sim.fpga.registers import RegisterFile
from hicannx_sim.fpga.responses import Responses
from hicannx_sim.fpga.systime_sync import SystimeSync
from hicannx_sim.fpga.table import Setup
from hicannx_sim.fpga.timeline import Timeline
from hicannx_sim.fpga.trace import Trace

class Executor:
    power: Power
    board: Board
    registers: RegisterFile
    playback: PlaybackMemory
    time: Timeline
    omnibus: OmnibusMaster
    jtag: JTAGMaster
    sync: SystimeSync
    events: EventPath
    phys: PHYBlock
    performance_test: PerformanceTest
    board_buses: BoardBuses
    responses: Responses
    trace: Trace
    injector: Injector
    def __init__(
        self,
        port: Port,
        tap: TAP,
        board: Board,
        device_dna: int = ...,
        strict: bool = False,
        setup: Setup = "cube",
        host: HostLink | None = None,
    ) -> None: ...
    @property
    def cycle(self) -> int: ...
    @property
    def executed(self) -> int: ...
    @property
    def instruction(self) -> int: ...
    @property
    def halted(self) -> bool: ...
    def run(self, words: ArrayLike) -> NDArray[np.uint64]: ...
    def begin(self) -> None: ...
    def feed(self, words: ArrayLike, stop_at_halt: bool = True) -> int: ...
    def settle(self) -> None: ...
    def idle(self) -> None: ...
    def new_session(self) -> None: ...
    def give_up(self) -> None: ...
    def end(self) -> None: ...
    def interrupt(self) -> None: ...
    def inject(self, fault: Fault, seed: int) -> None: ...
    def clear_faults(self) -> None: ...
    @property
    def counters(self) -> dict[str, Any]: ...
    def arrays(self) -> dict[str, NDArray[Any]]: ...
    def blocks(self) -> dict[str, Any]: ...
