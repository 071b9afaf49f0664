from typing import Any

from numpy.typing import NDArray

from sim.chip.chip import Chip
from sim.chip.link import Link
from sim.fpga.registers import RegisterFile
from sim.fpga.router import Router
from sim.fpga.spike_io import SpikeIO
from sim.fpga.trace import Trace

class EventPath:
    spike_io: SpikeIO
    router: Router
    def __init__(self, chip: Chip, link: Link, trace: Trace, registers: RegisterFile) -> None: ...
    def lose(self, probability: float, to_chip: bool, from_chip: bool, seed: int) -> None: ...
    @property
    def counters(self) -> dict[str, dict[str, int]]: ...
    def arrays(self) -> dict[str, NDArray[Any]]: ...
    def blocks(self) -> dict[str, Any]: ...
