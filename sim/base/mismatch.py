"""Fixed pattern of a chip: how each circuit differs from its drawing.

A deviation is a function of the chip's serial number, the name of the parameter and the coordinate's index, nothing else:
it does not depend on what else was asked for or in which order, so a calibration made today fits tomorrow.
"""

import numpy as np
import numpy.typing as npt

from hicannx_sim.base.noise import normals, stream
from hicannx_sim.base.numbers import number
from hicannx_sim.base.virtual_chip import VirtualChip

Index = int | npt.ArrayLike


def deviation(chip: VirtualChip, parameter: str, index: Index, part: str = "") -> npt.NDArray[np.float64]:
    """Additive deviation in the unit of the table's entry `mismatch_<parameter>`; zero for an ideal chip.

    index: enum values of coordinates, any shape. part: tells equal circuits of one coordinate apart ("excitatory").

    >>> float(deviation(VirtualChip(3, "ideal"), "threshold", 5))
    0.0
    """
    counters = np.asarray(index, np.uint64)
    if chip.is_ideal:
        return np.zeros(counters.shape)
    key = stream(chip.serial, "fixed pattern", parameter, part)
    return normals(key, counters) * number(f"mismatch_{parameter}")


def factor(chip: VirtualChip, parameter: str, index: Index, part: str = "") -> npt.NDArray[np.float64]:
    """Multiplicative deviation around 1, never below the table's `mismatch_floor`."""
    return np.maximum(1.0 + deviation(chip, parameter, index, part), number("mismatch_floor"))
