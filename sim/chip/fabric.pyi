from typing import Any

import numpy.typing as npt

from hicannx_sim.anncore.core import AnalogCore
from hicannx_sim.base.virtual_chip import VirtualChip
from hicannx_sim.chip.background import BackgroundSources
from hicannx_sim.chip.cadc import CADC
from hicannx_sim.chip.columns import ColumnSwitches
from hicannx_sim.chip.correlation import CorrelationPulses
from hicannx_sim.chip.crossbar import Crossbar
from hicannx_sim.chip.madc import MADC
from hicannx_sim.chip.neuron_backend import NeuronBackends
from hicannx_sim.chip.neurons import NeuronRegisters
from hicannx_sim.chip.padi import PADIBuses
from hicannx_sim.chip.references import References
from hicannx_sim.chip.synapse_driver import SynapseDrivers
from hicannx_sim.chip.synram import SynapseMemory
from hicannx_sim.chip.watch import Watch
from hicannx_sim.correlation.sensors import CorrelationSensors

class Fabric:
    analog: AnalogCore
    sensors: CorrelationSensors
    correlation: CorrelationPulses
    neurons: NeuronRegisters
    synapses: SynapseMemory
    crossbar: Crossbar
    drivers: SynapseDrivers
    padi: PADIBuses
    backends: NeuronBackends
    background: BackgroundSources
    columns: ColumnSwitches
    references: References
    watch: Watch
    madc: MADC
    cadc: CADC
    def __init__(self, chip: VirtualChip, seed: int) -> None: ...
    def begin_run(self, run: int) -> None: ...
    def blocks(self) -> dict[str, Any]: ...
    def activity(self) -> int: ...
    def evidence(self) -> dict[str, Any]: ...
    def counters(self) -> dict[str, int | list[int]]: ...
    def arrays(self) -> dict[str, npt.NDArray[Any]]: ...
    def resize_arrays(self, sizes: dict[str, int]) -> None: ...
