from hicannx_sim.base.virtual_chip import VirtualChip
from hicannx_sim.chip.processor_bus import ProcessorBus
from hicannx_sim.ppu.core import Core

class Processors(ProcessorBus):
    ppus: tuple[Core, Core]
    def __init__(self, chip: VirtualChip, seed: int) -> None: ...
    def processor_tick(self, number: int, cycle: int) -> int: ...
