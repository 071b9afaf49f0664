from typing import Any

from numpy.typing import NDArray

from hicannx_sim.fpga.events import EventPath
from hicannx_sim.fpga.injector import Injector
from hicannx_sim.fpga.jtag_master import JTAGMaster
from hicannx_sim.fpga.registers import RegisterBlock, RegisterFile
from hicannx_sim.fpga.responses import Responses
from hicannx_sim.fpga.systime_sync import SystimeSync
from hicannx_sim.fpga.trace import Trace

class Timeline(RegisterBlock):
    def __init__(
        self,
        registers: RegisterFile,
        trace: Trace,
        events: EventPath,
        jtag: JTAGMaster,
        sync: SystimeSync,
        injector: Injector,
        responses: Responses,
    ) -> None: ...
    @property
    def timeouts(self) -> int: ...
    def arrays(self) -> dict[str, NDArray[Any]]: ...
