"""The one table of numbers of the model: circuits, latencies and rates.

Every entry carries its unit, where it comes from and how certain it is. All model code reads its numbers from here.

>>> number("leak_slope")
0.0012
>>> TABLE["leak_slope"].certainty.value
'derived'
"""

from hicannx_sim.base.numbers.chip import CHIP
from hicannx_sim.base.numbers.circuits import CIRCUITS
from hicannx_sim.base.numbers.entry import Certainty, Number
from hicannx_sim.base.numbers.fpga import FPGA
from hicannx_sim.base.numbers.ppu import PPU

__all__ = ["CHIP", "CIRCUITS", "FPGA", "PPU", "TABLE", "Certainty", "Number", "number"]

TABLE: dict[str, Number] = {**CIRCUITS, **CHIP, **FPGA, **PPU}


def number(name: str) -> float:
    """Value of an entry in its stated unit; what is counted is an int. KeyError names an entry that does not exist."""
    return TABLE[name].value
