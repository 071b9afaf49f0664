from hicannx_sim.board import Board
from hicannx_sim.chip.jtag import TAP
from hicannx_sim.chip.port import Port
from hicannx_sim.chip.power import Power
from hicannx_sim.fpga.events import EventPath
from hicannx_sim.fpga.host import HostLink
from hicannx_sim.fpga.injector import Injector
from hicannx_sim.fpga.jtag_master import JTAGMaster
from hicannx_sim.fpga.local_bus import LocalBus
from hicannx_sim.fpga.registers import RegisterFile
from hicannx_sim.fpga.table import Setup
from hicannx_sim.fpga.trace import Trace

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
