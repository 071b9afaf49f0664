"""The chip's digital side: registers, event routing, fast converter, test access port, clocks and link."""

from hicannx_sim.chip.chip import Chip
from hicannx_sim.chip.omnibus import register_map
from hicannx_sim.chip.regions import Accuracy

__all__ = ["Accuracy", "Chip", "register_map"]
