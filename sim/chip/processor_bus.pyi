from hicannx_sim.chip.far_memory import FarMemory
from hicannx_sim.chip.parallel_bus import ParallelBus
from hicannx_sim.chip.processor_fault import ProcessorFault
from hicannx_sim.chip.registers import Registers

class ProcessorBus(Registers):
    parallel: ParallelBus
    far: FarMemory
    processor_faults: dict[ProcessorFault, int]
    def processor_report(self) -> list[str]: ...
