from hicannx_sim.anncore.core import AnalogCore
from hicannx_sim.base.virtual_chip import VirtualChip
from hicannx_sim.chip.background import BackgroundSources
from hicannx_sim.chip.cadc import CADC
from hicannx_sim.chip.crossbar import Crossbar
from hicannx_sim.chip.madc import MADC
from hicannx_sim.chip.neuron_backend import NeuronBackends
from hicannx_sim.chip.padi import PADIBuses
from hicannx_sim.chip.synapse_driver import SynapseDrivers

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
