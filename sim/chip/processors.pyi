from sim.chip.processor_bus import ProcessorBus
from sim.ppu.core import Core
from sim.virtual_chip import VirtualChip

class Processors(ProcessorBus):
    ppus: tuple[Core, Core]
    def __init__(self, chip: VirtualChip, seed: int) -> None: ...
    def processor_tick(self, number: int, cycle: int) -> int: ...
