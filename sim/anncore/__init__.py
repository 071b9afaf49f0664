"""The analog core: neurons and synapse arrays.

>>> from hicannx_sim.base.virtual_chip import VirtualChip
>>> core = AnalogCore(VirtualChip(1))
>>> core.run(1234)
1200
>>> core.unmodelled()
[]
"""

from hicannx_sim.anncore.core import LEVELS, SPIKE, AnalogCore
from hicannx_sim.anncore.parameters import UNMODELLED

__all__ = ["LEVELS", "SPIKE", "UNMODELLED", "AnalogCore"]
