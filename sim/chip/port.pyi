from hicannx_sim.chip.chip import Chip
from hicannx_sim.chip.link import Link
from hicannx_sim.chip.pll import PLL

NOMINAL_PHY_CLOCK: float
CLOCK_TOLERANCE: float

class Port:
    chip: Chip
    link: Link
    pll: PLL
    def __init__(self, chip: Chip, link: Link, pll: PLL) -> None: ...
