from typing import Any

import numpy.typing as npt

from hicannx_sim.chip.processor_bus import ProcessorBus
from hicannx_sim.ppu.core import Core

class Processors:
    cores: tuple[Core, Core]
    bus: ProcessorBus
    active: bool
    @property
    def starts(self) -> list[int]: ...
    def tick_of(self, number: int, cycle: int) -> int: ...
    def report(self) -> list[str]: ...
    def arrays(self) -> dict[str, npt.NDArray[Any]]: ...
    def restored(self) -> None: ...
