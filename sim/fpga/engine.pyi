from sim.board import Board
from sim.chip.jtag import TAP
from sim.chip.port import Port
from sim.chip.power import Power
from sim.fpga.events import EventPath
from sim.fpga.host import HostLink
from sim.fpga.injector import Injector
from sim.fpga.jtag_master import JTAGMaster
from sim.fpga.local_bus import LocalBus
from sim.fpga.registers import RegisterFile
from sim.fpga.table import Setup
from sim.fpga.trace import Trace

class Engine:
    registers: RegisterFile
    trace: Trace
    port: Port
    power: Power
    jtag: JTAGMaster
    bus: LocalBus
    events: EventPath
    injector: Injector
    board: Board
    cycle: int
    instruction: int
    timeouts: int
    failed_syncs: int
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
