from hicannx_sim.chip.far_memory import FarMemory
from hicannx_sim.chip.parallel_bus import ParallelBus

class ProcessorBus:
    parallel: ParallelBus
    far: FarMemory
