from hicannx_sim.anncore.core import AnalogCore
from hicannx_sim.chip.pulse_length import PulseLengths

class SynapseDrivers:
    lengths: PulseLengths
    def reach(self, bus: int, row_select: int, address: int) -> list[tuple[int, int, int]]: ...
    def length(self, core: AnalogCore, driver: int, address: int, tick: int) -> float: ...
