"""The chip's digital side: registers, event routing, fast converter, test access port, clocks and link."""

from sim.chip.chip import Chip
from sim.chip.omnibus import register_map
from sim.chip.regions import Accuracy
from sim.chip.timing import TIMING, Timing

__all__ = ["TIMING", "Accuracy", "Chip", "Timing", "register_map"]
