from sim.anncore.core import AnalogCore
from sim.chip.background import BackgroundSources
from sim.chip.cadc import CADC
from sim.chip.crossbar import Crossbar
from sim.chip.madc import MADC
from sim.chip.neuron_backend import NeuronBackends
from sim.chip.padi import PADIBuses
from sim.chip.synapse_driver import SynapseDrivers
from sim.virtual_chip import VirtualChip

class Fabric:
    now: int
    analog: AnalogCore
    crossbar: Crossbar
    drivers: SynapseDrivers
    padi: PADIBuses
    backends: NeuronBackends
    background: BackgroundSources
    madc: MADC
    cadc: CADC
    def __init__(self, chip: VirtualChip, seed: int) -> None: ...
