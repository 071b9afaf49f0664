"""The chip's digital side: registers, event routing, fast converter, test access port, clocks and link."""

from hicannx_sim.chip.chip import Chip
from hicannx_sim.chip.omnibus import register_map
from hicannx_sim.chip.regions import Accuracy
from hicannx_sim.chip.timing import TIMING, Timing

__all__ = ["TIMING", "Accuracy", "Chip", "Timing", "register_map"]
