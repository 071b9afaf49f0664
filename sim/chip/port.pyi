from sim.chip.chip import Chip
from sim.chip.link import Link
from sim.chip.pll import PLL

NOMINAL_PHY_CLOCK: float
CLOCK_TOLERANCE: float

class Port:
    chip: Chip
    link: Link
    pll: PLL
    def __init__(self, chip: Chip, link: Link, pll: PLL) -> None: ...
