from typing import Any

from numpy.typing import NDArray

from sim.chip.link import Link
from sim.fpga.events import EventPath
from sim.fpga.faults import Fault
from sim.fpga.local_bus import LocalBus
from sim.fpga.trace import Trace

class Injector:
    n_missing: int
    def __init__(self, bus: LocalBus, link: Link, trace: Trace, events: EventPath) -> None: ...
    def add(self, fault: Fault, now: int, seed: int) -> None: ...
    def clear(self, now: int) -> None: ...
    def arrays(self) -> dict[str, NDArray[Any]]: ...
    def blocks(self) -> dict[str, Any]: ...
