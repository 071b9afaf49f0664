from sim.chip.far_memory import FarMemory
from sim.chip.parallel_bus import ParallelBus
from sim.chip.processor_fault import ProcessorFault
from sim.chip.registers import Registers
from sim.ppu.core import Core
from sim.virtual_chip import VirtualChip

class Processors(Registers):
    ppus: tuple[Core, Core]
    parallel: ParallelBus
    far: FarMemory
    processor_faults: dict[ProcessorFault, int]
    def __init__(self, chip: VirtualChip, seed: int) -> None: ...
    def processor_report(self) -> list[str]: ...
