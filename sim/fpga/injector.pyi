from typing import Any

from numpy.typing import NDArray

from hicannx_sim.chip.link import Link
from hicannx_sim.fpga.events import EventPath
from hicannx_sim.fpga.faults import Fault
from hicannx_sim.fpga.local_bus import LocalBus
from hicannx_sim.fpga.trace import Trace

class Injector:
    n_missing: int
    def __init__(self, bus: LocalBus, link: Link, trace: Trace, events: EventPath) -> None: ...
    def add(self, fault: Fault, now: int, seed: int) -> None: ...
    def clear(self, now: int) -> None: ...
    def arrays(self) -> dict[str, NDArray[Any]]: ...
    def blocks(self) -> dict[str, Any]: ...
